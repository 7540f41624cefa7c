"""Files that somebody names."""

import os

import pytest

from fitscope.answers import read_file
from fitscope.errors import DataError
from fitscope.plainfile import read_start


def test_read_start_reads_no_more_than_wanted(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert [read_start(tmp_path / "a", most) for most in (0, 3, 9)] == [b"", b"123", b"12345"]


def test_read_start_of_a_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError):
        read_start(tmp_path, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_answers_that_are_a_pipe_are_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "answers.md")
    with pytest.raises(DataError, match="cannot be read .it is no file.; give the file that you filled in"):
        read_file(tmp_path / "answers.md")
