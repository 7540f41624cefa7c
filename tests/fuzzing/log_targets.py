"""What reads logs, results and reports: each target is one way in."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import sqlite3
import typing
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

import mutators
import numpy as np
from matplotlib.figure import Figure
from target import Mutator, Target

from fitscope import comparison, logs, readers, runs
from fitscope.comparison.samples import read_samples
from fitscope.diagnosis import judge
from fitscope.history import TrainingHistory
from fitscope.readers import decimals, read_history, read_text
from fitscope.readers.page import page_of
from fitscope.report import compare, folder, page, renderer, sealed
from fitscope.result import Result, diagnosis_json
from fitscope.result.plain import _hints

HERE = Path(__file__).parent
LOGS = HERE.parent / "readers" / "logs"
SEED = HERE / "seeds" / "result.json"
TABLE: Sequence[Mutator] = (mutators.cells, mutators.cells, mutators.lines, mutators.numbers, mutators.texts, mutators.encodings)
TREE: Sequence[Mutator] = (mutators.json_tree,) * 5 + (mutators.numbers, mutators.texts, mutators.encodings)


def prepare() -> None:
    """Leave out what takes longer than all else: to look for readers of other packages, and to draw but every 20th figure."""
    readers._by_others = lambda path: []
    really, figures = renderer.draw, itertools.count()
    empty = really(Figure())
    renderer.draw = lambda figure: empty if next(figures) % 20 else really(figure)
    for kind in _kinds(Result, set()):
        _hints(kind)  # they are compiled, and so is what a stranger's code would be


def _kinds(kind: object, seen: set[type]) -> set[type]:
    """Return the dataclasses that a field of this type may hold, at any depth."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        for part in typing.get_type_hints(kind).values():
            _kinds(part, seen)
    for part in typing.get_args(kind):
        _kinds(part, seen)
    return seen


def files(*patterns: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for pattern in patterns for path in sorted(LOGS.glob(pattern)) if path.is_file()]


def history(data: bytes, scratch: Path) -> None:
    """Read a file as `fitscope diagnose` does; every note and name must be one that can be written."""
    path = scratch / "log"
    path.write_bytes(data)
    for reading in read_history(path):
        assert len(reading.history)
        json.dumps([reading.run, reading.notes]).encode()


def text_alone(data: bytes, scratch: Path) -> None:
    path = scratch / "log"
    path.write_bytes(data)
    read_text(path)


def growing(data: bytes, scratch: Path) -> None:
    path = scratch / "log"
    path.write_bytes(data)
    read_history(path, growing=True, loss="loss", val_loss="val")


def plain_numbers(data: bytes, scratch: Path) -> None:
    """Read many numbers at once, and see that each is what Python reads."""
    block, _, width = data.partition(b"\0")
    columns = 1 + (width[0] % 4 if width else 1)
    block = block if block.endswith(b"\n") else block + b"\n"
    found = decimals.parse(block, b",", columns, float)
    if found is None:
        return
    rows = [line.split(b",") for line in block.split(b"\n")[:-1]]
    assert [len(row) for row in rows] == [columns] * len(found)
    assert np.array_equal(found, [[float(cell.decode("utf8", "replace").strip()) for cell in row] for row in rows], equal_nan=True)


def database(data: bytes, scratch: Path) -> None:
    """Read a database of runs and metrics: SQL that makes one, or the bytes of one."""
    path = scratch / "log"
    path.unlink(missing_ok=True)
    if data.startswith(b"SQLite"):
        path.write_bytes(data)
    else:
        _make_database(data, path)
    read_history(path)


def _make_database(data: bytes, path: Path) -> None:
    rows = [line.split("\t") for line in data.decode("utf8", "replace").split("\n")]
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE runs (run_uuid, name, start_time)")
    made.execute("CREATE TABLE metrics (run_uuid, key, value, timestamp, step, is_nan)")
    for row in rows[:200]:
        given = [_typed(cell) for cell in row]
        if len(given) == 3:
            made.execute("INSERT INTO runs VALUES (?, ?, ?)", given)
        elif len(given) == 6:
            made.execute("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", given)
    made.commit()
    made.close()


