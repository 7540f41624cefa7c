import csv
import dataclasses
import json
import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fitscope.errors import OutputError, UsageError
from fitscope.plan import Plan
from fitscope.report.folder import RunFolder, default_folder, open_folder
from fitscope.studies.wishes import Wishes

PLAN = Plan("digits", "ab", None, "textbook")
CONTENT = {"plan": PLAN.to_json(), **Wishes().to_json()}


def test_default_folder_is_named_after_data_set_and_time():
    assert str(default_folder("imdb", datetime(2026, 1, 2, 3, 4, 5))) == "reports/imdb-20260102-030405"


def test_default_folder_that_is_taken_gets_a_number(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    now = datetime(2026, 1, 2, 3, 4, 5)
    for name in ("imdb-20260102-030405", "imdb-20260102-030405-2", "imdb-20260102-030405-3"):
        assert default_folder("imdb", now).name == name
        default_folder("imdb", now).mkdir(parents=True)


def test_plan_is_there_before_anything_is_trained(tmp_path):
    with open_folder(tmp_path / "run", CONTENT):
        content = json.loads((tmp_path / "run" / "plan.json").read_text())
        assert Plan.from_json(content["plan"]) == PLAN
        assert (tmp_path / "run" / ".run").is_dir()


def test_history_is_written_as_keras_csv_logger_would(tmp_path, result):
    folder = RunFolder(tmp_path / "run")
    folder.create(CONTENT)
    folder.fill(result, np.zeros((20, 3)), {})
    rows = list(csv.DictReader((tmp_path / "run" / "history.csv").open()))
    assert list(rows[0]) == ["epoch", "loss", "val_loss"]
    assert rows[0]["epoch"] == "0"
    assert [float(row["val_loss"]) for row in rows] == result.history.val_loss.tolist()
    assert np.load(tmp_path / "run" / "samples.npz")["losses"].shape == (20, 3)
    assert not (tmp_path / "run" / ".run").exists()


def test_report_is_written_last(tmp_path, result, monkeypatch):
    moved, replace = [], os.replace
    monkeypatch.setattr("os.replace", lambda old, new: (moved.append(Path(new)), replace(old, new)))
    folder = RunFolder(tmp_path / "run")
    folder.create(CONTENT)
    folder.fill(result, np.zeros((20, 3)), {"model.keras": b"m"})
    assert moved[-1] == tmp_path / "run" / "report.html"


def test_folder_of_an_analysis_that_fails_is_removed(tmp_path):
    with pytest.raises(KeyboardInterrupt), open_folder(tmp_path / "run", CONTENT):
        raise KeyboardInterrupt
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("blocked", ["file/run", "file"])
def test_place_that_cannot_be_written_is_refused(tmp_path, blocked):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match="--output"), open_folder(tmp_path / blocked, CONTENT):
        pass
    assert (tmp_path / "file").read_text() == "kept"


def test_dangling_link_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="exists already"), open_folder(tmp_path / "link", CONTENT):
        pass
    assert not (tmp_path / "elsewhere").exists()


def interrupted(path, finished, content=None):
    """Begin an analysis and stop it, with or without a finished training."""
    with pytest.raises(KeyboardInterrupt), open_folder(path, content or CONTENT) as folder:
        if finished:
            folder.trainings.mkdir()
            (folder.trainings / "key.npz").write_bytes(b"run")
        raise KeyboardInterrupt


def test_folder_of_an_analysis_that_fails_is_kept_where_a_training_is_finished(tmp_path):
    interrupted(tmp_path / "run", finished=True)
    with open_folder(tmp_path / "run", CONTENT, resume=True) as folder:
        assert [path.name for path in folder.trainings.iterdir()] == ["key.npz"]


@pytest.mark.parametrize("made", [False, True])
def test_resume_begins_where_the_folder_is_missing_or_empty(tmp_path, made):
    if made:
        (tmp_path / "run").mkdir()
    with open_folder(tmp_path / "run", CONTENT, resume=True):
        assert json.loads((tmp_path / "run" / "plan.json").read_text())["plan"] == PLAN.to_json()


def test_resume_with_other_options_is_refused_and_says_which(tmp_path):
    interrupted(tmp_path / "run", finished=True)
    other = {**CONTENT, "plan": PLAN.replace(seed=3).to_json(), "repeats": 4}
    with pytest.raises(UsageError, match="seed 0, not 3; repeats 1, not 4"), open_folder(tmp_path / "run", other, resume=True):
        pass
    assert (tmp_path / "run" / ".run" / "trainings" / "key.npz").exists()


