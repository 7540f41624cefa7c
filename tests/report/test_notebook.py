"""What a notebook shows of results and diagnoses."""

import re
import subprocess
import sys

import pytest

import fitscope
from fitscope.diagnosis import judge


def test_result_shows_verdict_numbers_curves_and_test_results(result):
    html = result._repr_html_()
    assert result.diagnosis.message in html
    assert 'aria-label="Training and validation loss. ' in html
    assert "<dt>best epoch</dt>" in html
    assert html.count('<th scope="row">') == 2
    assert "Refitting" in html


def test_diagnosis_without_its_curves_shows_the_text_part(result):
    html = result.diagnosis._repr_html_()
    assert result.diagnosis.message in html
    assert "What would help" in html
    assert "<svg" not in html


def test_log_without_test_results_shows_no_table(curves):
    assert "<table" not in fitscope.diagnose(curves("overfitting"))._repr_html_()


def test_ids_are_new_each_time(result):
    html = result._repr_html_() + result._repr_html_()
    ids = re.findall(r'\sid="([^"]+)', html)
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.parametrize("theme", ['[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]', "prefers-color-scheme"])
def test_dark_notebooks_are_known(result, theme):
    assert theme in result._repr_html_()


def test_every_colour_that_is_used_has_a_value_in_both_themes(result):
    html = result._repr_html_()
    for name in set(re.findall(r"var\((--[\w-]+)\)", html)):
        assert html.count(f"{name}:") == 4  # light and dark, by the system's wish and by the notebook's theme


@pytest.mark.parametrize(
    "code",
    [
        "import fitscope; fitscope.Result; from fitscope.result import Result; assert Result.shown",
        "import fitscope; d = fitscope.diagnose({'loss': [1.0] * 9, 'val_loss': [2.0] * 9}); assert '<svg' in d._repr_html_()",
        "from fitscope.diagnosis import judge; from fitscope import TrainingHistory as T; "
        "assert judge(T.of({'loss': [1.0] * 9, 'val_loss': [2.0] * 9}))._repr_html_() is None",
    ],
    ids=["Result", "diagnose", "judge alone"],
)
def test_whoever_takes_them_from_fitscope_has_them_shown(code):
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_result_and_diagnosis_are_those_of_their_rooms(result):
    assert isinstance(result, fitscope.Result)
    assert isinstance(judge(result.history), fitscope.Diagnosis)