def _typed(cell: str) -> object:
    try:
        number = float(cell)
        return int(number) if number.is_integer() and abs(number) < 2**63 - 1 else number
    except ValueError:
        return None if not cell else cell.encode() if cell.startswith("b'") else cell.encode("utf8", "replace").decode()


def database_seeds() -> list[bytes]:
    rows = ["a\trun a\t1", "b\t\t2"]
    rows += [
        f"{run}\t{key}\t{1 / step:.3f}\t{step}\t{step}\t0" for run in "ab" for key in ("loss", "val_loss") for step in (1, 2, 3, 4)
    ]
    return ["\n".join(rows).encode(), (LOGS / "mlflow-3.18.0.db").read_bytes()]


def tree(data: bytes, scratch: Path) -> None:
    """Read a folder that the input describes: for each file its path, and what it holds."""
    root = scratch / "tree"
    made = []
    for part in data.split(b"\0\0")[:8]:
        name, _, content = part.partition(b"\0")
        parts = [p for p in name.decode("utf8", "replace").split("/") if p not in ("", ".", "..")][:6]
        path = root.joinpath(*(p.encode("utf8")[:80].decode("utf8", "ignore").replace("\0", "") or "x" for p in parts))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            made.append(path)
        except OSError:
            continue
    try:
        if root.is_dir():
            read_history(root)
    finally:
        for path in made:
            path.unlink(missing_ok=True)
            while (path := path.parent) != scratch and path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def tree_seeds() -> list[bytes]:
    def packed(folder: Path) -> bytes:
        held = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return b"\0\0".join(path.relative_to(folder).as_posix().encode() + b"\0" + _short(path.read_bytes()) for path in held)

    table = (LOGS / "keras-3.15.1-training.log").read_bytes()
    state = (LOGS / "transformers-5.24.0-epochs-trainer_state.json").read_bytes()
    several = b"a/one.csv\0" + table + b"\0\0b/checkpoint-5/trainer_state.json\0" + state + b"\0\0b/trainer_state.json\0" + state
    return [packed(LOGS / "mlflow-3.18.0-mlruns"), packed(LOGS / "tensorboardX-2.6.5"), several]


def _short(content: bytes) -> bytes:
    return content if b"\0\0" not in content else content.replace(b"\0\0", b"\0\1")


def in_tree(data: bytes, rng: Random) -> bytes:
    """Change one file of a folder: its name, or what it holds."""
    parts = data.split(b"\0\0")
    here = rng.randrange(len(parts))
    name, _, content = parts[here].partition(b"\0")
    if rng.random() < 0.3:
        names = (b"meta.yaml", b"metrics/loss", b"x/metrics/val_loss", b"result.json", b"report.html", b"train/events",
                 b"a_val/events", b"trainer_state.json", b"checkpoint-1/trainer_state.json", b".trash/a/meta.yaml", b"metrics",
                 b"a.csv")  # fmt: skip
        name = rng.choice((*names, name + b"/" + name, name.rpartition(b"/")[2]))
    else:
        content = rng.choice((mutators.lines, mutators.numbers, mutators.texts, mutators.json_tree))(content, rng)
    parts[here] = name + b"\0" + content.replace(b"\0\0", b"\0")
    if rng.random() < 0.1:
        parts.append(parts[here])
    return b"\0\0".join(parts)


