"""One submission graded as Gradescope's autograder does it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from fitscope.errors import DataError, not_written
from fitscope.grading.examine import examine
from fitscope.grading.gradebook import gradescope
from fitscope.grading.records import HandIn, Student
from fitscope.grading.rubric import read_rubric
from fitscope.wholefile import put_text

RESULTS = "results.json"


def autograde(folder: Path, rubric: Path, output: Path) -> tuple[str, Path]:
    """Grade the one submission that a folder holds, and write what Gradescope reads.

    Args:
        folder: of the submission, on Gradescope `/autograder/submission`.
        rubric: the criteria.
        output: the folder for `results.json`, on Gradescope `/autograder/results`; an earlier one is written anew.

    Returns:
        The JSON, and where it was written.

    Raises:
        DataError: there is no such folder, or the rubric cannot be read.
        OutputError: `results.json` cannot be written.
    """
    criteria = read_rubric(rubric)
    graded = examine(_hand_in(folder), criteria).graded
    text = json.dumps(gradescope(dataclasses.replace(graded, flags=()), criteria.language), ensure_ascii=False, indent=1) + "\n"
    try:
        output.mkdir(parents=True, exist_ok=True)
        put_text(output / RESULTS, text)
    except OSError as error:
        raise not_written(output / RESULTS, error, "give another folder with --output") from None
    return text, output / RESULTS


def _hand_in(folder: Path) -> HandIn:
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; give the folder of one submission, on Gradescope /autograder/submission.")
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return HandIn(folder.name, Student(), tuple(paths), tuple(path.relative_to(folder).as_posix() for path in paths))
