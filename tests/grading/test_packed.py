"""Zip files from strangers."""

from __future__ import annotations

import re
import struct
import time
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.errors import DataError, FitscopeError
from fitscope.grading import packed
from fitscope.grading.packed import CLASS, ONE, Limits, Unpacked, unpack

SMALL = Limits(members=5, listed=2_000, total=3_000_000)


def make(path: Path, members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def listing(
    *names: str,
    method: int = 0,
    sizes: Sequence[int] | None = None,
    packed_sizes: Sequence[int] | None = None,
    length: int | None = None,
) -> bytes:
    """Return a zip that is nothing but its list of members, as long as wanted by what it remarks on each."""
    spare = [] if length is None else [0] * len(names)
    left = 0 if length is None else length - sum(46 + len(name) for name in names)
    for i in range(len(spare)):
        spare[i] = min(left, 65_535)
        left -= spare[i]
    sizes = sizes or [0] * len(names)
    parts = [
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, method, 0, 33, 0, packed_size, size, len(name), 0, remark, 0, 0, 0, 0)
        + name.encode()
        + b" " * remark
        for name, size, packed_size, remark in zip(names, sizes, packed_sizes or sizes, spare or [0] * len(names))
    ]
    content = b"".join(parts)
    count = min(len(names), 65_535)
    return content + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(content), 0, 0)


