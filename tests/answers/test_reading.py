"""Answers are read from whatever a student hands in, and nothing in it is ever executed or expanded."""

import pytest

from fitscope import words
from fitscope.answers import form, read, read_file
from fitscope.answers.reading import LONGEST, UNANSWERED
from fitscope.errors import DataError
from fitscope.language import speaking
from fitscope.result import Answers

WHOLE = """---
name: Kim Minji
id: 0012
best_epoch: 9  # lowest validation loss
verdict: overfitting
test_accuracy: 0.79
why: |
  Validation loss rises **after** epoch 9.

  # Not a comment
---
"""


def fields(text):
    return read(f"---\n{text}\n---\n")


def test_read_form_filled_in_gives_every_answer():
    found = read(WHOLE)
    why = "Validation loss rises **after** epoch 9.\n\n# Not a comment"
    assert found.answers == Answers(9, "overfitting", 0.79, why=why)
    assert (found.name, found.id, found.problems) == ("Kim Minji", "0012", ())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\N{ZERO WIDTH NO-BREAK SPACE}" + text,
        lambda text: "\n\n" + text,
        lambda text: text.removesuffix("---\n"),
        lambda text: text.replace("---\n", ""),
        lambda text: text.removeprefix("---\n"),
        lambda text: text.replace("best_epoch", "Best epoch").replace("test_accuracy", "Test-Accuracy"),
    ],
)
def test_read_same_answers_written_otherwise_are_the_same(change):
    assert read(change(WHOLE)) == read(WHOLE)


@pytest.mark.parametrize("text", ["9", '"9"', "Epoch 9", "9.0", "９", "에포크 9", "9번째 에포크"])
def test_best_epoch_is_read(text):
    assert fields(f"best_epoch: {text}").answers.best_epoch == 9


@pytest.mark.parametrize("text", ["about nine", "8-12", "0", "-3", "1e400", "9" * 30, "9.5", "true"])
def test_best_epoch_that_is_none_is_told_and_left_open(text):
    found = fields(f"best_epoch: {text}\nverdict: good_fit")
    assert found.answers == Answers(verdict="good_fit")
    assert len(found.problems) == 1
    assert "best_epoch is “" in found.problems[0]


@pytest.mark.parametrize("code", words.VERDICTS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_verdict_is_read_as_code_or_label_in_any_case(code, language):
    with speaking(language):
        label = words.label(code)
    for text in (code, code.upper(), code.replace("_", "-"), label, label.title(), f"“{label}”", f"{label}."):
        assert fields(f"verdict: {text}").answers.verdict == code


def test_verdict_that_is_none_is_kept_and_told():
    found = fields("verdict: memorising")
    assert found.answers.verdict == "memorising"
    assert found.problems == (f"verdict is “memorising”, and must be one of {', '.join(words.VERDICTS)}.",)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.792", 0.792), ("79.2 %", 0.792), ("79,2%", 0.792), ("0,79", 0.79), ("79", 0.79), ("1", 1.0), ("0", 0.0), (".8", 0.8)],
)
def test_test_accuracy_is_a_share(text, value):
    assert fields(f"test_accuracy: {text}").answers.test_accuracy == value


@pytest.mark.parametrize("text", ["-0.1", "101", "nan", "inf", ".inf", "0.7.9", "high", "0x1", "1_0", "1e999"])
def test_test_accuracy_that_is_none_is_told(text):
    found = fields(f"test_accuracy: {text}")
    assert found.answers.test_accuracy is None
    assert "give a share from 0 to 1" in found.problems[0]


def test_other_measures_are_numbers():
    assert fields("test_loss: 1.02\ntest_mae: 44,2").answers == Answers(test_loss=1.02, test_mae=44.2)
    assert [problem.split(" is ")[0] for problem in fields("test_loss: low\ntest_mae: -1").problems] == ["test_loss", "test_mae"]


def test_body_goes_to_why_and_below_an_earlier_one():
    assert read("---\nbest_epoch: 9\nwhy:\n---\n\n# It rises\n").answers.why == "# It rises"
    assert read("---\nwhy: It rises.\n---\nAnd it is noisy.\n").answers.why == "It rises.\n\nAnd it is noisy."


def test_other_keys_are_kept_as_texts():
    assert fields("best_epoch: 9\nregularizer: yes\n질문: 답").answers.more == {"regularizer": "yes", "질문": "답"}


def test_key_that_stands_twice_is_told_and_the_first_counts():
    found = fields("best_epoch: 9\nbest_epoch: 12")
    assert (found.answers.best_epoch, found.problems) == (9, ("best_epoch stands there twice; the first one counts.",))
    assert fields("best_epoch:\nbest_epoch: 12").problems == ()


@pytest.mark.parametrize("text", ["best_epoch: [9]", "best_epoch: {a: {b: 9}}", "best_epoch:\n- 9\n- {c: 1}", "? [a, b]\n: 9"])
def test_nested_value_is_told_and_left_open(text):
    found = fields(f"{text}\nverdict: good_fit")
    assert found.answers.best_epoch is None
    assert any("takes one value" in problem for problem in found.problems)


