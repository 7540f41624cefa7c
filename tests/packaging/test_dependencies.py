"""What is installed beside fitscope: each within a tested range, pinned for CI, its licence listed."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
ASKED = [Requirement(text) for text in sum(PROJECT["optional-dependencies"].values(), PROJECT["dependencies"])]
LICENCES = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+?) \| ", (ROOT / "LICENSES.md").read_text(encoding="utf8"), re.MULTILINE))
PINNED = {}
for line in (ROOT / "constraints.txt").read_text(encoding="utf8").splitlines():
    if not line.startswith("#"):
        name, _, version = line.partition("==")
        PINNED[canonicalize_name(name)] = version


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_dependency_has_a_lowest_and_a_highest_version(asked):
    assert {one.operator for one in asked.specifier} == {">=", "<"}


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_constraint_lies_within_the_range(asked):
    assert asked.specifier.contains(PINNED[canonicalize_name(asked.name)])


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_dependency_has_its_licence_listed(asked):
    assert LICENCES.get(canonicalize_name(asked.name), "not said") != "not said"


def test_constraints_and_licences_name_the_same_packages():
    assert set(LICENCES) - {"package", "setuptools", "wheel"} - set(PINNED) == set()  # those two pip does not freeze
