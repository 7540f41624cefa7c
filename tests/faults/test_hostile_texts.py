"""A result whose every text is hostile: pages show it, and nothing of it becomes part of the page."""

import dataclasses
import html.parser
import json
from pathlib import Path

import pytest

import fitscope
from fitscope.errors import FitscopeError
from fitscope.language import speaking
from fitscope.report import compare as compare_page
from fitscope.report.page import render
from fitscope.result import Result

SEED = Path(__file__).parents[1] / "fuzzing" / "seeds" / "result.json"
HOSTILE = (
    "<script>hostile()</script>",
    "</script><hostile>",
    '"><img src=hostile: onerror=hostile()>',
    "' onmouseover='hostile()' x='",
    "]]></style></title></textarea></svg><hostile onload=hostile()>",
    "<!--<script>",
    "[hostile](javascript:hostile()) ![hostile](https://hostile.example/x.png) <javascript:hostile()>",
    "javascript:hostile()",
    "url(https://hostile.example) }</style><hostile>",
    "\u202e\u2066hostile\u200f \0\x1b[2J\x85\u2028",
    "&lt;hostile&gt;&#60;hostile&#62; {{ 7*7 }} {% raw %} {hostile} %s $x$",
)


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.texts[len(self.tags)] = ""

    def handle_data(self, data):
        if self.tags:
            self.texts[len(self.tags)] += data


def places(content, path=()):
    """Yield the path of every text and of every name of an object's own."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        if isinstance(value, str):
            yield (*path, key)
        yield from places(value, (*path, key))


def put(content, path, text):
    for key in path[:-1]:
        content = content[key]
    content[path[-1]] = text


def with_every_part():
    """Return a result's JSON in which every part that may hold a text does."""
    content = json.loads(SEED.read_text())
    numbers = {"count": 3, "epoch": 2, "first": 1, "last": 2}
    told = [{"code": code, "severity": "warning", **numbers, "given": "x"} for code in ("spikes", "plateau", "unknown")]
    content["diagnosis"]["findings"] += told
    content["dataset"] |= {"leaks": [{"code": "a", "severity": "b", "message": "c", "examples": ["d", {"e": "f"}]}], "notes": ["g"]}
    content["environment"]["gpus"] = ["a"]
    content |= {
        "author": {"name": "a", "id": "b"},
        "notes": "# a\n\nb `c` [d](e)\n\n| f |\n|---|\n| g |",
        "answers": {"best_epoch": 4, "verdict": "a", "why": "b", "more": {"c": "d", "e": "f"}},
    }
    content["plan"]["options"] = {"target": "a", "columns": ["b"]}
    content["plan"]["hyperparameters"] = {"units": "a", "other": "b"}
    shown = {"text": "a", "picture": "", "values": [["b", "c"]]}
    content["mistakes"]["worst"][0]["shown"] = shown
    content["mistakes"]["forgotten"] = [content["mistakes"]["worst"][0] | {"before": 0.9}]
    return content


def hostile_result(made, turn=0):
    """Return the result with each text hostile that is not one of a few codes."""
    content = json.loads(json.dumps(made))
    for number, path in enumerate(list(places(made))):
        before = json.loads(json.dumps(content))
        put(content, path, HOSTILE[(number + turn) % len(HOSTILE)])
        try:
            Result.from_json(content)
        except FitscopeError:
            content = before
    content["plan"]["hyperparameters"][HOSTILE[0]] = HOSTILE[1]
    content["seconds"][HOSTILE[turn % 4]] = 1.0
    for training in content["studies"]["repeats"]:
        training["changes"][HOSTILE[2]] = HOSTILE[turn % len(HOSTILE)]
    content["history"][HOSTILE[turn % len(HOSTILE)]] = content["history"]["loss"]
    return Result.from_json(content)


@pytest.fixture(scope="module")
def hostile():
    return [hostile_result(with_every_part(), turn) for turn in (0, 4, 8)]


def assert_nothing_came_in(page, content, scripts=2):
    read = Page(page)
    assert "hostile" in page
    assert [tag for tag, _ in read.tags if tag.startswith("hostile")] == []
    assert [attrs for _, attrs in read.tags if any(name.startswith("on") or "hostile" in name for name in attrs)] == []
    assert len([tag for tag, _ in read.tags if tag == "script"]) == scripts
    links = [attrs[name] for _, attrs in read.tags for name in ("href", "src", "action", "xlink:href") if attrs.get(name)]
    assert [link for link in links if not link.startswith(("#", "data:image/png;base64,"))] in (
        [],
        ["https://hostile.example/x.png"],
    )
    assert [attrs for tag, attrs in read.tags if tag == "style" and attrs] == []
    policy = next(attrs["content"] for tag, attrs in read.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    embedded = [read.texts[number] for number, (tag, attrs) in enumerate(read.tags, 1) if attrs.get("type") == "application/json"]
    assert content is None or [json.loads(text) for text in embedded] == [content]


def test_every_text_of_a_result_but_codes_may_be_hostile():
    made = with_every_part()
    found = hostile_result(made).to_json()
    kept = [path for path in places(made) if "hostile" not in json.dumps(_at(found, path)) and _at(made, path) == _at(found, path)]
    codes = {"schema", "verdict", "label", "picture", "basis", "model", "optimizer", "dataset", "message", "severity", "code"}
    assert {path[-1] for path in kept} <= codes


def _at(content, path):
    for key in path:
        content = content.get(key) if isinstance(content, dict) else content[key]
    return content


@pytest.mark.parametrize(
    ("kind", "language", "turn"),
    [("report", "en", 0), ("report", "en", 1), ("report", "ko", 2), ("teach", "en", 2), ("blind", "en", 1)],
)
def test_page_of_a_hostile_result_holds_nothing_of_it(hostile, kind, language, turn):
    shown = dataclasses.replace(hostile[turn], blind=kind == "blind")
    with speaking(language):
        page = render(shown, teach=kind == "teach")
    assert_nothing_came_in(page, shown.to_json())


def test_comparison_of_hostile_results_holds_nothing_of_them(hostile, tmp_path):
    folder = tmp_path / "<hostile onload=hostile()>"
    folder.mkdir()
    (folder / "result.json").write_text(hostile[0].to_text())
    (tmp_path / "'\"><hostile>.csv").write_text("epoch,loss\n1,<hostile>\n")
    found = fitscope.compare(folder, hostile[1], tmp_path / "'\"><hostile>.csv")
    assert len(found.unread) == 1
    assert_nothing_came_in(compare_page.render(found), None)
    assert "hostile" in json.dumps(found.to_json())
