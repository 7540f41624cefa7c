"""One submission as Gradescope's autograder grades it."""

import json

import pytest

from fitscope.errors import DataError, OutputError
from fitscope.grading.autograder import autograde

LOG = "epoch,loss,val_loss\n" + "".join(f"{i},{1 / (i + 1):.6f},{0.5 + abs(i - 4) / 50:.6f}\n" for i in range(12))
ANSWERS = "---\nname: Kim Minji\nid: 7\nbest_epoch: 5\nverdict: overfitting\n---\nIt rises from epoch 6 on.\n"
RUBRIC = """\
title = "Find the best epoch"
[[criterion]]
title = "Best epoch"
points = 3
field = "answers.best_epoch"
in_plateau = true
[[criterion]]
title = "Why"
points = 2
field = "answers.why"
manual = true
"""


@pytest.fixture
def graded(tmp_path):
    """Grade a submission of these files."""

    def grade(**contents):
        submission, rubric = tmp_path / "submission", tmp_path / "rubric.toml"
        submission.mkdir(exist_ok=True)
        rubric.write_text(RUBRIC, encoding="utf8")
        for name, content in contents.items():
            (submission / name).write_text(content, encoding="utf8")
        text, path = autograde(submission, rubric, tmp_path / "results")
        assert path == tmp_path / "results" / "results.json" and path.read_text(encoding="utf8") == text
        return json.loads(text)

    return grade


def test_autograde_log_with_answers_earns_its_points_and_says_what_waits(graded):
    content = graded(**{"training.log": LOG, "answers.md": ANSWERS})
    best, why = content["tests"]
    assert content["score"] == 3 and (best["name"], best["score"], best["max_score"]) == ("Best epoch", 3, 3)
    assert "score" not in why and "Still to be read, up to 2" in why["output"]
    assert "flag" not in json.dumps(content)


@pytest.mark.parametrize("contents", [{}, {"essay.txt": "It overfits."}, {"report.html": "<html>"}, {"hand-in.zip": "no zip"}])
def test_autograde_what_cannot_be_read_gets_no_points_and_the_reason(graded, contents):
    content = graded(**contents)
    assert content["score"] == 0 and content["output"].endswith(".")
    assert [test["score"] for test in content["tests"]] == [0, 0]


def test_autograde_again_takes_the_place_of_earlier_results(graded, tmp_path):
    graded(**{"training.log": LOG})
    assert graded(**{"answers.md": ANSWERS})["score"] == 3
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["results.json"]


def test_autograde_without_a_submission_is_refused(tmp_path):
    (tmp_path / "rubric.toml").write_text(RUBRIC, encoding="utf8")
    with pytest.raises(DataError, match="/autograder/submission"):
        autograde(tmp_path / "nothing", tmp_path / "rubric.toml", tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_autograde_where_nothing_can_be_written_is_told(graded, tmp_path):
    (tmp_path / "results").write_text("a file", encoding="utf8")
    with pytest.raises(OutputError, match="give another folder with --output"):
        graded(**{"training.log": LOG})
    assert (tmp_path / "results").read_text(encoding="utf8") == "a file"
