import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.readers import decimals, read_history

pytestmark = pytest.mark.skipif(not decimals._EXTENDED, reason="this machine has no extended precision")

DIGITS = st.text("0123456789", max_size=22)
PLAIN = st.one_of(
    st.builds("{}{}.{}".format, st.sampled_from(["", "-"]), DIGITS, DIGITS),
    st.integers(-(10**9), 10**9).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)


@given(st.lists(PLAIN, min_size=1, max_size=40))
@settings(max_examples=400)
def test_parse_gives_the_very_numbers_that_float_gives(cells):
    cells = [cell if any(c.isdigit() for c in cell) else "0" for cell in cells]
    numbers = decimals.parse("".join(f"{cell}\n" for cell in cells).encode(), b",", 1, float)
    assert numbers[:, 0].tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize("block", [b"1,2\n3\n4,5,6\n", b"1\n2,3\n", b"1,x\n", b"1,2,3\n"])
def test_parse_declines_uneven_lines_and_texts(block):
    assert decimals.parse(block, b",", 2, float) is None


def test_large_table_is_read_as_a_small_one_is(tmp_path):
    lines = ["epoch,loss,val_loss", *(f"{i},{1 / (i + 1)!r},{'NA' if i % 3 else 1e-5 * (i + 1)}" for i in range(40_000))]
    (tmp_path / "large.csv").write_text("\n".join(lines) + "\n39999,0.")
    (tmp_path / "small.csv").write_text("\n".join(lines[:50]))
    large, small = (read_history(tmp_path / name)[0].history for name in ("large.csv", "small.csv"))
    assert (len(large), large.epochs[-1]) == (40_000, 40_000)
    assert large.until(49) == small
    assert math.isnan(large.val_loss[1])


def test_large_table_with_a_restart_is_two_trainings(tmp_path):
    rows = "".join(f"{i},{1 / (i + 1)!r}\n" for i in range(50_000))
    (tmp_path / "training.log").write_text("epoch,loss\n" + rows + rows)
    assert [len(reading.history) for reading in read_history(tmp_path / "training.log")] == [50_000, 50_000]
