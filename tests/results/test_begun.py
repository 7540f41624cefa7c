"""An analysis that was begun: how it is gone on with, and what is told of one that is not finished."""

import json
import shlex

import pytest

from fitscope.cli.analyze import analyze
from fitscope.plan import Plan, student_seed
from fitscope.result.begun import PLAN, another_plan, command_words, differences, going_on, unfinished
from fitscope.studies.wishes import Wishes

ALONE = Wishes()


def begun(wishes=ALONE, author=None, blind=False, **changes):
    plan = Plan("digits", "ab", None, "textbook", **changes)
    return {"plan": plan.to_json(), **wishes.to_json(), "author": author, "notes": None, "answers": None, "blind": blind}


@pytest.fixture
def folder(tmp_path):
    """Return a function that begins an analysis in a folder."""

    def put(content):
        (tmp_path / PLAN).write_text(json.dumps(content), encoding="utf8")
        return tmp_path

    return put


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (begun(max_epochs=30), "--max-epochs 30"),
        (begun(Wishes(repeats=3, remedies=True)), "--repeats 3"),
        (begun(Wishes(search="random", trials=5), blind=True), "--trials 5"),
        (begun(options={"target": "the price", "test": 0.2}), "--target 'the price'"),
    ],
)
def test_command_that_goes_on_is_one_that_analyze_takes(content, said, tmp_path):
    command = going_on(tmp_path, content)
    assert said in command and command.endswith(f"--resume {tmp_path}")
    name, verb, *words = shlex.split(command)
    assert (name, verb) == ("fitscope", "analyze")
    assert analyze.make_context(verb, words).params["resume"] == tmp_path


@pytest.mark.parametrize(
    ("wishes", "blind", "said"),
    [
        ({}, False, []),
        ({"repeats": 1, "trials": 9, "remedies": False, "sizes": False}, False, []),
        ({"folds": 5}, True, ["--folds", "5", "--blind"]),
        ({"repeats": 3, "remedies": True}, False, ["--repeats", "3", "--remedies"]),
        ({"search": "hyperband", "trials": 9, "sizes": True}, False, ["--search", "hyperband", "--trials", "9", "--sizes"]),
        ({"refit_by": "updates"}, False, ["--refit-by", "updates"]),
        ({"leaks": True, "sizes": True}, False, ["--sizes", "--leaks"]),
    ],
)
def test_command_says_what_is_trained_beside_and_nothing_else(wishes, blind, said):
    plan = Plan("digits", "ab", None, "textbook")
    alone = command_words(plan, {})
    assert alone[:3] == ["fitscope", "analyze", "digits"] and alone[-2:] == ["--seed", "0"]
    assert command_words(plan, wishes, blind) == alone + said


def test_plans_that_differ_in_what_is_told_alone_are_the_same():
    assert differences(begun(), begun() | {"author": "Kim", "notes": "n", "answers": {"why": "w"}, "seed_from": "x"}) == []
    assert differences(begun(), begun(blind=True)) == ["blind run False, not True"]


@pytest.mark.parametrize(
    ("course", "said"), [(None, "--student-id 7 --refit-by"), ("key", "--student-id 7 --course KEY --refit-by")]
)
def test_seed_of_a_student_is_said_by_the_number(course, said, tmp_path):
    content = begun(author={"name": None, "id": "7"}, seed=student_seed("7", course), seed_from="student-id")
    assert said in going_on(tmp_path, content) and "--seed" not in going_on(tmp_path, content)


@pytest.mark.parametrize(
    "content", [None, {}, {"plan": {"dataset": 5}}, begun(options={"target": "x" * 5000}), begun() | {"plan": 3}]
)
def test_plan_that_does_not_tell_its_command_is_gone_on_with_in_words(content, tmp_path):
    assert going_on(tmp_path, content).startswith("the command that began it, with --resume")


def test_folder_that_is_not_finished_says_how_to_go_on(folder):
    found = folder(begun())
    assert unfinished(found) == f"The analysis in {found} is not finished; {going_on(found, begun())} goes on with it."


@pytest.mark.parametrize("name", ["result.json", "report.html"])
def test_folder_with_a_result_is_read(folder, name):
    found = folder(begun())
    (found / name).write_text("")
    assert unfinished(found) is None


@pytest.mark.parametrize("content", [[], {"plan": 3}, {"plan": {}}, "x"])
def test_plan_of_another_program_is_none_of_ours(folder, content):
    assert unfinished(folder(content)) is None


def test_other_plan_names_the_command_that_goes_on_and_how_another_is_begun(tmp_path):
    said = another_plan(tmp_path, begun(max_epochs=30), begun(max_epochs=8))
    assert said.startswith(f"{tmp_path} was begun with max epochs 30, not 8; fitscope analyze digits --max-epochs 30")
    assert said.endswith("goes on as it was begun, and --output in the place of --resume begins another one.")
    assert another_plan(tmp_path, begun(), begun()) is None


def test_data_that_changed_since_names_no_command_that_could_not_go_on(tmp_path):
    now = begun()
    now["plan"]["data_sha256"] = "cd"
    said = another_plan(tmp_path, begun(), now)
    assert "with the files as they were then it goes on" in said and "fitscope analyze" not in said


@pytest.mark.parametrize("command", ["diagnose", "compare", "report"])
def test_unfinished_analysis_is_told_where_it_is_to_be_read(cli_invoke, folder, command):
    found = cli_invoke(command, str(folder(begun())))
    assert found.exit_code == 1
    assert "is not finished; fitscope analyze digits" in found.stderr and "columns" not in found.stderr


def test_unfinished_analysis_is_told_before_it_predicts(cli_invoke, folder, tmp_path):
    found = cli_invoke("predict", str(folder(begun())), "new.csv")
    assert found.exit_code == 1 and "is not finished; fitscope analyze digits" in found.stderr
