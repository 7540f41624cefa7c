"""The answer form: the questions of an assignment, to be filled in with any editor."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from fitscope import words
from fitscope.language import _

_WIDTH = 100


@dataclass(frozen=True)
class Asked:
    """Hold one question of the form.

    Args:
        key: of the answer.
        text: the question.
        allowed: the answers to choose from, each with what it means; empty where the answer is free.
        hint: where the answer goes in the form.
    """

    key: str
    text: str
    allowed: dict[str, str] = field(default_factory=dict)
    hint: str = ""


def questions(task: str | None = None) -> tuple[Asked, ...]:
    """Return the questions on a data set in the spoken language.

    Args:
        task: what its target is: `classes` (None, too) or `regression`.
    """
    accuracy = Asked("test_accuracy", _("Which accuracy did your final model reach on the test data? "
                     "A share such as 0.5 or a percentage such as 50 %; leave it open if you tested none."))  # fmt: skip
    error = Asked("test_mae", _("Which mean absolute error did your final model reach on the test data? "
                  "A number; leave it open if you tested none."))  # fmt: skip
    return (
        Asked("name", _("Your name.")),
        Asked("id", _("Your student number.")),
        Asked("best_epoch", _("For how many epochs would you train? One whole number; epochs count from 1.")),
        Asked("verdict", _("What do the curves say? One of these words:"), words.meanings()),
        error if task == "regression" else accuracy,
        Asked(
            "why",
            _("How do you know? Write in Markdown."),
            hint=_("Write it below the last line of this form, or here with two blanks before each line."),
        ),
    )  # fmt: skip


def form(dataset: str, task: str | None = None) -> str:
    """Return the answer form of a data set, its questions in the spoken language; `read` reads it back.

    Args:
        dataset: its name, or a person's own data as `analyze` takes it.
        task: as `questions` takes it.

    Example:
        >>> [line for line in form("digits").splitlines() if line.endswith(":")][:3]
        ['name:', 'id:', 'best_epoch:']
    """
    about = _("Your answers on {dataset}. Write each behind its colon; lines that begin with # only explain.")
    blocks = [_comment(about.format(dataset=" ".join(dataset.split())))]
    for asked in questions(task):
        text = " ".join(filter(None, (asked.text, asked.hint)))
        meanings = [f"#   {code:<14}{_after(code, meaning)}" for code, meaning in asked.allowed.items()]
        blocks.append("\n".join([_comment(text), *meanings, f"{asked.key}:{' |' * (asked.key == 'why')}"]))
    return "---\n" + "\n\n".join(blocks) + "\n\n---\n"


def _after(code: str, meaning: str) -> str:
    """Return what a word means without the word itself, which English says twice."""
    return meaning.removeprefix(f"{code.replace('_', ' ')}: ")


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))