def curves(data: bytes, scratch: Path) -> None:
    """Judge curves of any numbers, with samples' losses of any numbers."""
    width = 1 + data[0] % 3 if data else 1
    numbers = _numbers(data).astype(float)[:600]
    epochs = len(numbers) // (width + 1)
    table = numbers[: epochs * (width + 1)].reshape(-1, width + 1)
    if not epochs:
        return
    names = {"loss": table[:, 0]} if width == 1 and data[0] & 64 else {"loss": table[:, 0], "val_loss": table[:, 1]}
    names |= {"accuracy": table[:, 2], "val_accuracy": table[:, 2]} if width == 2 else {}
    found = judge(TrainingHistory.of(names))
    json.dumps(diagnosis_json(found), allow_nan=False)
    if width == 3:
        found = judge(TrainingHistory.of(names), table[:, 2:])
        json.dumps(diagnosis_json(found), allow_nan=False)


def _numbers(data: bytes) -> np.ndarray:
    """Return the numbers behind the first byte, which says of how many bytes each is."""
    kind = np.dtype("<f8" if data[:1] >= b"\x80" else "<f4")
    return np.frombuffer(data[1 : 1 + max(0, len(data) - 1) // kind.itemsize * kind.itemsize], kind)


def curve_seeds() -> list[bytes]:
    epochs = np.arange(1, 13)
    shapes = [1 / epochs, 0.3 + 0.02 * epochs, np.full(12, 0.7), np.where(epochs > 8, np.nan, 1 / epochs), np.cos(epochs)]
    tables = [np.stack([1 / epochs, shape, shape + 0.1, shape - 0.1], 1)[:, :width] for shape in shapes for width in (2, 3, 4)]
    kinds = (("<f4", 0), ("<f8", 129))  # 129 is a multiple of 3
    return [bytes([more + table.shape[1] - 2]) + table.astype(kind).tobytes() for table in tables for kind, more in kinds]


def floats(data: bytes, rng: Random) -> bytes:
    """Change the curves' numbers."""
    numbers = _numbers(data).copy()
    if not len(numbers):
        return bytes([rng.randrange(256)]) + bytes(32)
    here, there = sorted((rng.randrange(len(numbers)), rng.randrange(len(numbers))))
    odd = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e30, -1e30, 1e-30, 1.0, 3e38, -0.0, 1e-320, 1e308, -1e308)
    with np.errstate(all="ignore"):
        match rng.randrange(6):
            case 0:
                numbers[here] = rng.choice(odd)
            case 1:
                numbers[here : there + 1] = rng.choice(odd)
            case 2:
                numbers[here : there + 1] *= rng.choice((-1, 0.5, 1e10, 1e-10))
            case 3:
                numbers = np.concatenate([numbers, numbers[here : there + 1]])
            case 4:
                numbers = np.delete(numbers, slice(here, there))
            case 5:
                numbers[here : there + 1] += numbers.dtype.type(rng.gauss(0, 1))
    return data[:1] + numbers.tobytes()


def result(data: bytes, scratch: Path) -> None:
    """Read a result and write it again; what was written is read to the same."""
    found = Result.from_text(data.decode("utf8", "surrogateescape"))
    text = found.to_text()
    text.encode()
    assert Result.from_text(text).to_text() == text


def own(data: bytes, scratch: Path) -> None:
    path = scratch / "result.json"
    path.write_bytes(data)
    runs.read_result(path)


def shown(data: bytes, scratch: Path) -> None:
    """Make the page of a result."""
    found = Result.from_text(data.decode("utf8", "surrogateescape"))
    page.render(found).encode()


@cache
def _small_result() -> Result:
    """Return a result that is soon read."""
    return Result.from_json(json.loads(SEED.read_text()) | {"studies": {}, "search": None, "mistakes": None})


def compared(data: bytes, scratch: Path) -> None:
    """Compare a result with one that is well, and make the page."""
    path = scratch / "result.json"
    path.write_bytes(data)
    found = runs.compare(path, _small_result())
    json.dumps(found.to_json(), allow_nan=False).encode()
    compare.render(found).encode()


def numbers_compared(data: bytes, scratch: Path) -> None:
    """Compare results without drawing the page."""
    path = scratch / "result.json"
    path.write_bytes(data)
    found = runs.compare(path, _small_result())
    assert isinstance(found, comparison.Comparison)
    json.dumps(found.to_json(), allow_nan=False).encode()


def log_pages(data: bytes, scratch: Path) -> None:
    """Make the page of a log, as diagnose --output does."""
    path = scratch / "log"
    path.write_bytes(data)
    for reading in read_history(path)[:1]:
        page.render(logs.result_of(reading, reading.diagnosis or judge(reading.history), "fitscope diagnose log")).encode()


def markup(data: bytes, scratch: Path) -> None:
    page_of(data.decode("utf8", "replace"))


def report(data: bytes, scratch: Path) -> None:
    path = scratch / "report.html"
    path.write_bytes(data)
    runs.read_result(path)


def report_seeds() -> list[bytes]:
    text = SEED.read_text().replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    head = '<!doctype html>\n<html lang="en"><head><title>t</title><style>p {}</style></head><body><p class="about">'
    head += '<span class="badge overfitting">overfitting</span> of imdb</p><h1>It overfits.</h1>'
    head += '<dl id="fitscope-numbers"><div><dt>best epoch</dt><dd>'
    head += "<strong>4</strong><span>of 20</span></dd></div></dl><!-- a --><svg><title>x</title></svg>"
    end = '<script type="application/json" id="fitscope-result">', "</script><script>1</script></body></html>"
    return [(head + end[0] + text + end[1]).encode(), (head + end[0] + "{}" + end[1]).encode()]


def samples(data: bytes, scratch: Path) -> None:
    """Read samples' losses that lie beside a result; where they are its own, compare its run."""
    (scratch / "samples.npz").write_bytes(data)
    losses, _, _ = read_samples(_small_result(), scratch / "samples.npz")
    if losses is not None:
        (scratch / "result.json").write_text(json.dumps(_small_result().to_json()))
        runs.compare(scratch)


def sample_seeds() -> list[bytes]:
    val_loss = np.array(json.loads(SEED.read_text())["history"]["val_loss"])
    losses = (val_loss[:, None] + np.linspace(-0.1, 0.1, 20)[None]).astype(np.float32)
    made = []
    for arrays in ({"losses": losses}, {"losses": losses, "groups": np.arange(20) % 5}, {"losses": losses.astype("f8")}):
        for save in (np.savez, np.savez_compressed):
            out = io.BytesIO()
            save(out, **arrays)  # type: ignore[arg-type]
            made.append(out.getvalue())
    return made


def array_header(data: bytes, rng: Random) -> bytes:
    """Change what an array's header says of it."""
    old, new = rng.choice((
        (b"<f4", rng.choice((b"|O8", b"<U4", b"<f8", b"<c8", b"|V4", b"<M8", b">f2", b"|b1", b"<i8", b"[('a', '<f4')]"))),
        (b"(4, 20)", rng.choice((b"(80,)", b"(20, 4)", b"(4, -20)", b"(2**40,)", b"()", b"(4, 0)", b"(0, 20)", b"(4, 10**12)"))),
        (b"False", rng.choice((b"True", b"None", b"[[[[[[", b"1"))),
        (b"losses.npy", rng.choice((b"losses.np", b"groups.npy", b"../x.npy"))),
    ))  # fmt: skip
    return data.replace(old, new, 1)


def plan(data: bytes, scratch: Path) -> None:
    """Go on in a folder whose plan.json is the input."""
    (scratch / "run").mkdir(exist_ok=True)
    (scratch / "run" / "plan.json").write_bytes(data)
    folder.RunFolder(scratch / "run").resume(json.loads(plan_seeds()[0]))


def plan_seeds() -> list[bytes]:
    content = json.loads(SEED.read_text())
    given = {
        "plan": content["plan"],
        "author": {"name": "Kim Minji", "id": None},
        "notes": "a",
        "answers": None,
        "refit_by": "epochs",
    }
    return [json.dumps(given).encode(), json.dumps(given | {"blind": True, "answers": {"best_epoch": 4}}).encode()]


def whole(data: bytes, scratch: Path) -> None:
    """Open a sealed result."""
    path = scratch / "sealed.bin"
    path.write_bytes(data)
    sealed.unsealed(path)


def as_log() -> list[bytes]:
    return [json.dumps(logs.result_of(read_history(path)[0], judge(read_history(path)[0].history), "c").to_json()).encode()
            for path in (LOGS / "keras-3.15.1-training.log", LOGS / "xgboost-3.2.0.json")]  # fmt: skip


def result_seeds() -> list[bytes]:
    content = json.loads(SEED.read_text())
    less = _small_result().to_json() | {"author": {"name": "Kim Minji", "id": "20261234"}, "notes": "*a*"}
    blind = dict(Result.from_json(content | {"blind": True}).to_json())
    return [SEED.read_bytes(), *(json.dumps(one).encode() for one in (less, blind)), *as_log()]


def _log(*patterns: str, mutate: Sequence[Mutator] = TABLE, words: Sequence[str] = ()) -> Target:
    return Target(history, files(*patterns), mutate, 4096, words)


TARGETS = {
    "keras-csv": _log("keras*.log", words=("epoch", "loss", "val_loss", "lr")),
    "fastai": _log("fastai*"),
    "lightning": _log("lightning*", "wandb-history*"),
    "ultralytics": _log("ultralytics*"),
    "wandb": _log("wandb*"),
    "json": _log("keras*.json", mutate=TREE),
    "hugging-face": Target(history, files("transformers*"), TREE, 8192),
    "boosting": _log("xgboost*", "lightgbm*", mutate=TREE),
    "console": _log("keras*.txt", mutate=(mutators.lines, mutators.numbers, mutators.texts, mutators.encodings)),
    "events": Target(history, files("*/events*", "*/train/events*"), (mutators.event_records,), 8192),
    "mlflow-db": Target(database, database_seeds, (mutators.cells, mutators.lines), 32_768),
    "folder": Target(tree, tree_seeds, (in_tree,), 16_384),
    "text-alone": Target(text_alone, files("*.csv", "*.json", "*.txt", "*.log"), (*TABLE, *TREE), 4096),
    "growing": Target(growing, files("*.csv", "*.json", "*.txt", "*.log"), (*TABLE, *TREE), 4096),
    "plain-numbers": Target(plain_numbers, lambda: [b"1,2.5\n-3.25,4\n\0\1", b"0.123456789012345678,1e5,nan\n\0\2"], TABLE, 2048),
    "curves": Target(curves, curve_seeds, (floats,), 2048),
    "result": Target(result, result_seeds, TREE, 65_536),
    "result-file": Target(own, result_seeds, TREE, 65_536),
    "compare": Target(numbers_compared, lambda: result_seeds()[1:], TREE, 65_536),
    "markup": Target(markup, report_seeds, (mutators.markup,), 8192),
    "report": Target(
        report, report_seeds, (mutators.markup, mutators.inside(b'id="fitscope-result">', mutators.json_tree)), 65_536
    ),
    "samples": Target(samples, sample_seeds, (array_header, mutators.zip_members(array_header)), 8192),
    "plan": Target(plan, plan_seeds, TREE, 8192),
    "sealed": Target(whole, lambda: [sealed.sealed(Result.from_text(SEED.read_text()))], (), 16_384),
    "page": Target(shown, result_seeds, TREE, 65_536),
    "compare-page": Target(compared, lambda: result_seeds()[1:], TREE, 65_536),
    "log-page": Target(log_pages, files("*.csv", "*.json", "*.txt", "*.log"), (*TABLE, *TREE), 4096),
}
