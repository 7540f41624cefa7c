"""Prints LICENSES.md: whose licence each package has that fitscope needs, as the packages themselves say.

.venv/bin/python tests/packaging/licences.py > LICENSES.md
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf8"))["project"]
HEAD = """# Licences

fitscope itself is under the [MIT license](LICENSE). It contains no code of other packages; `pip` installs them beside it, each
under its own licence, as it says itself. Made by
`python tests/packaging/licences.py > LICENSES.md` in an environment with `.[test]`.
"""


def direct() -> dict[str, str]:
    """Return the packages that pyproject.toml names, with what asks for each: fitscope, or an extra."""
    asked = {"fitscope": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    found: dict[str, str] = {}
    for extra, requirements in asked.items():
        for text in requirements:
            found.setdefault(canonicalize_name(Requirement(text).name), extra)
    return found


def closure(names: list[str]) -> dict[str, Distribution]:
    """Return all that the packages need on this machine, those that are installed."""
    found: dict[str, Distribution] = {}
    left = list(names)
    while left:
        name = canonicalize_name(left.pop())
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        needs = [Requirement(text) for text in found[name].requires or ()]
        left += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: its metadata's expression, classifiers or words, or its licence file."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return expression
    classifiers = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    if classifiers := [name for name in classifiers if name != "OSI Approved"]:
        return ", ".join(dict.fromkeys(classifiers))
    files = [path for path in package.files or () if path.name.upper().startswith("LICEN")]
    text = (said.get("License") or "").strip().partition("\n")[0] or (files[0].read_text() if files else "")
    known = re.search("Apache License|MIT License", text)
    return known[0] if known else re.sub(r"\s+", " ", text)[:60] or "not said"


def table(names: list[str], packages: dict[str, Distribution], asked: dict[str, str]) -> list[str]:
    """Return a table's lines."""
    rows = [f"| {name} | {licence(packages[name])} | {asked.get(name, 'another package')} |" for name in sorted(names)]
    return ["| package | licence | needed by |", "|---|---|---|", *rows]


def main() -> None:
    """Print the whole file."""
    asked = direct()
    packages = closure(list(asked))
    if missing := sorted(set(asked) - set(packages)):
        sys.exit(f"{', '.join(missing)} is not installed; install '.[test]' first.")
    run = set(closure([name for name, extra in asked.items() if extra == "fitscope"]))
    print(HEAD)
    print("\n".join(["## What fitscope runs with", "", *table(list(run), packages, asked)]))
    print("\n".join(["", "## What extras and tests need beside", "", *table(list(set(packages) - run), packages, asked)]))


if __name__ == "__main__":
    main()
