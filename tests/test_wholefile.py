"""Files that are there whole or not at all."""

import os
import stat

import pytest

from fitscope import wholefile
from fitscope.wholefile import put_whole


def test_two_that_write_one_file_at_once_never_put_a_half_in_its_place(tmp_path, monkeypatch):
    """Let a second process write the whole file while the first one is about to put its own there."""
    replace, path = os.replace, tmp_path / "grades.json"

    def late(scratch, place):
        monkeypatch.setattr(wholefile.os, "replace", replace)
        put_whole(path, b"second")
        assert path.read_bytes() == b"second" and scratch.read_bytes() == b"first"
        replace(scratch, place)

    monkeypatch.setattr(wholefile.os, "replace", late)
    put_whole(path, b"first")
    assert path.read_bytes() == b"first" and os.listdir(tmp_path) == ["grades.json"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666])
def test_put_whole_keeps_the_mode_less_the_umask(tmp_path, mode):
    before = os.umask(0o022)
    try:
        put_whole(tmp_path / "a", b"x", mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode & ~0o022


@pytest.mark.parametrize("place", ["folder", "gone/a"])
def test_put_whole_that_fails_names_the_file_itself_and_leaves_nothing(tmp_path, place):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as told:
        put_whole(tmp_path / place, b"x")
    assert told.value.filename == str(tmp_path / place) and os.listdir(tmp_path) == ["folder"]