@pytest.mark.parametrize(
    "text",
    ["why: !!python/object/apply:os.system ['touch owned']", "why: !!python/name:os.system", "why: !!binary aGVsbG8=",
     "<<: {best_epoch: 9}", "why: !include /etc/passwd"],
)  # fmt: skip
def test_tags_and_merges_do_nothing(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = fields(f"best_epoch: 3\n{text}")
    assert found.answers.best_epoch == 3
    assert list(tmp_path.iterdir()) == []
    assert found.answers.why in (None, "", "aGVsbG8=", "/etc/passwd")


def test_aliases_are_told_and_never_expanded():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefghi", "bcdefghij")]
    found = fields("\n".join([*lines, "best_epoch: &x 9", "verdict: *x"]))
    assert found.answers == Answers()
    assert sum("anchor or alias" in problem for problem in found.problems) == 2


def test_damaged_yaml_is_read_line_by_line_and_told():
    found = fields("best_epoch: 9\nverdict: 'good fit'\nwhy: Because: it stays.\n\tAnd **so** on\nodd line")
    assert found.answers == Answers(9, "good_fit", why="Because: it stays.\n\tAnd **so** on\nodd line")
    assert found.problems[0].startswith("Line ")
    assert "line by line" in found.problems[0]


@pytest.mark.parametrize(
    "why", ["**Bold** words", "why | \n", "`code`: so", "@home", "% of the loss", "a: b: c", "|\nnot indented"]
)
def test_markdown_that_is_no_yaml_loses_no_other_answer(why):
    assert fields(f"best_epoch: 9\nwhy: {why}").answers.best_epoch == 9


def test_comment_lines_of_damaged_yaml_are_no_answers():
    text = form("reuters").replace("best_epoch:", "best_epoch: 9").replace("why: |", "why: a: b")
    assert read(text).answers == Answers(9, why="a: b")


@pytest.mark.parametrize(
    "text", ["", " \n\t\n", "# My report\n\nIt overfits.", "- a\n- b", "Hello: world", "---\njust words\n---", "[" * 50]
)
def test_text_without_front_matter_is_refused(text):
    with pytest.raises(DataError, match="fitscope answers DATASET"):
        read(text)


@pytest.mark.parametrize("text", ["x" * 1_000_000, "가" * (LONGEST // 3 + 1)])
def test_long_text_is_refused(text):
    with pytest.raises(DataError, match="longer than 100,000 bytes"):
        read(text)


@pytest.mark.parametrize(
    "text", ["best_epoch: " + "[" * 99_000, "why: {" * 15_000, "? " * 49_000, "- " * 49_000, "a:\n" * 33_000, "---\n" * 24_000,
             "best_epoch:" + " " * 98_000 + "x", "&a " * 33_000, "why: '" + "''" * 49_000, "a b " * 24_000])  # fmt: skip
def test_hostile_text_is_read_or_refused_in_a_sentence(text):
    try:
        said = read(text).problems
    except DataError as error:
        said = (str(error),)
    assert said
    assert max(map(len, said)) < 300


def test_control_characters_become_signs():
    answers = fields('why: "a\\u0000b\\x1b[31m"\nq: c\x07d').answers
    assert (answers.why, answers.more) == ("a�b�[31m", {"q": "c�d"})


def test_scripts_and_html_are_texts():
    assert fields("why: <script>alert(1)</script>").answers.why == "<script>alert(1)</script>"


def test_name_and_id_are_kept_as_texts():
    assert fields("name: ' Kim   Minji '\nstudent_id: 0012\nwhy: so").id == "0012"
    found = fields(f"name: {'n' * 201}\nid: {'1' * 101}\nwhy: so")
    assert (found.name, found.id, len(found.problems)) == (None, None, 2)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("dataset", "task", "measure"), [
    ("reuters", None, "test_accuracy"), ("diabetes", "regression", "test_mae"), ("own.csv", "regression", "test_mae"),
    ("x\nbest_epoch: 3 #", None, "test_accuracy"), ("diabetes", "classes", "test_accuracy"),
])  # fmt: skip
def test_form_reads_back_as_not_answered(language, dataset, task, measure):
    with speaking(language):
        text = form(dataset, task)
    found = read(text)
    assert (found.answers, found.name, found.id, found.problems) == (Answers(), None, None, (UNANSWERED,))
    assert f"\n{measure}:\n" in text
    assert max(map(len, text.splitlines())) <= 110


def test_form_filled_in_on_its_lines_reads_back():
    text = form("reuters")
    for key, value in {"name": "Kim", "id": "7", "best_epoch": "9", "verdict": "overfitting", "test_accuracy": "79 %"}.items():
        text = text.replace(f"\n{key}:\n", f"\n{key}: {value}\n")
    text = text.replace("why: |\n", "why: |\n  It rises.\n") + "\nBelow.\n"
    found = read(text)
    assert found.answers == Answers(9, "overfitting", 0.79, why="It rises.\n\nBelow.")
    assert (found.name, found.id, found.problems) == ("Kim", "7", ())


def test_read_file_reads_what_read_does(tmp_path):
    path = tmp_path / "answers.md"
    path.write_text(WHOLE, encoding="utf-8-sig")
    assert read_file(path) == read(WHOLE)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "are empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"x" * 200_000, "longer than"),
        ("가".encode() * 50_000, "longer than"),
        (b"---\nbest_epoch: soon\n---", "best_epoch is “soon”"),
        (form("digits").encode(), "Nothing is answered yet."),
    ],
)
def test_read_file_that_cannot_be_used_is_refused_with_its_name(content, says, tmp_path):
    path = tmp_path / "answers.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=says) as error:
        read_file(path)
    assert str(path) in str(error.value)
