"""Files that somebody names: no more of one is read than wanted, and what is no file, such as a pipe, is not waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_start(path: Path, most: int) -> bytes:
    """Return the first bytes of a file.

    Args:
        path: the file.
        most: how many bytes are read.

    Raises:
        OSError: it cannot be read, or is a folder, a pipe or a device.
        ValueError: no file can have such a name.

    Example:
        >>> from pathlib import Path
        >>> _ = Path("answers.md").write_text("best_epoch: 9")
        >>> read_start(Path("answers.md"), 10)
        b'best_epoch'
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is no file", str(path))
        with open(handle, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(handle)
