"""README's examples for instructors are what fitscope reads."""

import re
from pathlib import Path

import pytest

from fitscope.grading.conditions import KINDS
from fitscope.grading.fields import kind_of
from fitscope.grading.overrides import read_overrides
from fitscope.grading.rubric import read_rubric

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf8")


@pytest.fixture
def examples(tmp_path):
    """Write README's TOML examples and return their paths: the rubric, then the overrides."""
    paths = []
    for number, text in enumerate(re.findall(r"```toml\n(.*?)```", README, re.DOTALL)):
        paths.append(tmp_path / f"{number}.toml")
        paths[-1].write_text(text, encoding="utf8")
    return paths


def test_rubric_of_the_readme_is_read(examples):
    rubric = read_rubric(examples[0])
    assert (rubric.possible, [criterion.title for criterion in rubric.criteria]) == (
        10,
        ["Best epoch", "Verdict", "Test result", "Why"],
    )


def test_overrides_of_the_readme_are_read(examples):
    found = read_overrides(examples[1], read_rubric(examples[0]))
    assert [(entry.points, entry.decision) for entry in found.entries] == [(2, None), (None, "dismissed")]


def test_fields_of_the_readme_are_known_and_all_conditions_stand_there():
    rows = README.partition("| `field` |")[2].partition("\n\n")[0]
    paths = re.findall(r"`([a-z_]+\.[a-z_.]+)`", rows)
    assert len(paths) > 15 and [path for path in paths if kind_of(path) is None] == []
    assert [kind for kind in KINDS if f"`{kind} = " not in README] == []
