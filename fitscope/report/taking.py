"""Taking an analysis' folder for one process: the lock, which dies with it, and a look at what lies where it works."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = "lock"
_NO_LOCKS = {getattr(errno, name, -1) for name in ("ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")}  # of a file system without them


class BusyError(Exception):
    """Another process works there."""


def take(work: Path) -> BaseFileLock | None:
    """Make a folder, where it is missing, this process' own.

    Args:
        work: the folder.

    Returns:
        The lock to release; None on a file system without locks.

    Raises:
        BusyError: another process works there.
        OSError: it cannot be written.
    """
    from filelock import FileLock, Timeout

    work.mkdir(exist_ok=True)
    lock = FileLock(work / LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError from None
    except NotImplementedError:
        return None
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise
    return lock


def strange(*folders: Path) -> Path | None:
    """Return what is neither file nor folder where fitscope works, or is a file in a folder's place; None where all is well.

    A folder that came from elsewhere may hold links, through which other files would be overwritten, and pipes, which nobody ever
    writes to.

    Args:
        folders: where it works; they may be missing.
    """
    for folder in folders:
        mode = _mode(folder)
        if mode is not None and not stat.S_ISDIR(mode):
            return folder
        for path in sorted(folder.iterdir()) if mode is not None else ():
            mode = _mode(path)
            if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                return path
    return None


def _mode(path: Path) -> int | None:
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return None
