"""What an input must not do: raise, take long, take much memory, write elsewhere, run code."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from fitscope.errors import FitscopeError

SECONDS, MEGABYTES = 5.0, 500.0
_NEVER = ("pickle.find_class", "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
          "socket.connect", "sqlite3.load_extension", "shutil.unpack_archive", "code.__new__")  # fmt: skip
_CHANGES = {"os.remove": 0, "os.rename": 1, "os.mkdir": 0, "os.rmdir": 0, "os.link": 1, "os.symlink": 1, "os.truncate": 0,
            "os.chmod": 0, "shutil.move": 1, "shutil.rmtree": 0}  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Forbidden(BaseException):
    """Something that no reader may do; no `except Exception` hides it."""


@dataclass
class Guard:
    """Call a reader and look at what it does.

    Args:
        read: takes the input and the scratch folder.
        scratch: the only folder that may be written to.
    """

    read: Callable[[bytes, Path], object]
    scratch: Path
    slowest: float = 0.0
    base_mb: float = field(default_factory=lambda: _peak_mb())
    armed: bool = False

    def watch(self) -> None:
        """Begin to look; what was loaded before is the base."""
        sys.addaudithook(self._event)
        signal.signal(signal.SIGVTALRM, _too_slow)
        reset_peak()
        self.base_mb = _peak_mb()
        most = _virtual_bytes() + 3 * 2**30
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    @property
    def grown_mb(self) -> float:
        return _peak_mb() - self.base_mb

    def break_of(self, data: bytes) -> tuple[str, str] | None:
        """Return the name of what broke, the same for the same place, and its traceback; None where all is well."""
        before, self.armed, found = time.process_time(), True, None
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            self.read(data, self.scratch)
        except FitscopeError as error:
            found = _bad_sentence(str(error))
        except BaseException as error:
            found = _named(error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self.armed = False
        took = time.process_time() - before
        self.slowest = max(self.slowest, took)
        if found is None and took > SECONDS:
            found = "slow", f"It took {took:.1f} s."
        if found is None and self.grown_mb > MEGABYTES:
            found = self._large(data)
        return found

    def _large(self, data: bytes) -> tuple[str, str] | None:
        """Read an input once more, for what the fuzzing itself keeps has grown, too, since the base was taken."""
        reset_peak()
        self.base_mb = _peak_mb()
        with contextlib.suppress(FitscopeError):
            self.read(data, self.scratch)
        return ("large", f"It took {self.grown_mb:.0f} MB.") if self.grown_mb > MEGABYTES else None

    def _event(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.armed:
            return
        if event == "open":
            self._check_open(*given)
        elif event in _CHANGES:
            path, *more = given[_CHANGES[event] :]
            if event in ("os.remove", "os.rmdir") and more and more[-1] != -1:  # within a folder that is open
                path = os.path.join(os.readlink(f"/proc/self/fd/{more[-1]}"), os.fsdecode(path))
            self._check_path(event, path)
        elif event in _NEVER or (event == "exec" and not _is_installed(given[0])):
            raise Forbidden(f"{event} {given!r:.200}")

    def _check_open(self, path: Any, mode: Any, flags: Any) -> None:
        if isinstance(flags, int) and flags & _WRITES and not isinstance(path, int):
            self._check_path("open", path)

    def _check_path(self, event: str, path: Any) -> None:
        if not isinstance(path, int) and not Path(os.path.realpath(os.fsdecode(path))).is_relative_to(self.scratch.resolve()):
            raise Forbidden(f"{event} of {path!r:.200}")


def _too_slow(*_: object) -> None:
    raise Forbidden(f"more than {SECONDS:g} s")


def _bad_sentence(text: str) -> tuple[str, str] | None:
    """Complain of a message that is no sentence: a person gets one line, and not the whole file in it."""
    if len(text) > 3000 or not text.strip() or "\n" in text.strip():
        return "sentence", f"Its message has {len(text)} characters: {text[:300]!r}"
    return None


def _named(error: BaseException) -> tuple[str, str]:
    frames = traceback.extract_tb(error.__traceback__)
    own = next((frame for frame in reversed(frames) if "/fitscope/" in frame.filename), frames[-1])
    name = f"{type(error).__name__}-{Path(own.filename).stem}-{own.lineno}"
    lines = traceback.format_exception(error)
    return name, "".join(lines if len(lines) < 60 else [*lines[:30], "...\n", *lines[-30:]])


def _is_installed(code: Any) -> bool:
    """Tell code of this product and its libraries, also what they run while they are loaded, from what an input brought."""
    if isinstance(code, CodeType) and (os.path.isfile(code.co_filename) or code.co_filename.startswith("<frozen")):
        return True
    frame = sys._getframe()
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def reset_peak() -> None:
    """Count the peak of memory anew; Linux alone can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _virtual_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
