"""What reads a class's hand-ins, the instructor's own files, and what grading left before: each target is one way in."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import mutators
from target import Mutator, Target

from fitscope import answers
from fitscope.errors import DataError
from fitscope.grading import cells, grades, index_view, overrides, packed, submissions
from fitscope.grading.autograder import _hand_in
from fitscope.grading.examine import examine
from fitscope.grading.exports import File, gradescope
from fitscope.grading.gradebook import gradebooks
from fitscope.grading.outputs import _cleaned
from fitscope.grading.records import Gradebook, HandIn, Student
from fitscope.grading.roster import read_roster
from fitscope.grading.rubric import Rubric, read_rubric
from fitscope.grading.starting import starting_rubric
from fitscope.language import LANGUAGES, _n, speaking
from fitscope.report import page
from fitscope.result import Result

HERE = Path(__file__).parent
SEED = HERE / "seeds" / "result.json"
LOG = HERE.parent / "readers" / "logs" / "keras-3.15.1-training.log"
PLAIN: Sequence[Mutator] = (mutators.lines, mutators.numbers, mutators.texts, mutators.encodings)
EVERY_KIND = """
title = "Find the best epoch"
due = 2026-10-31T23:59:00+09:00
handed_out = ["rubric.toml"]
[[criterion]]
title = "Epoch"
points = 3
in_plateau = true
within = 1
[[criterion]]
title = "Test"
points = 2
field = ["refit.test.accuracy", "answers.test_accuracy"]
levels = [{at_least = 0.8, points = 2}, {between = [0.5, 0.8], points = 1}]
[[criterion]]
title = 'Optimizer'
points = 1
field = "plan.optimizer"
one_of = ["adam", "rmsprop"]
[[criterion]]
title = "Why"
points = 3.5
field = "answers.why"
manual = true
"""
DECIDED = overrides.to_toml(
    [
        {"student": "2026-1", "criterion": "Why", "points": 2, "who": "Lee", "when": "2026-12-01", "why": "read"},
        {
            "submission": "kim",
            "flag": "late",
            "decision": "confirmed",
            "show": True,
            "who": "Lee",
            "when": "2026-12-01",
            "why": "x",
        },
    ]
)
ROSTERS = (
    "name,id,email,section,group\nKim Minji,2026-1,k@example.edu,A,1\nLee Jun,2026-2,,B,2\n",
    "Student;ID;SIS User ID;SIS Login ID;Section\nPoints Possible;;;;\n김민지;12;2026-1;kim;A\n",
    "First name\tSurname\tID number\tEmail address\nMinji\tKim\t2026-1\tk@example.edu\n",
    "Identifier,Full name\nParticipant 12,Kim Minji\nParticipant 13,Lee Jun\n",
)
METADATA = """submission_1:
  :submitters:
  - :name: Kim Minji
    :sid: '2026-1'
    :email: k@example.edu
  - :name: Lee Jun
  :created_at: 2026-11-20 12:00:00.123 +0900
  :history:
  - :id: 1
submission_2:
  :submitters: []
