"""A person's own text: what stays of it, and what cannot do anything."""

import dataclasses
import re

import pytest

from fitscope.errors import DataError, UsageError
from fitscope.report.notes import BRACKETS, LONGEST, author_named, notes, notes_html, read_notes
from fitscope.report.page import environment
from fitscope.result import Author, Result


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "text <b onclick='x'>in</b> a line",
        "[x](javascript:alert(1))",
        "[x](JaVa\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x][1]\n\n[1]: vbscript:x",
        "<javascript:alert(1)>",
        "[x](data:text/html,<script>)",
        "[x](data:image/png;base64,AAAA)",
        "[x](file:///etc/passwd)",
        "![](http://x/y.png)",
        "![a\"><script>](http://x/y.png 't')",
        '```js" onload="x\ncode\n```',
    ],
)
def test_attack_leaves_only_text(attack):
    html = str(notes_html(attack))
    tags = {name.lower() for name in re.findall(r"<\s*/?\s*([a-z]\w*)", html, re.IGNORECASE)}
    assert tags <= {"p", "pre", "code"}
    assert not re.search(r"<[^>]*\s(on\w+|href|src|style)\s*=", html)


def test_picture_leaves_its_description():
    assert "[picture: a &lt;b&gt;]" in notes_html("![a <b>](http://x/y.png)")


@pytest.mark.parametrize("address", ["https://x.org/a?b=c", "mailto:a@b.c", "#loss", "other.html"])
def test_link_tells_nothing_of_where_it_was_followed(address):
    html = notes_html(f"[x]({address})")
    assert f'href="{address}"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "target" not in html


def test_link_without_brackets_is_safe_too():
    assert 'rel="noopener' in notes_html("<https://x.org>")


@pytest.mark.parametrize(
    ("text", "tags"),
    [("# A\n## B\n### C", "h3 h4 h5"), ("## A\n### B", "h3 h4"), ("#### A", "h3"), ("# A\n###### B", "h3 h6"), ("A\n===", "h3")],
)
def test_headings_begin_below_the_sections_own(text, tags):
    assert " ".join(re.findall(r"<(h\d)", notes_html(text))) == tags


def test_tables_lists_code_and_strikethrough_stay():
    html = notes_html("|a|b|\n|-|-|\n|1|2|\n\n- x\n\n`c`\n\n~~s~~\n\n> q")
    for tag in ("<td>1</td>", "<li>x</li>", "<code>c</code>", "<s>s</s>", "<blockquote"):
        assert tag in html
    assert 'role="region"' in html


def test_every_block_finds_its_own_direction():
    assert '<p dir="auto">مرحبا</p>' in notes_html("مرحبا\n\nworld")


def test_thousands_of_brackets_in_a_paragraph_are_text_and_few_are_links():
    many = notes_html("[" * (BRACKETS + 1) + "x](https://x.org)")
    assert many.count("[") == BRACKETS + 1
    assert "<a " not in many
    assert "<a " in notes_html("[" * 3 + "x](https://x.org)")


def test_escaped_and_coded_brackets_stay_as_they_were_among_many():
    many = "[" * (BRACKETS + 1)
    assert f'<p dir="auto">{many}a[](b) <code>[c]</code></p>' in notes_html(f"{many}a\\[](b) `[c]`")


@pytest.mark.parametrize("text", ["> " * 5000, "- " * 5000, "*a " * 5000, "`" * 5000, "![" * 5000, "\0", "|" * 5000])
def test_text_made_to_break_a_parser_comes_through(text):
    assert notes_html(text)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "not UTF-8"), (b" \n", "are empty"), (b"x" * (LONGEST + 1), "longer than 1 MB")],
)
def test_notes_that_cannot_stand_are_refused_in_a_sentence(tmp_path, content, says):
    (tmp_path / "notes.md").write_bytes(content)
    with pytest.raises(DataError, match=says):
        read_notes(tmp_path / "notes.md")


@pytest.mark.parametrize("path", ["none.md", "."])
def test_notes_that_are_not_there_are_refused_with_their_path(tmp_path, path):
    with pytest.raises(DataError, match="cannot be read"):
        read_notes(tmp_path / path)


def test_notes_are_read_without_byte_order_mark_and_nul(tmp_path):
    (tmp_path / "notes.md").write_bytes("\ufeffa\0b".encode())
    assert read_notes(tmp_path / "notes.md") == "a\ufffdb"


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 201])
def test_name_of_nothing_or_too_much_is_refused(name):
    with pytest.raises(UsageError, match="1 to 200 characters"):
        author_named(name)


def test_author_and_notes_go_to_json_and_back(result):
    signed = dataclasses.replace(result, author=Author("김민지"), notes="# 내 생각")
    content = signed.to_json()
    assert (content["author"], content["notes"]) == ({"name": "김민지", "id": None}, "# 내 생각")
    again = Result.from_json(content)
    assert (again.author, again.notes) == (signed.author, signed.notes)
    assert (result.to_json()["author"], result.to_json()["notes"]) == (None, None)


@pytest.mark.parametrize(("author", "heading"), [(Author("<Kim>"), "Notes by &lt;Kim&gt;"), (None, "Notes")])
def test_section_names_the_author(result, author, heading):
    own = notes(dataclasses.replace(result, author=author, notes="so"))
    html = str(environment().get_template("notes.html.j2").module.notes(own))
    assert f'<section id="notes"><h2 dir="auto">{heading}</h2>' in html
    assert '<p dir="auto">so</p>' in html


def test_result_without_notes_has_no_section(result):
    assert notes(result) is None


@pytest.mark.parametrize(("length", "folded"), [(50_000, None), (50_001, "50,001 characters, folded")])
def test_long_notes_are_folded_and_all_there(result, length, folded):
    own = notes(dataclasses.replace(result, notes="x" * length))
    html = str(environment().get_template("notes.html.j2").module.notes(own))
    assert ("<details>" in html) == bool(folded)
    assert "x" * length in html
    assert folded is None or f"<summary>{folded}</summary>" in html
