"""Matplotlib's SVG in few bytes: bare groups opened, looks as attributes and classes, numbers to hundredths of a point."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_FROM = 150  # marks; from there on they are one path of round dots
_REACH = 0.6  # of a point: so far a line may reach out of its clip unseen

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_COUNTED = re.compile(r".*_\d+")  # ids that matplotlib gives by itself
_LINK = re.compile(r"url\(#(.*)\)")
_DEFAULTS = {("fill", "#000000"), ("stroke-dashoffset", "0"), ("stroke-linecap", "butt"), ("stroke-linejoin", "round"),
             ("stroke-width", "1"), ("font-size", "10px"), ("text-anchor", "start")}  # fmt: skip
_EXACT = ("href", "id", "style", "d", "clip-path", "class")

Style = dict[str, str]
Point = tuple[float, float]


def size(figure: Figure) -> tuple[float, float]:
    """Return a figure's width and height in points, which are the units of its SVG."""
    width, height = figure.get_size_inches()
    return 72 * width, 72 * height


def short(value: float) -> str:
    """Return a number to hundredths, without what says nothing.

    Example:
        >>> short(39.904146), short(200.0), short(-0.001)
        ('39.9', '200', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def path(given: str) -> str:
    """Return a path's steps with short numbers; a line's step needs no letter after another one.

    Example:
        >>> path("M 0 230.4001 \\nL 360.0 230.4 \\nL 360 0 \\nz")
        'M0 230.4 360 230.4 360 0z'
    """
    written, before = [], ""
    for letter, numbers in _COMMAND.findall(given):
        told = " ".join(short(float(number)) for number in _NUMBER.findall(numbers))
        goes_on = letter == before or (before, letter) == ("M", "L")
        written.append(f" {told}" if goes_on else f"{letter}{told}")
        before = "L" if goes_on and letter == "L" else letter
    return "".join(written)


class Picture:
    """Make one picture small.

    Args:
        drawn: the picture as matplotlib made it.
        prefix: stands before every id.
        colours: the class' name for each colour that the page knows.
    """

    def __init__(self, drawn: ET.Element, prefix: str, colours: Mapping[str, str]) -> None:
        self.drawn, self.prefix, self.colours = drawn, prefix, colours
        self.marks = {node.get("id", ""): node for node in drawn.iter() if _name(node) == "path" and node.get("id")}
        self.clips = {node.get("id", ""): node for node in drawn.iter() if _name(node) == "clipPath"}
        self.numbered: dict[str, str] = {}

    def elements(self) -> list[ET.Element]:
        """Return what stands in the picture, and at its end the clips that are needed."""
        kept = list(chain.from_iterable(map(self._kept, self.drawn)))
        clips = [node for given, node in self.clips.items() if given in self.numbered]
        for node in clips:
            clip = ET.Element("clipPath", {"id": self._id(node.get("id", ""))})
            clip.extend(chain.from_iterable(map(self._kept, node)))
            kept.append(clip)
        return kept

    def _kept(self, node: ET.Element) -> list[ET.Element]:
        """Return what of an element the page needs: nothing, itself, or in the place of a bare group its content."""
        name, style = _name(node), _style(node)
        unseen = name == "path" and style.get("fill") == "none" and "stroke" not in style
        if unseen or name in ("metadata", "style", "title", "clipPath"):
            return []
        if name == "g" and len(node) >= DOTS_FROM and _holds_marks(node):
            return [self._dots(style, alike) for style, alike in _by_look(node)]
        kept = ET.Element(name, self._attributes(node, style))
        kept.text = (node.text or "").strip() if name == "text" else None
        kept.extend(chain.from_iterable(map(self._kept, node)))
        if name in ("g", "defs") and not len(kept):
            return []
        if name == "g" and _holds_marks(node):
            _say_once(kept)
        return list(kept) if name == "g" and not kept.attrib else [kept]

    def _attributes(self, node: ET.Element, style: Style) -> dict[str, str]:
        given = {key.rpartition("}")[2]: value for key, value in node.attrib.items()}
        kept = {key: _NUMBER.sub(_rounded, value) for key, value in given.items() if key not in _EXACT}
        if kept.get("transform", "").startswith("rotate(0 "):
            del kept["transform"]
        if not _COUNTED.fullmatch(given.get("id", "_0")):
            kept["id"] = self._id(given["id"])
        if "href" in given:
            kept["href"] = f"#{self._id(given['href'][1:])}" if given["href"].startswith("#") else given["href"]
        if "d" in given:
            kept["d"] = path(given["d"])
        if "clip-path" in given and not self._lies_inside(node, given["clip-path"]):
            kept["clip-path"] = _LINK.sub(lambda link: f"url(#{self._id(link[1])})", given["clip-path"])
        return kept | self._look(style)

    def _look(self, style: Style) -> dict[str, str]:
        """Return a style as a class for the colours that the page knows, and attributes for the rest."""
        classes = " ".join(f"{way[0]}-{self.colours[style[way]]}" for way in ("fill", "stroke") if style.get(way) in self.colours)
        said = {key: value for key, value in style.items() if value not in self.colours and (key, value) not in _DEFAULTS}
        said = {key: _LINK.sub(lambda link: f"url(#{self._id(link[1])})", value).removesuffix("px") for key, value in said.items()}
        return ({"class": classes} if classes else {}) | {key: value for key, value in said.items() if key != "font-family"}

    def _id(self, given: str) -> str:
        """Return an id of this picture; matplotlib's long ones for what is used again are numbered."""
        if re.fullmatch(r"[a-zA-Z]+\d*_?[0-9a-f]{10,}", given) or given in self.marks or given in self.clips:
            return self.numbered.setdefault(given, f"{self.prefix}-m{len(self.numbered) + 1}")
        return f"{self.prefix}-{given}"

    def _lies_inside(self, node: ET.Element, link: str) -> bool:
        """Tell whether nothing of an element lies outside its clip, so that it needs none."""
        clip = self.clips.get(link[5:-1])
        if clip is None or _name(clip[0]) != "rect":
            return False
        x, y, width, height = (float(clip[0].get(key, "0")) for key in ("x", "y", "width", "height"))
        points = chain.from_iterable(map(_points, node.iter()))
        return all(x - _REACH <= at[0] <= x + width + _REACH and y - _REACH <= at[1] <= y + height + _REACH for at in points)

    def _dots(self, style: Style, marks: list[ET.Element]) -> ET.Element:
        """Return very many marks of one look as round dots in one path, a few bytes each."""
        drawn = self.marks.get(marks[0].get("{http://www.w3.org/1999/xlink}href", "#")[1:])
        wide = max((abs(x) for x, _ in _points(drawn)), default=0.5) if drawn is not None else 0.5
        places = "".join(f"M{short(float(mark.get('x', '0')))} {short(float(mark.get('y', '0')))}h0" for mark in marks)
        colour = style["fill"] if style.get("fill", "none") != "none" else style.get("stroke", "none")
        opacity = {"stroke-opacity": style["fill-opacity"]} if "fill-opacity" in style else {}
        look = {"fill": "none", "stroke": colour, "stroke-width": short(max(1.0, 2 * wide)), "stroke-linecap": "round"} | opacity
        return ET.Element("path", {"d": places} | self._look(look))


