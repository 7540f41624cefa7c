"""No file of a class makes a spreadsheet reckon with what a student wrote."""

import csv
import dataclasses
import io
import unicodedata

import openpyxl
import pytest

from fitscope.grading import cells, lists
from fitscope.grading.gradebook import gradebooks
from fitscope.grading.outputs import _cleaned

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    " =1",
    "\u200b=1",
    "'=1",
    "x;=1",
    "−1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_any_file_of_a_class_begins_a_formula(make_class, make_graded, make_rubric, text):
    one = make_graded(0)
    student = dataclasses.replace(one.student, name=text, id=text, email=text, section=text, group=text, login=text, canvas=text)
    marks = tuple(dataclasses.replace(mark, evidence=text, text=text, decided=text) for mark in one.marks)
    told = dataclasses.replace(one, name=text, student=student, marks=marks, error=text, files=(text,), notes=(text,))
    book = _cleaned(dataclasses.replace(make_class(2), graded=(told,), missing=(dataclasses.replace(student, id=None),)))
    files, _ = gradebooks(book, make_rubric(title=text))
    files |= {"feedback.csv": lists.feedback_list(book, {book.graded[0].name: "a.html"})}
    files |= {"names.csv": cells.to_csv([(text, text)])}
    for name, content in files.items():
        if name.endswith(".xlsx"):
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert all(cell.data_type != "f" for row in sheet for cell in row), name
            continue
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if _is_formula(cell)], name


def _is_formula(cell):
    begins = unicodedata.normalize("NFKC", cell.lstrip(" \u200b"))[:1]
    return begins in ("=", "+", "@", "\t", "\r", "\n", "−") or (begins == "-" and not cell[1:].replace(".", "", 1).isdigit())
