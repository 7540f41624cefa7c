"""What the page shows: a Result's numbers as texts and charts, each by a rule that has a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fitscope import words
from fitscope.language import N_, _, retold
from fitscope.report import answers_view as answers
from fitscope.report import classes_view as classes
from fitscope.report import curves_view as curves
from fitscope.report import facts_view as facts
from fitscope.report.answers_view import Refitting, Said, Stopping
from fitscope.report.classes_view import Classes
from fitscope.report.concluded_view import Concluded, concluded
from fitscope.report.embedding import as_script
from fitscope.report.headline import headline
from fitscope.report.mistakes_view import MistakesView, mistakes
from fitscope.report.notes import Notes, named, notes
from fitscope.report.repeats_view import averaged
from fitscope.report.sections import Picture, Row, Section, Table
from fitscope.report.stop_view import Tools, tools
from fitscope.report.study_view import advice_left, sections
from fitscope.result import Result


@dataclass(frozen=True, kw_only=True)
class View(facts.Facts):
    """Hold all that the template prints, in its order."""

    title: str
    about: str
    verdict: str
    label: str
    message: str
    evidence: str
    notices: tuple[str, ...]
    numbers: tuple[Row, ...]
    pictures: dict[str, Picture]
    tools: Tools
    concluded: Concluded | None
    regions: tuple[Row, ...]
    findings: tuple[Said, ...]
    checks: tuple[Row, ...]
    sure: tuple[str, ...]
    stopping: Stopping | None
    refitting: Refitting
    mistakes: MistakesView | None
    advice: tuple[Row, ...]
    studies: tuple[Section, ...]
    own: Notes | None
    classes: Classes | None
    roles: Table | None
    log: tuple[Row, ...]
    seconds: tuple[Row, ...]
    json: str

    @property
    def contents(self) -> tuple[tuple[str, str], ...]:
        """Every section that is there, its id and its heading."""
        return tuple((name, _(heading)) for name, (heading, there) in SECTIONS.items() if there(self))


# The order in which a person asks; a section is there where the result has an answer.
SECTIONS: dict[str, tuple[str, Callable[[View], object]]] = {
    "loss": (N_("Loss curves"), lambda view: True),
    "answers": (N_("What you concluded"), lambda view: view.concluded),
    "regions": (N_("What does each region mean?"), lambda view: True),
    "sure": (N_("How sure is the best epoch?"), lambda view: True),
    "stopping": (N_("What would early stopping have done?"), lambda view: view.stopping),
    "refit": (N_("Did the refit bring anything?"), lambda view: True),
    "mistakes": (N_("Where is the model wrong?"), lambda view: view.mistakes),
    "help": (N_("What would help?"), lambda view: view.advice or view.studies),
    "notes": (N_("Notes"), lambda view: view.own),
    "classes": (N_("From two classes to several"), lambda view: view.classes),
    "data": (N_("The data"), lambda view: view.data),
    "network": (N_("The network"), lambda view: view.layers),
    "made": (N_("How was this made?"), lambda view: True),
}


def view(result: Result) -> View:
    """Make from a result all that its page shows, in the spoken language."""
    diagnosis = result.diagnosis
    mean = averaged(result)
    return View(
        title=f"{facts.name_of(result)}: {words.label(diagnosis.verdict)}",
        about=about(result),
        verdict=diagnosis.verdict,
        label=words.label(diagnosis.verdict),
        message=diagnosis.message,
        evidence=words.evidence(diagnosis.verdict, diagnosis.evidence),
        notices=facts.notices(result),
        numbers=headline(result, mean),
        pictures=curves.pictures(result.history, diagnosis, mean),
        tools=tools(result),
        concluded=concluded(result),
        regions=answers.regions(diagnosis),
        findings=answers.findings(diagnosis),
        checks=answers.checks(diagnosis),
        sure=answers.sure(result),
        stopping=answers.stopping(result),
        refitting=answers.refitting(result),
        mistakes=mistakes(result),
        advice=tuple(Row(words.advice(a.code), (retold(a.evidence),)) for a in advice_left(result)),
        studies=sections(result),
        own=notes(result),
        classes=classes.from_two_to_several(result),
        roles=classes.roles(result),
        log=() if result.log is None else facts.log(result, result.log),
        seconds=facts.seconds(result),
        json=embedded(result),
        **facts.told(result),
    )


def about(result: Result) -> str:
    """Return what the report is about and whose it is, in a line above the verdict."""
    model = "" if result.model is None else _("{name} network").format(name=result.model.name)
    author = "" if result.author is None else _("by {name}").format(name=named(result.author))
    return " · ".join(filter(None, (facts.name_of(result), model, author)))


def embedded(result: Result) -> str:
    """Return the result's JSON so that nothing in it can end the script element."""
    return as_script(result.to_json())