def refusal(archive: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(DataError) as told:
        unpack(archive, archive.parent, limits)
    return str(told.value)


def test_unpack_report_and_model_unpacks_the_report_under_a_name_of_its_own(tmp_path):
    archive = make(tmp_path / "kim.zip", {"work/report.html": "<html>", "work/model.keras": "x", "__MACOSX/._report.html": "x"})
    found = unpack(archive, tmp_path, SMALL)
    assert [member.name for member in found.members] == ["work/report.html"]
    assert found.members[0].path.name == "1.html" and found.members[0].path.read_text() == "<html>"
    assert found.passed == ("work/model.keras",)


@pytest.mark.parametrize("name", ["../report.html", "a/../../report.html", "/report.html", "C:/report.html", "..\\report.html"])
def test_unpack_name_that_climbs_out_is_refused(name, tmp_path):
    assert "leads out of it" in refusal(make(tmp_path / "kim.zip", {name: "x"}))
    assert [path.name for path in tmp_path.iterdir()] == ["kim.zip"]


def test_unpack_backslashes_of_old_windows_zips_are_folders(tmp_path):
    found = unpack(make(tmp_path / "kim.zip", {"work\\report.html": "x"}), tmp_path, SMALL)
    assert [member.name for member in found.members] == ["work/report.html"]


def test_unpack_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("report.html")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in refusal(tmp_path / "kim.zip")


def test_unpack_too_many_members_is_refused(tmp_path):
    assert len(unpack(make(tmp_path / "lee.zip", {f"{i}.md": "" for i in range(5)}), tmp_path, SMALL).members) == 5
    assert "holds 6 members, and at most 5" in refusal(make(tmp_path / "kim.zip", {f"{i}.md": "" for i in range(6)}))


def test_unpack_list_that_is_too_long_is_refused_before_it_is_read(tmp_path):
    assert "longer than 2,000 bytes" in refusal(make(tmp_path / "kim.zip", {"a" * 3_000 + ".md": ""}))


def test_unpack_too_many_bytes_is_refused(tmp_path):
    noise = bytes(range(256)) * 8_000
    assert "4,096,000 bytes" in refusal(make(tmp_path / "kim.zip", {"a.log": noise, "b.log": noise}, zipfile.ZIP_STORED))


def test_unpack_bomb_by_ratio_is_refused(tmp_path):
    assert "times its size, and 200 times" in refusal(make(tmp_path / "kim.zip", {"a.log": b"0" * 2_000_000}))


def test_unpack_size_that_is_a_lie_never_unpacks_more_than_it_says(tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": b"0" * 2_000_000})
    content = archive.read_bytes().replace(struct.pack("<I", 2_000_000), struct.pack("<I", 100))
    archive.write_bytes(content)
    assert "damaged" in refusal(archive)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.log")) <= 100


def test_unpack_content_that_does_not_end_is_stopped_at_the_limit(tmp_path, monkeypatch):
    archive, pieces = make(tmp_path / "kim.zip", {"a.log": "x", "b.log": "x"}), [b"x" * 1_000_000] * 2 + [b""]
    left = iter([*pieces, *pieces])
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *given: next(left))
    assert refusal(archive).startswith("it unpacks to more than 3,000,000 bytes, and at most 3,000,000 are unpacked")
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.log")) <= 3_000_000


def test_unpack_content_that_was_changed_is_refused(tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": b"epoch,loss"}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"epoch,loss", b"epoch,lass", 1))
    assert "damaged" in refusal(archive)


def test_unpack_encrypted_is_refused(tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": "x"}, zipfile.ZIP_STORED)
    content = bytearray(archive.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(content)
    assert "encrypted" in refusal(archive)


METHODS = {1: "shrink", 5: "method 5", 6: "implode", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 98: "ppmd"}


@pytest.mark.parametrize("method", METHODS)
def test_unpack_other_compression_is_refused_by_its_name(method, tmp_path):
    (tmp_path / "kim.zip").write_bytes(listing("a.log", method=method))
    assert f"'a.log' in it is compressed by {METHODS[method]}, and only deflate" in refusal(tmp_path / "kim.zip")


@pytest.mark.parametrize("date", [(2026, 1, 2, 3, 4, 6), (2026, 7, 2, 23, 59, 58), (1999, 12, 31, 0, 0, 0)])
def test_unpack_files_keep_the_time_that_the_archive_says(date, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.log", date), "x")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")  # an hour less in summer
        time.tzset()
        (member,) = unpack(tmp_path / "kim.zip", tmp_path).members
        assert datetime.fromtimestamp(member.path.stat().st_mtime) == datetime(*date)
    time.tzset()


@pytest.mark.parametrize(
    ("limits", "members", "told"),
    [
        (ONE, ["a.py"] * 1_000, None),
        (ONE, ["a.py"] * 1_001, "it holds 1,001 members, and at most 1,000 are opened"),
        (CLASS, ["a.py"] * 50_000, None),
        (CLASS, ["a.py"] * 50_001, "it holds 50,001 members, and at most 50,000 are opened"),
    ],
)
def test_unpack_as_many_members_as_a_student_or_a_class_has(limits, members, told, tmp_path):
    (tmp_path / "kim.zip").write_bytes(listing(*members))
    if told is None:
        assert unpack(tmp_path / "kim.zip", tmp_path, limits).members == ()
    else:
        assert told in refusal(tmp_path / "kim.zip", limits)


@pytest.mark.parametrize(
    ("limits", "sizes", "told"),
    [
        (ONE, [200_000_000], "it is no zip, or a damaged one"),
        (ONE, [200_000_001], "it unpacks to 200,000,001 bytes, and at most 200,000,000 are unpacked"),
        (CLASS, [2_500_000_000] * 2, "it is no zip, or a damaged one"),
        (CLASS, [2_500_000_000, 2_500_000_001], "it unpacks to 5,000,000,001 bytes, and at most 5,000,000,000 are unpacked"),
    ],
)
def test_unpack_as_many_bytes_as_a_student_or_a_class_has(limits, sizes, told, tmp_path):
    names = [f"{i}.log" for i in range(len(sizes))]
    (tmp_path / "kim.zip").write_bytes(listing(*names, sizes=sizes))  # which has nothing of what it lists
    assert refusal(tmp_path / "kim.zip", limits).startswith(told)


@pytest.mark.parametrize(("limits", "longest"), [(ONE, 2_000_000), (CLASS, 50_000_000)])
def test_unpack_list_may_be_as_long_as_its_limit(limits, longest, tmp_path):
    for more in (0, 1):
        (tmp_path / "kim.zip").write_bytes(listing(*["a.py"] * 800, length=longest + more))
        if more:
            assert refusal(tmp_path / "kim.zip", limits).startswith(f"its list of members is longer than {longest:,} bytes")
        else:
            assert unpack(tmp_path / "kim.zip", tmp_path, limits).members == ()


@pytest.mark.parametrize(
    ("size", "packed_size", "told"),
    [
        (1_000_000, 1, "damaged"),
        (1_000_001, 1, "'a.log' in it unpacks to 1,000,001 times its size, and 200 times is the most"),
        (1_000_001, 0, "1,000,001 times its size"),
        (2_000_000, 10_000, "damaged"),
        (2_000_000, 9_999, "'a.log' in it unpacks to 200 times its size"),
    ],
)
def test_unpack_small_file_of_blanks_is_no_bomb(size, packed_size, told, tmp_path):
    (tmp_path / "kim.zip").write_bytes(listing("a.log", sizes=[size], packed_sizes=[packed_size]))
    assert told in refusal(tmp_path / "kim.zip", ONE)


def test_unpack_archive_that_is_a_link_or_is_not_there_cannot_be_read(tmp_path):
    make(tmp_path / "real.zip", {"a.log": "x"})
    (tmp_path / "kim.zip").symlink_to(tmp_path / "real.zip")
    for name in ("kim.zip", "gone.zip"):
        assert re.fullmatch(r"it cannot be read \([A-Z][a-z ]+\); hand it in again\.", refusal(tmp_path / name))


def test_unpack_name_that_climbs_out_is_told_up_to_sixty_signs(tmp_path):
    told = f"leads out of it, {'../' + 'a' * 57!r}; pack the files again"
    assert told in refusal(make(tmp_path / "kim.zip", {"../" + "a" * 58: "x"}))


def test_unpack_name_with_a_sign_that_ends_names_is_refused(tmp_path):
    archive = make(tmp_path / "kim.zip", {"ab.log": "x"})
    archive.write_bytes(archive.read_bytes().replace(b"ab.log", b"a\0.log"))
    assert "leads out of it" in refusal(archive)


def test_unpack_folders_are_neither_unpacked_nor_passed_over(tmp_path):
    (tmp_path / "kim.zip").write_bytes(listing("a.log/", "b.log\\", "c.py"))
    assert unpack(tmp_path / "kim.zip", tmp_path) == Unpacked((), ("c.py",))


def test_unpack_endings_in_capitals_are_the_same(tmp_path):
    (member,) = unpack(make(tmp_path / "kim.zip", {"A.HTML": "x", "b.PY": "x"}), tmp_path).members
    assert (member.name, member.path.name, member.path.parents[1]) == ("A.HTML", "1.html", tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_unpack_two_files_of_one_name_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as archive:
        archive.writestr("a.log", "1")
        archive.writestr("a.log", "2")
    assert "'a.log' in it is there 2 times" in refusal(tmp_path / "kim.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("spoilt", "name", "fault"),
    [
        ("/kim/a.log", "kim/a.log", "leads out of the zip"),
        ("../kim/a.log", "kim/a.log", "leads out of the zip"),
        ("C:/kim/a.log", "kim/a.log", "leads out of the zip"),
        ("lee/a.log", "lee/a.log", "is there 2 times"),
        ("link.log", "link.log", "is a link"),
        ("bad.log", "bad.log", "is damaged"),
    ],
)
def test_unpack_forgiving_passes_over_what_cannot_be_opened_and_says_why(spoilt, name, fault, tmp_path):
    info = zipfile.ZipInfo(spoilt)
    info.external_attr = (0o120777 if spoilt == "link.log" else 0o100644) << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for each in ("lee/a.log", "park/a.log"):
            archive.writestr(each, "x")
        archive.writestr(info, "epoch,loss")
    if spoilt == "bad.log":
        content = (tmp_path / "class.zip").read_bytes()
        (tmp_path / "class.zip").write_bytes(content.replace(b"epoch,loss", b"epoch,lass"))
    found = unpack(tmp_path / "class.zip", tmp_path, SMALL, forgiving=True)
    ((told, why),) = found.refused
    assert told == name and fault in why
    assert {member.name for member in found.members} == {"lee/a.log", "park/a.log"} - {spoilt}


def test_unpack_forgiving_refuses_a_bomb_all_the_same(tmp_path):
    archive = make(tmp_path / "class.zip", {"a.log": b"0" * 2_000_000, "b.log": "x"})
    with pytest.raises(DataError, match="times its size"):
        unpack(archive, tmp_path, SMALL, forgiving=True)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"PK\5\6" + b"\xff" * 18])
def test_unpack_no_zip_is_refused(content, tmp_path):
    (tmp_path / "kim.zip").write_bytes(content)
    assert "it is no zip, or a damaged one" in refusal(tmp_path / "kim.zip") or "longer than" in refusal(tmp_path / "kim.zip")


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_unpack_korean_name_without_its_flag_is_read(encoding, tmp_path):
    archive = make(tmp_path / "kim.zip", {"aaaaaa.md" if encoding == "utf-8" else "aaaa.md": "x"})
    plain = b"aaaaaa" if encoding == "utf-8" else b"aaaa"
    archive.write_bytes(archive.read_bytes().replace(plain, "답안".encode(encoding)))
    assert unpack(archive, tmp_path, SMALL).members[0].name == "답안.md"


@settings(max_examples=150)
@given(changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12), cut=st.integers(0, 400))
def test_unpack_of_any_damage_refuses_or_unpacks(changes, cut, tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": "epoch,loss\n1,2\n" * 9, "b/c.md": "---\nbest_epoch: 3\n---\n"})
    content = bytearray(archive.read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    archive.write_bytes(content[: len(content) - cut % 40])
    try:
        members = unpack(archive, tmp_path, SMALL).members
    except FitscopeError as error:
        assert str(error).startswith(("it ", "its ", "'"))
    else:
        assert all(member.path.resolve().is_relative_to(tmp_path.resolve()) for member in members)


def test_hidden_knows_what_systems_leave_behind():
    assert all(map(packed.hidden, ("Thumbs.db", "a/.DS_Store", "__MACOSX/a.html", ".git/config")))
    assert not any(map(packed.hidden, ("report.html", "a.b/c.md")))
