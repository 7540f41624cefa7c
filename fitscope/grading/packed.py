"""Zip files from strangers: opened within limits, and no name in them ever becomes a path."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import stat
import struct
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fitscope.errors import DataError
from fitscope.logs import written

USEFUL = frozenset([".html", ".htm", ".json", ".jsonl", ".log", ".csv", ".tsv", ".txt", ".md", ".markdown", ".yml", ".yaml"])
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".gz", ".bz2", ".xz", ".zst")
_NOISE = ("__macosx", "thumbs.db", "desktop.ini")
_CHUNK = 2**18
_IN_UTF8, _ENCRYPTED = 0x800, 0x1  # bits of a member's flags
_DRIVE = re.compile(r"[A-Za-z]:")
_WITHIN = "pack the files again, from within their folder"
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError)
_METHODS = {1: "shrink", 6: "implode", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 98: "ppmd"}


@dataclass(frozen=True)
class Limits:
    """Say how much of an archive is opened.

    Args:
        members: more than any hand-in has, and few enough that their list is no burden.
        listed: bytes of that list; a name may be 65,535 bytes long.
        total: bytes of all members that are read, unpacked. It is counted again while they are, for what a list says may be
            a lie.
        ratio: text shrinks to a tenth, seldom to a fiftieth; a bomb to a thousandth.
        ratio_from: bytes; below, a high ratio is a file of blanks and harms nobody.
    """

    members: int
    listed: int
    total: int
    ratio: int = 200
    ratio_from: int = 1_000_000


ONE = Limits(members=1_000, listed=2_000_000, total=200_000_000)
CLASS = Limits(members=50_000, listed=50_000_000, total=5_000_000_000)  # 1,000 students, each with some reports


@dataclass(frozen=True)
class Member:
    """Hold an unpacked file: the name that it has in the archive, and where it lies."""

    name: str
    path: Path


@dataclass(frozen=True)
class Unpacked:
    """Hold what was unpacked, the names of what was passed over without being read, and what could not be opened, with why."""

    members: tuple[Member, ...]
    passed: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Listed:
    """Hold a file as the archive lists it, and what is wrong with it: how a sentence that begins with its name goes on."""

    name: str
    info: zipfile.ZipInfo
    fault: str | None = None

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


def hidden(name: str) -> bool:
    """Tell what systems leave in folders from what people put there.

    Example:
        >>> [hidden(name) for name in ("kim/report.html", "__MACOSX/kim/._report.html", "kim/.DS_Store")]
        [False, True, True]
    """
    return any(part.startswith(".") or part.lower() in _NOISE for part in PurePosixPath(name).parts)


def readable(name: str) -> str:
    """Return a file's name as people read it: composed characters, and no bytes that are no text."""
    return unicodedata.normalize("NFC", written(name))


def unpack(
    archive: Path, into: Path, limits: Limits = ONE, wanted: Collection[str] = USEFUL, *, forgiving: bool = False
) -> Unpacked:
    """Unpack the members that can be used, under names of our own.

    Args:
        archive: the zip.
        into: a folder of the caller's; what is unpacked lies in a new folder in it.
        limits: on size, count and ratio.
        wanted: endings of the names that are unpacked, in small letters; everything else is passed over unread.
        forgiving: whether a member that cannot be opened is passed over, as in a zip of many people's; what is beyond a limit
            refuses the archive all the same.

    Raises:
        DataError: the archive is damaged, beyond a limit, or holds a name that climbs out; the sentence begins with "it".
    """
    try:
        with _Listing(archive, limits.listed) as file, zipfile.ZipFile(file) as packed:
            named = _named(packed.infolist(), limits, forgiving)
            used = _checked([one for one in named if one.ending in wanted], limits, forgiving)
            folder = Path(tempfile.mkdtemp(dir=into))
            members, broken = _unpacked(packed, [one for one in used if one.fault is None], folder, limits, forgiving)
            refused = [(one.name, one.fault) for one in (*used, *broken) if one.fault is not None]
            return Unpacked(members, tuple(one.name for one in named if one.ending not in wanted), tuple(dict.fromkeys(refused)))
    except _TooLongError:
        raise DataError(f"its list of members is longer than {limits.listed:,} bytes; pack the hand-in's files alone.") from None
    except OSError as error:
        raise DataError(f"it cannot be read ({error.strerror or error}); hand it in again.") from None
    except _DAMAGE:
        raise DataError("it is no zip, or a damaged one; pack it again and hand it in again.") from None


