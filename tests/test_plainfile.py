"""Files that somebody names."""

import os

import pytest

from fitscope.answers import read_file
from fitscope.errors import DataError
from fitscope.plainfile import read_start
from fitscope.report.notes import read_notes


def test_read_start_reads_no_more_than_wanted(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert [read_start(tmp_path / "a", most) for most in (0, 3, 9)] == [b"", b"123", b"12345"]


def test_read_start_of_a_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError):
        read_start(tmp_path, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize(("read", "told"), [(read_file, "give the file that you filled in"), (read_notes, "give a Markdown file")])
def test_answers_and_notes_that_are_a_pipe_are_refused_and_not_waited_for(tmp_path, read, told):
    os.mkfifo(tmp_path / "words.md")
    with pytest.raises(DataError, match=f"cannot be read .it is no file.; {told}"):
        read(tmp_path / "words.md")
