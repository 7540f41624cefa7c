"""One submission examined, by what its export says of it."""

import pytest

from fitscope.grading.examine import examine
from fitscope.grading.records import HandIn, Student

DUE = "2026-12-18T23:59:00+09:00"


@pytest.mark.parametrize(
    ("moment", "due", "late", "message"),
    [
        ("2026-12-18T14:59:00+00:00", DUE, None, None),
        ("2026-12-18T15:30:00+00:00", DUE, None, "It was handed in on 2026-12-19 00:30:00, and was due on 2026-12-18 23:59:00."),
        ("2026-12-18T15:30:00+00:00", None, None, None),
        (None, DUE, None, None),
        (None, DUE, "Canvas says that it was late.", "Canvas says that it was late."),
    ],
)
def test_late_is_what_the_export_says_or_comes_after_the_time(make_rubric, tmp_path, moment, due, late, message):
    (tmp_path / "training.log").write_text("epoch,loss,val_loss\n0,2,2\n1,1,1\n", encoding="utf8")
    hand_in = HandIn("kim", Student(), (tmp_path / "training.log",), ("kim/training.log",), late, moment)
    flags = examine(hand_in, make_rubric(due=due)).graded.flags
    assert [(flag.code, flag.message) for flag in flags] == ([("late", message)] if message else [])
