import base64
import dataclasses
import hashlib
import html
import json
import re
import subprocess
import sys

import pytest

from fitscope.diagnosis.findings import Finding
from fitscope.report.page import render, write
from fitscope.result import Result

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'{{ 7*7 }}"


@pytest.fixture
def page(result):
    return render(result)


def test_page_embeds_the_result_exactly(result, page, taken_apart):
    scripts = [attrs for tag, attrs in taken_apart(page).tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "fitscope-result"}, {}]
    assert json.loads(taken_apart(page).json) == result.to_json()
    assert not set("<>&") & set(taken_apart(page).json)


def test_content_security_policy_names_the_pages_own_script_alone(page, taken_apart):
    script = page[page.rindex("<script>") + len("<script>") : page.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(attrs["content"] for tag, attrs in taken_apart(page).tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy == f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:"


def test_page_is_made_from_the_result_alone(result, page):
    assert render(Result.from_text(result.to_text())) == page


def test_verdict_is_the_heading(result, page):
    assert f"<h1>{result.to_json()['diagnosis']['message']}</h1>" in page


def test_first_numbers_stand_in_one_list(page):
    assert page.count('<dl id="fitscope-numbers">') == 1


def test_page_names_nothing_outside_itself(page, taken_apart):
    tags = taken_apart(page).tags
    assert not [tag for tag, _ in tags if tag in ("link", "iframe", "object", "embed", "base", "form")]
    references = [v for _, attrs in tags for k, v in attrs.items() if k in ("src", "href", "xlink:href", "action", "srcset") and v]
    assert all(reference.startswith(("#", "data:image/png;base64,")) for reference in references)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_page_is_small(page):
    assert len(page.encode()) <= 500_000


@pytest.mark.parametrize("part", ["Loss curves", "Did the refit", "early stopping", "The network", "How sure", "EarlyStopping"])
def test_page_has_its_part(page, part):
    assert part in page


def test_page_shows_the_command_that_repeats_it(result, page):
    assert result.command in page


def test_ids_on_the_page_are_unique(page, taken_apart):
    ids = [attrs["id"] for _, attrs in taken_apart(page).tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_contents_name_every_section_in_the_pages_order(result, page, taken_apart):
    tags = taken_apart(page).tags
    sections = [attrs["id"] for tag, attrs in tags if tag == "section"]
    links = [attrs["href"] for tag, attrs in tags if tag == "a" and attrs["href"] != "#main"]
    assert links == [f"#{name}" for name in sections]


def test_three_numbers_stand_first(page):
    terms = re.findall(r"<dt>(.*?)</dt>", page[page.index("fitscope-numbers") : page.index("</dl>")])
    assert terms == ["best epoch", "refitted test accuracy", "how sure the best epoch is"]


def test_every_picture_has_an_alternative_text_a_caption_and_a_table(page):
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.DOTALL)
    assert len(figures) >= 3  # the losses, the gap, the chances, and those of the mistakes
    for figure in figures:
        caption = re.search(r"<figcaption>(.+?)</figcaption>", figure).group(1)
        label = re.search(r'<svg role="img" aria-label="(.+?)"', figure).group(1)
        assert html.unescape(caption).replace("\u00a0", " ") in html.unescape(label)
        assert "<table>" in figure


def test_at_most_three_findings_stand_open(result):
    found = tuple(Finding("spikes", "warning", {"count": 1, "epoch": epoch}) for epoch in range(1, 6))
    page = render(dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, findings=found)))
    opened = re.sub(r"<(details|script).*?</\1>", "", page, flags=re.DOTALL)
    assert [f"Epoch {epoch} has a loss" in opened for epoch in range(1, 6)] == [True] * 3 + [False] * 2
    assert "2 more" in page


def test_hostile_names_are_shown_and_never_run(result, taken_apart):
    data = dataclasses.replace(result.dataset, name=HOSTILE, classes=(HOSTILE, "b"), source=HOSTILE)
    layer = dataclasses.replace(result.model.layers[0], name=HOSTILE)
    model = dataclasses.replace(result.model, name=HOSTILE, layers=(layer,))
    page = render(dataclasses.replace(result, dataset=data, model=model, command=HOSTILE))
    tags = taken_apart(page).tags
    assert len([tag for tag, _ in tags if tag == "script"]) == 2  # the data and the script of its own
    assert all(attrs["src"].startswith("data:image/png;base64,") for tag, attrs in tags if tag == "img")
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]
    assert json.loads(taken_apart(page).json)["dataset"]["name"] == HOSTILE


def test_result_without_test_or_refit_still_gives_a_page(result):
    page = render(dataclasses.replace(result, holdout=None, refit=None, refit_skipped="interrupted", partial=True, test_reads=0))
    assert "The test data was not read." in page
    assert "Partial: stopped after this training, before all was done" in page


@pytest.mark.parametrize("shape", ["overfitting", "underfitting", "good_fit", "not_learning"])
@pytest.mark.parametrize("epochs", [1, 5, 40, 500])
def test_every_verdict_and_length_gives_a_page(fake_training, shape, epochs):
    from fitscope.analysis import analyze

    fake_training(shape)
    page = render(analyze("digits", max_epochs=epochs))
    assert len(page.encode()) <= 500_000
    assert "None" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)


