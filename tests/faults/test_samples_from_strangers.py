"""Samples' losses beside a result that were made to break what reads them: they are left out, with the reason."""

import io
import struct
import zipfile

import numpy as np
import pytest

import fitscope
from fitscope.result import Result
from fitscope.runs import read_result

EPOCHS = 20


def array(shape, descr="'<f4'", content=b"", header=None):
    """Return an .npy whose header says what it likes."""
    said = header or f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    said += b" " * (117 - len(said)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(said)) + said + content


def packed(losses, method=zipfile.ZIP_DEFLATED, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in {"losses": losses, **more}.items():
            archive.writestr(f"{name}.npy", content)
    return out.getvalue()


def spoilt(content):
    """Change what is compressed, and leave the rest."""
    place = content.index(b"losses.npy") + 40
    return content[:place] + bytes(byte ^ 255 for byte in content[place : place + 40]) + content[place + 40 :]


FULL = array((EPOCHS, 9), content=np.random.default_rng(0).bytes(EPOCHS * 9 * 4))
STRANGE = {
    "damaged stream": spoilt(packed(FULL)),
    "unknown compression": packed(FULL).replace(b"\x08\x00", b"\x63\x00"),
    "shape that lies": packed(array((EPOCHS, 10**12))),
    "shape below 0": packed(array((EPOCHS, -9))),
    "no shape": packed(array("()")),
    "cut short": packed(array((EPOCHS, 9), content=bytes(12))),
    "objects": packed(array((EPOCHS, 9), "'|O8'", b"cos\nsystem\n(S'false'\ntR.")),
    "texts": packed(array((EPOCHS, 9), "'<U4'", bytes(EPOCHS * 9 * 16))),
    "complex numbers": packed(array((EPOCHS, 9), "'<c8'", bytes(EPOCHS * 9 * 8))),
    "fields": packed(array((EPOCHS, 9), "[('a', '<f4')]", bytes(EPOCHS * 9 * 4))),
    "header that is none": packed(array(None, header=b"{'descr': '''")),
    "header nested deeply": packed(array(None, header=b"[" * 110)),
    "header that calls": packed(array(None, header=b"__import__('os').system('false')")),
    "no array": packed(b"losses"),
    "groups of another length": packed(FULL, groups=array("(3,)", "'<i8'", bytes(24))),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_samples_are_left_out(write_run, name):
    folder = write_run("run")
    (folder / "samples.npz").write_bytes(STRANGE[name])
    [run] = fitscope.compare(folder).runs
    assert run.losses is None
    assert run.lacks == ("too_large" if name == "shape that lies" else "contradicts")


@pytest.mark.parametrize("samples", [5_000_000, 40_000_000])
def test_samples_that_would_take_all_memory_are_left_out(write_run, samples):
    folder = write_run("run")
    zeros = io.BytesIO()
    with zipfile.ZipFile(zeros, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("losses.npy", "w", force_zip64=True) as file:
        file.write(array((EPOCHS, samples), "'<f2'"))
        for _ in range(EPOCHS):
            file.write(bytes(2 * samples) if samples < 10_000_000 else b"")
    (folder / "samples.npz").write_bytes(zeros.getvalue())
    assert fitscope.compare(folder).runs[0].lacks == "too_large"


def test_samples_of_many_runs_are_kept_as_long_as_there_is_memory_for_them(write_run, monkeypatch):
    monkeypatch.setattr("fitscope.runs._MOST_KEPT", 3 * EPOCHS * 200 * 4)
    found = fitscope.compare(*(write_run(f"run {number}", better=0.01 * number) for number in range(5)))
    assert [run.lacks for run in found.runs] == [None, None, None, "too_large", "too_large"]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_samples_of_any_precision_are_read(write_run, kind):
    folder = write_run("run")
    result = read_result(folder)
    assert isinstance(result, Result)
    losses = result.history.val_loss[:, None] + np.linspace(-0.1, 0.1, 20)
    np.savez(folder / "samples.npz", losses=losses.astype(kind), groups=np.arange(20) % 4)
    [run] = fitscope.compare(folder).runs
    assert run.lacks is None
    assert run.losses == pytest.approx(losses, abs=1e-3)
    assert run.groups.tolist() == (np.arange(20) % 4).tolist()
