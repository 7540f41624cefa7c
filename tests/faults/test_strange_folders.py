"""Run folders that came from elsewhere, were damaged, or are wanted by two at once."""

import contextlib
import errno
import json
import os

import pytest

from fitscope import wholefile
from fitscope.errors import FitscopeError, OutputError, UsageError
from fitscope.plan import Plan
from fitscope.report import folder as folders
from fitscope.report.folder import RunFolder, keeps_trainings, open_folder
from fitscope.report.taking import BusyError, take
from fitscope.result.begun import LARGEST, PLAN
from fitscope.studies.wishes import Wishes
from fitscope.wholefile import write_whole

CONTENT = {"plan": Plan("digits", "ab", None, "textbook").to_json(), **Wishes().to_json()}


@pytest.fixture
def begun(tmp_path):
    """A folder in which a training was begun."""
    path = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt), open_folder(path, CONTENT) as folder:
        folder.trainings.mkdir()
        (folder.trainings / "key.state").write_bytes(b"state")
        raise KeyboardInterrupt
    return path


def link(path, to):
    if path.is_dir():
        path.rename(to)
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(to)


def pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize("name", [".run", ".run/lock", ".run/trainings", ".run/trainings/cluster", ".run/result.json"])
def test_link_in_a_run_folder_is_refused_and_nothing_is_written_through_it(begun, tmp_path, name):
    thesis = tmp_path / "thesis"
    if not (begun / name).is_dir():
        thesis.write_text("thesis")
    link(begun / name, thesis)
    with pytest.raises(OutputError, match=f"{name} is nothing that fitscope put there; move it away"):
        RunFolder(begun).resume(CONTENT)
    assert thesis.is_dir() or thesis.read_text() == "thesis"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", [".run/lock", ".run/trainings/key.state", ".run/trainings/search.jsonl"])
def test_pipe_that_nobody_writes_to_is_refused(begun, name):
    pipe(begun / name)
    with pytest.raises(OutputError, match=f"{name} is nothing that fitscope put there"):
        RunFolder(begun).resume(CONTENT)


@pytest.mark.parametrize("name", [".run", ".run/trainings"])
def test_file_in_a_folders_place_is_refused(begun, name):
    (begun / name).rename(begun / "away")
    (begun / name).write_text("x")
    with pytest.raises(OutputError, match=f"{name} is nothing that fitscope put there"):
        RunFolder(begun).resume(CONTENT)
    assert (begun / name).read_text() == "x"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", [PLAN, "result.json", "report.html"])
def test_pipe_in_a_files_place_is_waited_for_by_nobody(begun, name):
    pipe(begun / name)
    with pytest.raises(OutputError, match=r"holds no plan\.json") if name == PLAN else contextlib.nullcontext():
        RunFolder(begun).resume(CONTENT)
    assert RunFolder(begun).finished() is None


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"plan": {"model": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}", b"9" * 9_999])
def test_plan_that_is_none_is_one_sentence(begun, content):
    (begun / PLAN).write_bytes(content)
    with pytest.raises(FitscopeError, match="holds no plan.json|was begun with"):
        RunFolder(begun).resume(CONTENT)


def test_plan_that_is_too_large_is_not_read(begun):
    os.truncate(begun / PLAN, LARGEST + 1)
    with pytest.raises(OutputError, match=r"holds no plan\.json"):
        RunFolder(begun).resume(CONTENT)


def test_what_a_strange_plan_holds_is_told_shortly(begun):
    (begun / PLAN).write_text(json.dumps({**CONTENT, "plan": {**CONTENT["plan"], "model": "\x1b[2J" + "A" * 10_000}}))
    with pytest.raises(UsageError) as caught:
        RunFolder(begun).resume(CONTENT)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_folder_in_the_locks_place_is_refused_and_says_what_is_kept(begun):
    (begun / ".run" / "lock").unlink(missing_ok=True)
    (begun / ".run" / "lock").mkdir()
    with pytest.raises(OutputError, match="cannot be written .* its finished trainings are kept"):
        RunFolder(begun).resume(CONTENT)


