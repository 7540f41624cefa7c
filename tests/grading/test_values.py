"""Values as students write them, and as sentences show them."""

import numpy as np
import pytest

from fitscope.grading.cleaning import clean, retexted
from fitscope.grading.grades import plain_data
from fitscope.grading.records import Flag, Gradebook, Graded, HandIn, Mark, Student
from fitscope.grading.texts import decoded
from fitscope.grading.values import figure, number_in, ranges, rounding, verdict_in


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (0.5, 0.5),
        (4, 4.0),
        (" 0,28 ", 0.28),
        ("28%", 0.28),
        ("28 %", 0.28),
        ("-3", -3.0),
        ("+3.", 3.0),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        (True, None),
        (None, None),
        ("", None),
        ("%", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        (float("nan"), None),
        (float("-inf"), None),
        ("0x10", None),
        ("1_000", None),
        ("1.2.3", None),
        ("1,234,5", None),
        ("4 epochs", None),
        ("٣", None),
        (10**400, None),
        ([1], None),
        ("5 % %", None),
        (" " * 90 + "7", 7.0),
        ("0" * 79 + "7", 7.0),
        ("0" * 80 + "7", None),
        ("9" * 5000, None),
    ],
)
def test_number_in_what_people_write(written, number):
    found = number_in(written)
    assert found == pytest.approx(number) if number is not None else found is None


@pytest.mark.parametrize(
    ("number", "others", "shown"),
    [
        (0.123456789, (), "0.1235"),
        (0.5, (), "0.5"),
        (3.0, (), "3"),
        (-2.0, (), "-2"),
        (0.0, (), "0"),
        (12345.678, (), "12345.7"),
        (10000.04, (), "10000.0"),
        (9999.4, (), "9999"),
        (-12345.678, (), "-12345.7"),
        (1e15, (), "1e+15"),
        (999999999999999.0, (), "999999999999999"),
        (1.5e300, (), "1.5e+300"),
        (0.859996, (0.86,), "0.859996"),
        (0.86, (0.86,), "0.86"),
        (0.123456, (0.123457,), "0.123456"),
        (0.123456789, (0.12345679,), "0.123456789"),
        (0.123456789012, (0.123456789013,), "0.123456789012"),
        (0.1234567890123, (0.1234567890124,), "0.1234567890123"),
        (0.5, (0.50001, 0.9), "0.5"),
    ],
)
def test_figure_has_as_many_digits_as_tell_it_apart(number, others, shown):
    assert figure(number, *others) == shown


@pytest.mark.parametrize(
    ("claim", "half"),
    [
        ("0.28", 0.005),
        ("0,280", 0.0005),
        ("28 %", 0.005),
        ("28.5%", 0.0005),
        (3, 0.5),
        ("3", 0.5),
        (3.0, 0.05),
        ("1e-05", 5e-06),
        ("1e3", 0.5),
        ("many", 0.0),
        ("nan", 0.0),
        ("Infinity", 0.0),
        ("1e-999", 0.5e-300),
        ("", 0.0),
    ],
)
def test_rounding_is_half_a_unit_of_the_last_digit(claim, half):
    assert rounding(claim) == pytest.approx(half, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("good fit", "good_fit"),
        ("GOOD-FIT", "good_fit"),
        ("goodfit", "good_fit"),
        (" over fitting ", "overfitting"),
        ("과 적합", "overfitting"),
        ("판단 보류", "inconclusive"),
        ("", None),
        ("-", None),
        ("overfit", None),
        ("overfitting" + " " * 69 + "not", "overfitting"),  # nobody reads beyond 80 signs
        ("overfitting" + " " * 68 + "not", None),
    ],
)
def test_verdict_in_either_language_however_it_is_spelt(word, verdict):
    assert verdict_in(word) == verdict


@pytest.mark.parametrize(
    ("numbers", "told"), [([], ""), ([2], "2"), ([2, 1], "1–2"), ([3, 1, 3], "1, 3"), ([9, 4, 5, 6, 11, 12], "4–6, 9, 11–12")]
)
def test_ranges_take_neighbours_together(numbers, told):
    assert ranges(numbers) == told


