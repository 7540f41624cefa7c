"""Matplotlib's pictures made fit for the page."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from fitscope.diagnosis.regions import Region
from fitscope.report import charts, slim, study_charts, svg

EPOCHS = (1, 2, 3, 4)
NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "</script>",
    "\"'&amp;",
    "$x^2$ {{ 7*7 }}",
    "x" * 10_000,
    "עברית",
    "\x00\x1b\ufffe",
    "감성",
]


def read(text):
    return ET.fromstring(text)


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0, 4.0], [float("nan")] * 4, [1e300, 1.0, -1e300, 0.0]])
def test_svg_is_well_formed_names_its_title_and_uses_the_pages_colours(values):
    text = svg.svg(charts.losses(EPOCHS, values, values), "loss", "Loss curves")
    root = read(text)
    assert root.get("aria-label") == "Loss curves"
    assert root.get("viewBox")
    assert "f-train" in text
    assert not [colour for colour in charts.COLOURS.values() if colour in text]


@pytest.mark.parametrize("name", charts.COLOURS)
def test_every_colour_has_a_rule_in_the_pages_style(name):
    name = name.replace("_", "-")
    assert f".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}" in svg.rules()


def test_same_figure_gives_the_same_svg():
    first, again = (svg.svg(charts.gap(EPOCHS, [0, 1, 2, 3]), "gap", "Gap") for _ in range(2))
    assert first == again


def test_every_id_begins_with_the_prefix_and_every_reference_is_met():
    text = svg.svg(charts.losses(EPOCHS, [4, 3, 2, 1], [4, 3, 3.5, 4], [Region("good_fit", 1, 4)], (2, 3.0), (2, 2)), "one", "")
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert ids and all(given.startswith("one-") for given in ids)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]*)', text)) <= set(ids)


def test_regions_keep_their_ids_for_the_page():
    root = read(svg.svg(charts.losses(EPOCHS, [1] * 4, [1] * 4, [Region("good_fit", 1, 4)]), "loss", ""))
    path = root.find(f".//*[@id='loss-region-good_fit']/{NAMESPACE}path")
    assert path.get("class") == "f-good-fit"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_people_come_through_as_they_are(name):
    estimates = [study_charts.Estimate(name, 0.1, 0.0, 0.2), study_charts.Estimate("b", 0.1, 0.0, 0.2)]
    root = read(svg.svg(study_charts.gains(estimates), "gains", name))
    shown = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]", "", name)
    assert root.get("aria-label") == shown
    assert shown.strip() in [text.text or "" for text in root.iter(f"{NAMESPACE}text")]
    assert {element.tag for element in root.iter()} <= {f"{NAMESPACE}{tag}" for tag in ("svg", "g", "path", "use", "text", "defs")}


@pytest.mark.parametrize("log", [False, True])
def test_chart_over_epochs_says_where_they_are(log):
    values = [4.0, 3.0, 2.0, 1.0]
    text = svg.svg(charts.losses((3, 5, 7, 11), values, values, log=log), "loss", "")
    x0, y0, x1, y1, first, last = map(float, read(text).get("data-plot").split())
    assert (first, last) == (2.5, 11.5)
    dots = re.findall(r'<use x="([\d.]+)" y="([\d.]+)"', text[text.index('<g class="f-train') :])[:4]
    at = [x0 + (epoch - first) / (last - first) * (x1 - x0) for epoch in (3, 5, 7, 11)]
    assert [float(x) for x, _ in dots] == pytest.approx(at, abs=0.02)
    assert all(y0 < float(y) < y1 for _, y in dots)


def test_chart_of_other_things_than_epochs_has_no_such_place():
    assert read(svg.svg(study_charts.gains([study_charts.Estimate("a", 1, 0, 2)]), "gains", "")).get("data-plot") is None


def test_texts_and_legend_lie_inside_the_picture():
    figure = charts.losses(EPOCHS, [1e-3] * 4, [123456.0] * 4, best=(2, 3.0))
    root = read(svg.svg(figure, "loss", ""))
    width, height = map(float, root.get("viewBox").split()[2:])
    x0, y0, x1, y1 = map(float, root.get("data-plot").split()[:4])
    legend = [float(text.get("y")) for text in root.iter(f"{NAMESPACE}text") if text.get("font-size") == "8.5"]
    assert 30 < x0 < x1 < width and 0 < max(legend) < y0 < y1 < height - 20


def test_letters_of_east_asia_take_the_room_that_browsers_give_them():
    places = []
    for name in ("ab", "가나"):
        root = read(svg.svg(study_charts.gains([study_charts.Estimate(name * 6, 0.1, 0.0, 0.2)]), "gains", ""))
        text = next(text for text in root.iter(f"{NAMESPACE}text") if text.text == name * 6)
        places.append(float(text.get("x")))
    assert places[1] > 1.3 * places[0]


def test_thousands_of_marks_take_a_few_bytes_each():
    epochs = range(1, 1001)
    text = svg.svg(charts.losses(epochs, np.linspace(1, 0, 1000), [float("nan")] * 1000), "loss", "")
    assert len(text) < 20_000
    assert re.search(r'd="(M[\d.]+ [\d.]+h0){1000}" class="s-train"', text)


def test_what_reaches_out_of_the_axes_is_clipped_and_nothing_else():
    curves = [study_charts.Curve("high", EPOCHS, [1.0, 5.0, 2.0, 1.0], 1.0)]
    text = svg.svg(study_charts.overlaid(curves, (0.5, 3.0)), "curves", "")
    assert text.count("clip-path=") == text.count("<clipPath") == 1
    assert "clip" not in svg.svg(charts.gap(EPOCHS, [0, 1, 2, 3]), "gap", "")


def test_picture_is_a_third_of_matplotlibs_own():
    import io

    figure = charts.losses(EPOCHS, [4, 3, 2, 1], [4, 3, 3.5, 4], best=(2, 3.0))
    own = io.BytesIO()
    figure.savefig(own, format="svg")
    assert len(svg.svg(figure, "loss", "")) < len(own.getvalue()) / 3


def test_path_keeps_its_curves_and_moves():
    assert slim.path("M 0 2 \nC 0.530406 2 1.03916 1.789267 1.414214 1.414214 \nM 1 1 \nL 2 2 \nz") == (
        "M0 2C0.53 2 1.04 1.79 1.41 1.41M1 1 2 2z"
    )