def test_result_that_is_no_text_is_no_end(begun):
    (begun / "report.html").write_text("x")
    (begun / "result.json").write_bytes(b"\xff\xfe")
    assert RunFolder(begun).finished() is None


def test_scratch_that_is_a_link_is_not_followed(tmp_path, monkeypatch):
    thesis = tmp_path / "thesis"
    thesis.write_text("thesis")
    monkeypatch.setattr(wholefile.secrets, "token_hex", lambda size: "00")
    (tmp_path / ".plan.json.00.part").symlink_to(thesis)
    with pytest.raises(OutputError):
        write_whole(tmp_path / PLAN, "{}")
    assert (tmp_path / ".plan.json.00.part").is_symlink()
    monkeypatch.undo()
    write_whole(tmp_path / PLAN, "{}")
    assert (thesis.read_text(), (tmp_path / PLAN).read_text()) == ("thesis", "{}")


def test_folder_that_two_begin_at_once_stays_the_one_that_took_it_first(tmp_path, monkeypatch):
    """Let the other process come between the making of the folder and its taking."""
    first, path = [], tmp_path / "run"

    def late(work):
        if not first:
            first.append(RunFolder(path))
            first[0].resume(CONTENT)
        return take(work)

    monkeypatch.setattr(folders, "take", late)
    with pytest.raises(OutputError, match="Another fitscope is at work"), open_folder(path, CONTENT, resume=True):
        pass
    assert (path / PLAN).is_file()
    with pytest.raises(BusyError):
        take(path / ".run")
    first[0].release()


def test_analysis_that_came_to_its_end_meanwhile_is_seen_when_the_folder_is_taken(tmp_path, result, monkeypatch):
    first, path = RunFolder(tmp_path / "run"), tmp_path / "run"
    first.create(CONTENT)

    def late(work):
        first.fill(result, [[0.0]], {})
        return take(work)

    monkeypatch.setattr(folders, "take", late)
    with open_folder(path, CONTENT, resume=True) as folder:
        assert folder.signed(folder.finished()) == result
    assert not (path / ".run").exists()


def test_lock_is_held_until_nothing_is_left_to_be_removed(tmp_path, result, monkeypatch):
    folder, remove = RunFolder(tmp_path / "run"), folders.shutil.rmtree

    def removing(path, ignore_errors=False):
        with pytest.raises(BusyError):
            take(tmp_path / "run" / ".run")
        remove(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(folders.shutil, "rmtree", removing)
    folder.create(CONTENT)
    folder.fill(result, [[0.0]], {})
    assert not (tmp_path / "run" / ".run").exists()


def test_words_are_changed_by_one_at_a_time(tmp_path, result):
    folder, other = RunFolder(tmp_path / "run"), RunFolder(tmp_path / "run")
    folder.create(CONTENT)
    folder.fill(result, [[0.0]], {})
    folder.resume({**CONTENT, "notes": "mine"})
    with pytest.raises(OutputError, match="Another fitscope is at work"):
        other.resume({**CONTENT, "notes": "theirs"})
    assert folder.signed(folder.finished()).notes == "mine"
    assert not (tmp_path / "run" / ".run").exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_file_system_without_locks_is_written_all_the_same(tmp_path, monkeypatch, number):
    def refuse(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with open_folder(tmp_path / "run", CONTENT):
        assert (tmp_path / "run" / PLAN).is_file()


@pytest.mark.parametrize("name", ["x" * 300, "a/" * 3_000])
@pytest.mark.parametrize("resume", [False, True])
def test_path_that_is_too_long_is_one_sentence(tmp_path, name, resume):
    with pytest.raises(OutputError, match="cannot be written .*too long"), open_folder(tmp_path / name, CONTENT, resume):
        pass
    assert not keeps_trainings(tmp_path / name)


def test_folder_that_cannot_be_looked_into_is_one_sentence(begun, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(folders, "_holds_nothing", refuse)
    with pytest.raises(OutputError, match=r"cannot be written \(permission denied\); give a folder that is yours"):
        RunFolder(begun).resume(CONTENT)