class Odd:
    def __str__(self):
        return "odd\x00"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (float("inf"), None),
        (np.float64("nan"), None),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.array([1.0, np.nan]), [1.0, None]),
        (np.bool_(True), True),
        ({"a\x00": (1, {"b": float("-inf")})}, {"a\ufffd": [1, {"b": None}]}),
        ({3: "x\ud800"}, {"3": "x\ufffd"}),
        (frozenset([4]), [4]),
        ({5}, [5]),
        (Odd(), "odd\ufffd"),
        (2**63 - 1, 2**63 - 1),
        (1 - 2**63, 1 - 2**63),
        (2**63, None),
        (-(2**63), None),
        (10**400, None),
    ],
)
def test_plain_data_is_what_json_can_hold(value, plain):
    found = plain_data(value)
    assert found == plain and type(found) is type(plain)


def test_clean_replaces_control_signs_and_halves_and_nothing_else():
    assert clean("a\tb\nc\rd é 한 \U0001f600") == "a\tb\nc\rd é 한 \U0001f600"
    assert clean("\x00\x08\x0b\x0c\x0e\x1f\x7f\x9f\ud800\udfff\ufffe\uffff") == "\ufffd" * 12


def test_retexted_changes_every_text_but_titles_and_codes():
    mark = Mark("title", 1.0, 2.0, "evidence", True, "text", "decided")
    flag = Flag("late", "message", {"what": ["deep", 3, {"deeper": "down"}]}, ("other",), "why", True)
    one = Graded("name", Student("kim", "7", section="a"), ("file",), (mark,), (flag,), ("note",), "error")
    found = retexted(one, str.upper)
    assert (found.name, found.student, found.files, found.notes, found.error) == (
        "NAME",
        Student("KIM", "7", section="A"),
        ("FILE",),
        ("NOTE",),
        "ERROR",
    )
    assert found.marks == (Mark("title", 1.0, 2.0, "EVIDENCE", True, "TEXT", "DECIDED"),)
    assert found.flags == (Flag("late", "MESSAGE", {"what": ["DEEP", 3, {"deeper": "DOWN"}]}, ("OTHER",), "WHY", True),)


def test_retexted_leaves_what_is_unknown_unknown():
    one = Graded("a", Student(), (), (Mark("t", None, 1.0, ""),), (Flag("late", "m"),))
    assert retexted(one, str.upper) == Graded("A", Student(), (), (Mark("t", None, 1.0, ""),), (Flag("late", "M"),))


@pytest.mark.parametrize(
    ("content", "text", "guessed"),
    [
        ("이름".encode(), "이름", None),
        (b"\xef\xbb\xbfname", "name", None),
        ("이름".encode("utf-16"), "이름", None),
        ("이름".encode("utf-16-be"), None, "Latin-1"),
        (b"\xfe\xff" + "이름".encode("utf-16-be"), "이름", None),
        ("이름".encode("cp949"), "이름", "CP949"),
        (b"caf\xe9\xff\n", "café\xff\n", "Latin-1"),
        (b"\xff\xfeabc", "ÿþabc", "Latin-1"),  # half a sign too many for UTF-16
    ],
)
def test_decoded_says_what_had_to_be_guessed(content, text, guessed):
    found = decoded(content)
    assert found[1] == guessed and (text is None or found[0] == text)


def test_graded_adds_up_what_was_given_and_what_waits():
    marks = (Mark("a", 0.1, 1.0, ""), Mark("b", 0.2, 2.0, ""), Mark("c", None, 3.5, ""))
    one = Graded("kim", Student(), (), marks)
    assert (one.points, one.possible, one.pending) == (0.3, 6.5, 3.5)
    fine = Graded("kim", Student(), (), (Mark("a", 0.1234564, 0.7654324, ""), Mark("b", None, 0.1234564, "")))
    assert (fine.points, fine.possible, fine.pending) == (0.123456, 0.888889, 0.123456)


def test_hand_in_and_graded_say_nothing_that_nobody_said():
    one = Graded("kim", Student(), (), (Mark("a", 1.0, 1.0, ""),), (Flag("late", "It was late."),))
    assert one.points == 1 and (one.notes, one.error, one.facts) == ((), None, None)
    (mark,), (flag,) = one.marks, one.flags
    assert (mark.manual, mark.text, mark.decided) == (False, None, None)
    assert (flag.numbers, flag.others, flag.decided, flag.shown) == ({}, (), None, False)
    hand_in = HandIn("kim", Student(), (), ())
    assert (hand_in.late, hand_in.moment, hand_in.tries, hand_in.export) == (None, None, 0, None)


def test_gradebook_tells_which_could_not_be_read():
    good, bad = (Graded(name, Student(), (), (), error=error) for name, error in (("a", None), ("b", "It is empty.")))
    book = Gradebook("Task", (good, bad))
    assert book.unread == (bad,) and (book.missing, book.notes) == ((), ())