"""
NAMES = """kimminji_LATE_12345_67890_report.html
kimminji_12345_67891_report-1.html
Kim Minji_12345_assignsubmission_file_/report.html
Lee Jun_assignsubmission_onlinetext.html
Participant_77_assignsubmission_file_answers.md
anon_9_8_x.zip
submission_1/training.log
submission_metadata.yml
kim_report.html
kim_answers.md
deep/er/path/log.csv"""


def prepare() -> None:
    """Read the catalogues before any input: gettext compiles each one's rule of plurals, and that is no stranger's code."""
    for language in LANGUAGES:
        with speaking(language):
            _n("one", "many", 2)


def _file(data: bytes, scratch: Path, name: str) -> Path:
    path = scratch / name
    path.write_bytes(data)
    return path


def _rubric(text: str = EVERY_KIND) -> Rubric:
    with tempfile.TemporaryDirectory() as folder:
        return read_rubric(_file(text.encode(), Path(folder), "rubric.toml"))


RUBRIC = _rubric()


def rubric(data: bytes, scratch: Path) -> None:
    with _a_line_each():
        read_rubric(_file(data, scratch, "rubric.toml"))


@contextlib.contextmanager
def _a_line_each() -> Iterator[None]:
    """Files of TOML are complained of in a line for each complaint."""
    try:
        yield
    except DataError as error:
        raise DataError(max(str(error).split("\n"), key=len)) from None


def decided(data: bytes, scratch: Path) -> None:
    """Read decisions and write them again; what was written is read to the same."""
    with _a_line_each():
        found = overrides.read_overrides(_file(data, scratch, "overrides.toml"), RUBRIC)
    text = overrides.to_toml(overrides.as_entries(found))
    again = overrides.read_overrides(_file(text.encode(), scratch, "overrides.toml"), RUBRIC)
    assert [dataclasses.replace(one, line=1) for one in found.entries] == [
        dataclasses.replace(one, line=1) for one in again.entries
    ]


def answered(data: bytes, scratch: Path) -> None:
    found = answers.read(data.decode("utf8", "replace"))
    json.dumps(dataclasses.asdict(found), allow_nan=False).encode()


def roster(data: bytes, scratch: Path) -> None:
    """Read a class list, and find everybody of it again."""
    found = read_roster(_file(data, scratch, "roster.csv"))
    for student in found.students[:5]:
        json.dumps(dataclasses.asdict(student)).encode()
        found.find(student)
        found.find(Student(name=student.name))


def exported(data: bytes, scratch: Path) -> None:
    path = _file(data, scratch, "submission_metadata.yml")
    files = [File("submission_metadata.yml", path, "m"), *(File(f"submission_{i}/report.html", path, "r") for i in (1, 2, 3))]
    found = gradescope(files)
    for one in () if found is None else found.hand_ins:
        json.dumps([one.name, one.moment, dataclasses.asdict(one.claimed)]).encode()


def named(data: bytes, scratch: Path) -> None:
    """Divide files by nothing but their names; none is opened, lost or given twice."""
    lines = dict.fromkeys(packed.readable(line) for line in data.decode("utf8", "surrogateescape").split("\n")[:40] if line)
    files = [File(name, scratch / "nothing", name) for name in lines if "submission_metadata" not in name]
    if not files:
        return
    submissions._is_one(files)
    found, _ = submissions._exported(files)
    assert len({one.name for one in found}) == len(found)
    for one in found:
        json.dumps([one.name, one.files, dataclasses.asdict(one.claimed)]).encode()


def unpacked(data: bytes, scratch: Path) -> None:
    """Unpack a zip; all that comes of it lies under names of our own in the scratch folder."""
    into = scratch / "into"
    into.mkdir()
    try:
        found = packed.unpack(_file(data, scratch, "hand-in.zip"), into)
        assert all(member.path.parent.parent == into for member in found.members)
        json.dumps([member.name for member in found.members] + list(found.passed)).encode()
    finally:
        shutil.rmtree(into)


def _graded(files: dict[str, bytes], scratch: Path) -> None:
    paths = [_file(content, scratch, name) for name, content in files.items()]
    done = examine(HandIn("kim", Student(name="kim"), tuple(paths), tuple(files)), RUBRIC).graded
    book = _cleaned(Gradebook("Find the best epoch", (done,)))
    json.dumps(grades.to_json(book), allow_nan=False).encode()
    assert "hand-in holds (" not in (done.error or ""), done.error  # it only says that something was not foreseen


def page_handed_in(data: bytes, scratch: Path) -> None:
    _graded({"report.html": data}, scratch)


def result_handed_in(data: bytes, scratch: Path) -> None:
    _graded({"result.json": data}, scratch)


def log_handed_in(data: bytes, scratch: Path) -> None:
    """A log and answers, divided by a NUL."""
    log, _, said = data.partition(b"\0")
    _graded({"training.log": log, "answers.md": said}, scratch)


def class_page(data: bytes, scratch: Path) -> None:
    """Grade a result, and make the class's page and its gradebooks."""
    done = examine(HandIn("kim", Student(name="kim"), (_file(data, scratch, "result.json"),), ("result.json",)), RUBRIC).graded
    book = _cleaned(Gradebook("Find the best epoch", (done,)))
    gradebooks(book, RUBRIC)
    index_view.render(
        book, RUBRIC, {book.graded[0].name: "x.html"}, folder=scratch, source=None, pseudonymous=False, overrides=""
    ).encode()