def test_resume_in_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(OutputError, match=r"no plan\.json"), open_folder(tmp_path, CONTENT, resume=True):
        pass
    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_partial_result_keeps_the_finished_trainings_and_a_whole_one_does_not(tmp_path, result):
    for partial in (True, False):
        folder = RunFolder(tmp_path / str(partial))
        folder.create(CONTENT)
        folder.trainings.mkdir()
        folder.fill(dataclasses.replace(result, partial=partial), np.zeros((20, 3)), {})
        assert folder.trainings.is_dir() == partial
        assert (folder.finished() is None) == partial


def test_failed_resume_leaves_what_was_there(tmp_path, result):
    folder = RunFolder(tmp_path / "run")
    folder.create(CONTENT)
    folder.fill(dataclasses.replace(result, partial=True), np.zeros((20, 3)), {})
    folder.release()
    (tmp_path / "run" / "my-notes.txt").write_text("kept")
    with pytest.raises(KeyboardInterrupt), open_folder(tmp_path / "run", CONTENT, resume=True):
        raise KeyboardInterrupt
    assert {"report.html", "result.json", "my-notes.txt"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_resume_of_a_finished_folder_leaves_nothing_behind(tmp_path, result):
    folder = RunFolder(tmp_path / "run")
    folder.create(CONTENT)
    folder.fill(result, np.zeros((20, 3)), {})
    with open_folder(tmp_path / "run", CONTENT, resume=True) as again:
        assert again.finished() == result
    assert not (tmp_path / "run" / ".run").exists()


@pytest.mark.parametrize("content", ["{}", "[]", "", '{"plan": 5}'])
def test_resume_with_a_damaged_plan_is_refused_and_leaves_it(tmp_path, content):
    (tmp_path / "plan.json").write_text(content)
    with pytest.raises(OutputError, match=r"plan\.json"), open_folder(tmp_path, CONTENT, resume=True):
        pass
    assert (tmp_path / "plan.json").read_text() == content


SIGNED = {**CONTENT, "author": {"name": "Kim", "id": None}, "notes": "first"}


@pytest.mark.parametrize(
    ("given", "author", "notes"),
    [({}, "Kim", "first"), ({"notes": "second"}, "Kim", "second"), ({"author": {"name": "Lee", "id": None}}, "Lee", "first")],
)
def test_resume_keeps_author_and_notes_but_where_others_are_given(tmp_path, given, author, notes):
    interrupted(tmp_path / "run", finished=True, content=SIGNED)
    with open_folder(tmp_path / "run", {**CONTENT, **given}, resume=True) as folder:
        assert (folder.author.name, folder.notes) == (author, notes)
        (folder.trainings / "other.npz").write_bytes(b"run")
    kept = json.loads((tmp_path / "run" / "plan.json").read_text())
    assert (kept["author"]["name"], kept["notes"], kept["plan"]) == (author, notes, PLAN.to_json())


def test_finished_report_gets_the_notes_of_now(tmp_path, result):
    folder = RunFolder(tmp_path / "run")
    folder.create(CONTENT)
    folder.fill(result, np.zeros((20, 3)), {})
    before = folder.report.read_bytes()
    with open_folder(tmp_path / "run", SIGNED, resume=True) as again:
        signed = again.signed(again.finished())
    assert (signed.author.name, signed.notes) == ("Kim", "first")
    assert again.finished() == signed
    assert folder.report.read_bytes() != before


@pytest.mark.parametrize("author", [5, {"id": 7}, {"name": 5}])
def test_resume_with_a_damaged_author_is_refused(tmp_path, author):
    interrupted(tmp_path / "run", finished=True, content=CONTENT)
    (tmp_path / "run" / "plan.json").write_text(json.dumps({**CONTENT, "author": author}))
    with pytest.raises(OutputError, match=r"plan\.json"), open_folder(tmp_path / "run", CONTENT, resume=True):
        pass


def test_report_that_asks_first_still_does_when_it_is_signed_and_is_written_before_the_result(tmp_path, result, monkeypatch):
    with open_folder(tmp_path / "run", CONTENT, teach=True) as folder:
        folder.fill(result, np.zeros((20, 3)), {})
    signed = {**CONTENT, "notes": "Mine."}

    def killed(path, content):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, open_folder(tmp_path / "run", signed, resume=True, teach=True) as folder:
        patched.setattr("fitscope.report.folder.put_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            folder.signed(folder.finished())
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Mine." in page
    assert 'type="radio"' in page
    with open_folder(tmp_path / "run", signed, resume=True, teach=True) as folder:
        assert folder.signed(folder.finished()).notes == "Mine."


def test_folder_of_a_stopped_analysis_that_is_to_be_made_anew_says_how_to_go_on(tmp_path):
    interrupted(tmp_path / "run", finished=True)
    with pytest.raises(OutputError, match="holds an analysis that was stopped; go on with --resume .*run"), \
            open_folder(tmp_path / "run", CONTENT):  # fmt: skip
        pass
    assert (tmp_path / "run" / ".run" / "trainings" / "key.npz").exists()