class _TooLongError(Exception):
    """A list of members beyond the limit."""


class _Listing(io.FileIO):
    """Read an archive, whose list of members is read at once and might be of any length."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)), "rb")
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            raise _TooLongError
        return super().read(-1 if size is None else size) or b""


def _named(infos: list[zipfile.ZipInfo], limits: Limits, forgiving: bool) -> list[_Listed]:
    """Return files with their names; what climbs out is refused, or told with a name that does not."""
    if len(infos) > limits.members:
        raise DataError(
            f"it holds {len(infos):,} members, and at most {limits.members:,} are opened; pack the hand-in's files alone."
        )
    found = []
    for info in infos:
        name, fault = _name(info), None
        if "\0" in info.orig_filename or name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            if not forgiving:
                raise DataError(f"it holds a name that leads out of it, {name[:60]!r}; {_WITHIN}.")
            name, fault = _climbing_nowhere(name), f"has a name that leads out of the zip; {_WITHIN}."
        name = PurePosixPath(name).as_posix()
        if not info.is_dir() and not info.orig_filename.endswith("\\") and not hidden(name):
            found.append(_Listed(name, info, fault))
    return found


def _climbing_nowhere(name: str) -> str:
    parts = _DRIVE.sub("", name.replace("\0", " "), count=1).split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "?"


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name: that of an older zip is said to be CP437, and is UTF-8 on a Mac and CP949 in Korea."""
    name = info.orig_filename
    if not info.flag_bits & _IN_UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return readable(name.replace("\\", "/"))


def _checked(listed: list[_Listed], limits: Limits, forgiving: bool) -> list[_Listed]:
    """Refuse, before anything is read, what the list itself tells, and return the rest with what is wrong with each."""
    counts = Counter(one.name for one in listed if one.fault is None)
    checked = [one if one.fault else dataclasses.replace(one, fault=_fault(one.info, counts[one.name])) for one in listed]
    for one in checked:
        if one.fault is not None and not forgiving:
            raise DataError(f"{one.name!r} in it {one.fault}")
        ratio = one.info.file_size / max(one.info.compress_size, 1)
        if one.info.file_size > limits.ratio_from and ratio > limits.ratio:
            told = f"unpacks to {ratio:,.0f} times its size, and {limits.ratio} times is the most"
            raise DataError(f"{one.name!r} in it {told}; pack real files.")
    total = sum(one.info.file_size for one in checked)
    if total > limits.total:
        raise DataError(_too_large(f"{total:,}", limits))
    return checked


def _fault(info: zipfile.ZipInfo, count: int) -> str | None:
    """Return why a member is not opened, None where it is."""
    if count > 1:
        return f"is there {count} times, and which of them counts cannot be told; pack it again."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, and links are not followed; pack the file itself."
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it again without a password."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
        return f"is compressed by {method}, and only deflate is opened; pack it as a plain zip."
    return None


def _too_large(found: str, limits: Limits) -> str:
    return f"it unpacks to {found} bytes, and at most {limits.total:,} are unpacked; pack the hand-in's files alone."


def _unpacked(
    packed: zipfile.ZipFile, listed: list[_Listed], folder: Path, limits: Limits, forgiving: bool
) -> tuple[tuple[Member, ...], list[_Listed]]:
    """Return what was unpacked, and what turned out to be damaged."""
    left, members, broken = limits.total, [], []
    for number, one in enumerate(listed, 1):
        path = folder / f"{number}{one.ending}"
        try:
            left -= _copied(packed, one.info, path, left, limits)
        except _DAMAGE:
            if not forgiving:
                raise
            path.unlink(missing_ok=True)
            broken.append(dataclasses.replace(one, fault="is damaged; pack it again and hand it in again."))
            continue
        _date(path, one.info)
        members.append(Member(one.name, path))
    return tuple(members), broken


def _copied(packed: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, left: int, limits: Limits) -> int:
    """Unpack one file, and return how many bytes it has."""
    total = 0
    with packed.open(info) as source, open(path, "xb") as copy:
        while piece := source.read(_CHUNK):
            total += len(piece)
            if total > left:
                raise DataError(_too_large(f"more than {limits.total:,}", limits))
            copy.write(piece)
    return total


def _date(path: Path, info: zipfile.ZipInfo) -> None:
    """Give a file the time that the archive says, by which the newer of two tries is known."""
    try:
        seconds = time.mktime((*info.date_time, 0, 0, -1))
        os.utime(path, (seconds, seconds))
    except (OverflowError, ValueError, OSError):
        pass