def _name(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _style(node: ET.Element) -> Style:
    pairs = (part.partition(":") for part in node.get("style", "").split(";") if ":" in part)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _rounded(found: re.Match[str]) -> str:
    return short(float(found[0]))


def _holds_marks(group: ET.Element) -> bool:
    return len(group) > 0 and all(_name(child) == "use" for child in group)


def _by_look(group: ET.Element) -> Iterator[tuple[Style, list[ET.Element]]]:
    looks: dict[str, list[ET.Element]] = {}
    for mark in group:
        looks.setdefault(mark.get("style", ""), []).append(mark)
    return ((_style(alike[0]), alike) for alike in looks.values())


def _say_once(group: ET.Element) -> None:
    """Move what all marks of a group have in common to the group."""
    first, *others = (dict(mark.attrib) for mark in group)
    if not others:
        return
    looks = {key: value for key, value in first.items() if key not in ("x", "y", "href")}
    shared = {key: value for key, value in looks.items() if all(mark.get(key) == value for mark in others)}
    group.attrib.update(shared)
    for mark in group:
        for key in shared:
            del mark.attrib[key]


def _points(node: ET.Element) -> list[Point]:
    """Return the points that an element is drawn through; marks are taken for the points that they stand at."""
    if _name(node) == "use":
        return [(float(node.get("x", "0")), float(node.get("y", "0")))]
    numbers = [float(number) for number in _NUMBER.findall(node.get("d", ""))]
    return list(zip(numbers[::2], numbers[1::2]))