def left_before(data: bytes, scratch: Path) -> None:
    for row in cells.from_csv(data):
        json.dumps(row).encode()


def folder_on_gradescope(data: bytes, scratch: Path) -> None:
    root = scratch / "one"
    root.mkdir(exist_ok=True)
    _file(data, root, "hand-in.zip")
    tempfile.tempdir = str(scratch)
    examine(_hand_in(root), RUBRIC)


def zips() -> list[bytes]:
    found = []
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", method) as made:
            made.writestr("kim/training.log", LOG.read_bytes()[:600])
            made.writestr("kim/answers.md", "---\nbest_epoch: 3\n---\nBecause.")
            made.writestr("kim/model.keras", b"PK")
            made.writestr("김민지/report.html", "<html></html>")
        found.append(content.getvalue())
    return found


def reports() -> list[bytes]:
    return [page.render(Result.from_text(SEED.read_text())).encode()]


def logs() -> list[bytes]:
    return [LOG.read_bytes() + b"\0" + said for said in _forms()]


def _forms() -> list[bytes]:
    filled = "---\nname: Kim\nbest_epoch: 3\nverdict: overfitting\ntest_accuracy: 79.2 %\nwhy: |\n  It rises.\n---\nMore."
    return [answers.form("imdb").encode(), filled.encode(), b"best_epoch: 3\nverdict: good fit\ngap: 0,21\n"]


def toml(data: bytes, rng: Random) -> bytes:
    """Put an odd value behind a key, or a table where a value stood."""
    rows = data.split(b"\n")
    here = rng.randrange(len(rows))
    key, sign, _ = rows[here].partition(b"=")
    odd = ("1e999", "inf", "nan", "9" * 400, "[]", "[[1]]", "{}", '""', '"\\u0000"', "true", "1979-05-27", "07:32:00", '["a"]',
           "{a = {b = 1}}", '"""\n"""', "'''x'''", "0x7fffffffffffffffff", "1979-05-27T07:32:00Z", '"../../etc"')  # fmt: skip
    rows[here] = (
        key + b"= " + rng.choice(odd).encode() if sign else rng.choice((b"[[criterion]]", b"[a.b]", b"[[criterion.levels]]", key))
    )
    return b"\n".join(rows)


TREE: Sequence[Mutator] = (mutators.json_tree,) * 5 + (mutators.numbers, mutators.texts)
TABLE: Sequence[Mutator] = (mutators.cells, mutators.cells, *PLAIN)
TARGETS = {
    "rubric": Target(rubric, lambda: [EVERY_KIND.encode(), starting_rubric("imdb").encode()], (toml, toml, *PLAIN), 4096),
    "overrides": Target(decided, lambda: [DECIDED.encode()], (toml, toml, *PLAIN), 4096),
    "answers": Target(answered, _forms, PLAIN, 4096, ("best_epoch", "---\n", "why: |", "&a", "*a", "!!python/object")),
    "roster": Target(roster, lambda: [text.encode() for text in ROSTERS], TABLE, 2048),
    "gradescope": Target(exported, lambda: [METADATA.encode()], PLAIN, 4096, ("!!python/object/apply:os.system", "&a", "*a", "<<")),
    "file-names": Target(named, lambda: [NAMES.encode()], PLAIN, 2048, ("_assignsubmission_", "_LATE_", "anon_", "/", "..")),
    "zip": Target(unpacked, zips, (mutators.zip_members(), mutators.texts), 8192),
    "page-handed-in": Target(
        page_handed_in, reports, (mutators.markup, mutators.inside(b'id="fitscope-result">', mutators.json_tree)), 65_536
    ),
    "result-handed-in": Target(result_handed_in, lambda: [SEED.read_bytes()], TREE, 65_536),
    "log-handed-in": Target(log_handed_in, logs, TABLE, 4096),
    "class-page": Target(class_page, lambda: [SEED.read_bytes()], TREE, 65_536),
    "lists-of-before": Target(
        left_before, lambda: [cells.to_csv([("student", "id", "file"), ("=Kim", "7", "a.html")], mark=True)], TABLE, 2048
    ),
    "autograder": Target(folder_on_gradescope, zips, (mutators.zip_members(), mutators.texts), 8192),
}
