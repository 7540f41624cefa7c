"""Reuters-21578's SGML files become a reuters that Keras and fitscope read alike."""

import json
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from fitscope.datasets import reuters
from fitscope.datasets.importing import import_file
from fitscope.errors import DataError

HEAD = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n'


def wire(topics, body):
    """A newswire as the collection has it; without a body where there is none."""
    inner = "".join(f"<D>{topic}</D>" for topic in topics)
    text = "" if body is None else f"<DATELINE>    PARIS, Feb 26 - </DATELINE><BODY>{body}\n Reuter\n&#3;</BODY>"
    return (
        f'<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" NEWID="1">\n<DATE>26-FEB-1987</DATE>\n<TOPICS>{inner}</TOPICS>\n'
        f"<PLACES><D>usa</D></PLACES>\n<TEXT>&#2;\n<TITLE>A TITLE &lt;X></TITLE>\n{text}</TEXT>\n</REUTERS>\n"
    )


FILES = {
    "reut2-000.sgm": HEAD
    + wire(["cocoa"], "Cocoa of &lt;CO>")
    + wire([], "nothing said")
    + wire(["grain", "wheat"], "Wheat, U.S."),
    "reut2-001.sgm": HEAD
    + wire(["earn"], None)
    + wire(["acq"], "Shr 5 caf\xe9")
    + wire(["jet"], "Jet fuel")
    + wire(["lead"], None)
    + wire([], "cocoa")
    + wire(["zinc"], None),
}
WORDS = ["reuter", "3", "cocoa", "shr", "5", "caf\xe9", "of", "lt", "co", "wheat", "u", "s"]  # equally frequent ones as they appear


@pytest.fixture
def sgml(tmp_path):
    folder = tmp_path / "reuters21578"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="latin1")
    (folder / "lewis.dtd").write_text("<!ELEMENT REUTERS (TEXT)>")
    (folder / "README.txt").write_text("A <REUTERS> tag")
    return folder


def loaded(folder):
    with np.load(folder / "reuters.npz", allow_pickle=True) as file:
        return file["x"].tolist(), file["y"].tolist()


@pytest.mark.parametrize("packed", [False, True])
def test_newswires_get_their_first_topic_and_the_next_body(sgml, tmp_path, packed):
    path = sgml
    if packed:
        path = tmp_path / "reuters.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name in sorted(os.listdir(sgml), reverse=True):
                archive.add(sgml / name, name)
    done = import_file(path, tmp_path / "out")
    x, y = loaded(tmp_path / "out")
    index = json.loads((tmp_path / "out" / "reuters_word_index.json").read_text())
    assert index == {word: rank for rank, word in enumerate(WORDS, 1)}
    texts = [[WORDS[rank - 1] for rank in row] for row in x]
    shr = ["shr", "5", "caf\xe9", "reuter", "3"]
    assert texts == [
        ["cocoa", "of", "lt", "co", "reuter", "3"],
        ["wheat", "u", "s", "reuter", "3"],
        shr,
        shr,
        ["cocoa", "reuter", "3"],
    ]
    assert [reuters.TOPICS[label] for label in y] == ["cocoa", "grain", "earn", "acq", "lead"]
    assert (done.dataset, done.train, done.test, done.words) == ("reuters", 4, 1, 12)
    assert {name for name, count in done.classes.items() if count} == {"cocoa", "grain", "earn", "acq", "lead"}


def test_differences_to_keras_file_are_counted(sgml, tmp_path):
    said = " ".join(import_file(sgml, tmp_path / "out").differences)
    for part in (
        "22 SGML files, this one from 2",
        "11,228 newswires, this one 5",
        "41 of the 46 topics",
        "text of the next one, as in Keras' file: 2.",
        "rarer topics were left out, as in Keras' file: 1.",
        "at a file's end were left out: 1.",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + wire([], "a body"), "None of the 1 SGML files has a newswire on one of the 46 topics"),
        (HEAD + wire(["jet"], "a body"), "None of the 1 SGML files"),
        (HEAD, "None of the 1 SGML files"),
        ("<html>", "holds neither"),
    ],
)
def test_files_without_topics_are_refused(tmp_path, text, says):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "reut2-000.sgm").write_text(text)
    with pytest.raises(DataError, match=says):
        import_file(tmp_path / "in", tmp_path / "out")


def test_file_that_is_there_twice_is_refused(sgml, tmp_path):
    (sgml / "copy").mkdir()
    (sgml / "copy" / "reut2-000.sgm").write_text(FILES["reut2-000.sgm"])
    with pytest.raises(DataError, match="there twice"):
        import_file(sgml, tmp_path / "out")


@pytest.mark.needs_data
def test_real_newswires_come_back_with_the_same_ranks(tmp_path):
    real = Path(os.environ["FITSCOPE_DATA_DIR"])
    names = {rank: word for word, rank in json.loads((real / "reuters_word_index.json").read_text()).items()}
    x, y = loaded(real)
    (tmp_path / "in").mkdir()
    for number, start in enumerate(range(0, len(x), 512)):
        wires = (f"<REUTERS><TOPICS><D>{reuters.TOPICS[y[i]]}</D></TOPICS><BODY>{' '.join(names[rank] for rank in x[i])}</BODY>"
                 for i in range(start, min(start + 512, len(x))))  # fmt: skip
        (tmp_path / "in" / f"reut2-{number:03}.sgm").write_text("".join(wires), encoding="latin1")
    done = import_file(tmp_path / "in", tmp_path / "out")
    assert loaded(tmp_path / "out") == (x, y)
    assert (done.train, done.test, done.words) == (8982, 2246, len(names))
    assert not any("newswires, this one" in sentence for sentence in done.differences)