def test_diverged_at_the_first_epoch_gives_a_page(fake_training):
    from fitscope.analysis import analyze

    fake_training({"loss": [float("nan")], "val_loss": [float("nan")]})
    assert "diverged" in render(analyze("digits"))


@pytest.mark.parametrize("name", ["repeats", "folds", "remedies", "sizes", "search"])
def test_each_study_has_its_section_and_no_other_has(with_studies, name, taken_apart):
    ids = [attrs["id"] for tag, attrs in taken_apart(render(with_studies(name))).tags if tag == "section"]
    studies = {"repeats", "folds", "remedies", "sizes", "search"}
    assert set(ids) & studies == {name}
    assert ids.index("refit") < ids.index("help") < ids.index(name) < ids.index("data")


@pytest.fixture
def everything(with_studies):
    return render(with_studies("everything"))


def test_page_with_everything_keeps_its_order(everything, taken_apart):
    ids = [attrs["id"] for tag, attrs in taken_apart(everything).tags if tag == "section"]
    studies = ["repeats", "folds", "remedies", "sizes", "search"]
    assert ids == ["loss", "regions", "sure", "stopping", "refit", "mistakes", "help", *studies, "data", "network", "made"]


def test_page_with_everything_has_ids_of_their_own_and_no_none(everything, taken_apart):
    ids = [attrs["id"] for _, attrs in taken_apart(everything).tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert not re.search(r"\b(None|nan)\b", re.sub(r"<(script|style).*?</\1>", "", everything, flags=re.DOTALL))


def test_page_with_everything_comes_back_from_its_json(with_studies, everything):
    assert render(Result.from_text(with_studies("everything").to_text())) == everything


def test_regression_page_speaks_of_errors_and_targets(regression):
    page = re.sub(r"<(script|style|details).*?</\1>", "", render(regression), flags=re.DOTALL)
    assert "How far the answers lie from the targets in the mean" in page
    assert "1: price" in page
    assert "accuracy" not in page.lower()


def test_page_of_grouped_samples_speaks_of_groups(result):
    sure = dataclasses.replace(result.diagnosis.uncertainty, samples=300, groups=12)
    grouped = dataclasses.replace(result, diagnosis=dataclasses.replace(result.diagnosis, uncertainty=sure))
    assert "Judged from the losses of 12 groups of 300 validation samples, whole groups weighed anew" in render(grouped)


def test_multilabel_page_says_what_its_accuracy_is(result):
    page = render(dataclasses.replace(result, dataset=dataclasses.replace(result.dataset, task="multilabel")))
    assert "the share of labels that are right" in page


def test_mean_curves_are_called_so(with_studies, make):
    from fitscope.history import mean_of

    page = render(with_studies("repeats", history=mean_of([training.history for training in make.repeats()])))
    assert "These curves are the mean of 8 trainings with other seeds." in page


def test_500_trials_stay_readable_and_below_a_megabyte(with_studies, make):
    page = render(with_studies("search", search=make.search(500)))
    assert len(page.encode()) < 1_000_000
    table = page[page.index("scroll tall") :]
    assert table[: table.index("</table>")].count("<tr>") == 501


def test_many_seeds_and_long_curves_stay_small(with_studies, make):
    from fitscope.result import Studies

    trainings = tuple(make.training(seed, {"seed": seed}, epochs=500) for seed in range(20))
    page = render(with_studies("repeats", studies=Studies(repeats=trainings)))
    assert len(re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).encode()) < 500_000


def test_hostile_studies_are_shown_and_never_run(with_studies, make, taken_apart):
    from fitscope.result import Studies

    tried = make.remedy(HOSTILE, 0.01, (0.005, 0.015), True, {HOSTILE: HOSTILE})
    odd = dataclasses.replace(make.training(), changes={"seed": HOSTILE, "fold": HOSTILE, "samples": HOSTILE}, verdict=HOSTILE)
    found = make.search(3)
    trials = tuple(dataclasses.replace(trial, trial=HOSTILE, hyperparameters={HOSTILE: HOSTILE}) for trial in found.trials)
    best = dataclasses.replace(found.best, trial=HOSTILE, hyperparameters={HOSTILE: HOSTILE})
    hostile = with_studies("search", search=dataclasses.replace(found, oracle=HOSTILE, trials=trials, best=best),
                           studies=Studies((odd,), (odd,), (tried,), (odd,)))  # fmt: skip
    leak = {"code": HOSTILE, "severity": HOSTILE, "message": HOSTILE, "examples": [{HOSTILE: HOSTILE}, HOSTILE]}
    data = dataclasses.replace(hostile.dataset, leaks=(leak,), notes=(HOSTILE,))
    page = render(dataclasses.replace(hostile, dataset=data))
    tags = taken_apart(page).tags
    assert len([tag for tag, _ in tags if tag == "script"]) == 2
    assert all(attrs["src"].startswith("data:image/png;base64,") for tag, attrs in tags if tag == "img")
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]


def test_write_that_fails_leaves_the_old_page(result, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write(result, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"


def test_page_is_rendered_without_tensorflow(result, tmp_path):
    (tmp_path / "result.json").write_text(result.to_text())
    code = (
        "import sys; from fitscope.result import Result; from fitscope.report.page import render;"
        "render(Result.from_text(open('result.json').read())); print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
