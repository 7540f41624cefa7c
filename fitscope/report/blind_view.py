"""What the page of a blind run shows: the curves, what is asked of them, and how to go on. Nothing here reads the diagnosis."""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from pathlib import Path

from fitscope import datasets
from fitscope.answers import Asked, questions
from fitscope.language import N_, _, asked
from fitscope.report import facts_view as facts
from fitscope.report.curves_view import bare
from fitscope.report.notes import Notes, notes
from fitscope.report.sections import Picture, Row
from fitscope.report.stop_view import Tools, tools
from fitscope.report.view import about, embedded
from fitscope.result import Result
from fitscope.result.blind import PARTS

ANSWERS = "answers.md"


@dataclass(frozen=True, kw_only=True)
class BlindView(facts.Facts):
    """Hold all that the template prints."""

    title: str
    about: str
    notices: tuple[str, ...]
    pictures: dict[str, Picture]
    tools: Tools
    questions: tuple[Asked, ...]
    commands: tuple[str, str]
    own: Notes | None
    seconds: tuple[Row, ...]
    json: str
    log: tuple[Row, ...] = ()
    roles: None = None  # which data the run touched would tell whether it was refitted

    @property
    def contents(self) -> tuple[tuple[str, str], ...]:
        """Every section that is there, its id and its heading."""
        there = {"loss": True, "answers": True, "notes": self.own, "data": self.data, "network": self.layers, "made": True}
        return tuple((name, _(_SECTIONS[name])) for name, shown in there.items() if shown)


_SECTIONS = {
    "loss": N_("Loss curves"),
    "answers": N_("Your answers"),
    "notes": N_("Notes"),
    "data": N_("The data"),
    "network": N_("The network"),
    "made": N_("How was this made?"),
}


def blind_view(result: Result) -> BlindView:
    """Make from a blind result all that its page shows, in the spoken language."""
    return BlindView(
        title=_("{name}: the curves first").format(name=facts.name_of(result)),
        about=about(result),
        notices=facts.notices(result),
        pictures=bare(result.history),
        tools=dataclasses.replace(tools(result), slider=False),
        questions=tuple(one for one in questions(_asked_of(result)[1]) if one.key not in ("name", "id")),
        commands=commands(result, None),
        own=notes(result),
        seconds=facts.seconds(dataclasses.replace(result, seconds={k: v for k, v in result.seconds.items() if k in PARTS})),
        json=embedded(result),
        **facts.told(result),
    )


def _asked_of(result: Result) -> tuple[str, str | None]:
    """Return the data set's name and task, as the form's questions depend on them."""
    name = "" if result.dataset is None else result.dataset.name if result.plan is None else result.plan.dataset
    return name, None if result.dataset is None else "regression" if result.dataset.task == "regression" else "classes"


def commands(result: Result, folder: Path | None) -> tuple[str, str]:
    """Return the commands that write the answer form, and that hand the answers in.

    Args:
        result: the blind one.
        folder: of the run; None where it is not known, as on a page.
    """
    name, task = _asked_of(result)
    wish = ["--task", "regression"] if task == "regression" and not datasets.is_known(name) else []
    run = "FOLDER" if folder is None else str(folder)
    form = shlex.join(["fitscope", "answers", name, *wish, *asked()])
    return f"{form} > {ANSWERS}", shlex.join(["fitscope", "submit", run, "--answers", ANSWERS, *asked()])


def summary(result: Result, folder: Path) -> tuple[str, str]:
    """Return what the terminal says of a blind run, and the commands that go on."""
    said = _("The report shows the curves alone. Look at them, write down what you conclude, then hand it in:")
    return said, "\n".join(f"  {command}" for command in commands(result, folder))
