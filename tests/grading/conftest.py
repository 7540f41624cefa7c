"""A made-up class: curves like real ones, every kind of hand-in."""

import numpy as np
import pytest

from fitscope.diagnosis import judge
from fitscope.grading.cleaning import clean
from fitscope.grading.records import Facts, Flag, Gradebook, Graded, Mark, Student
from fitscope.grading.rubric import Condition, Criterion, Level, Rubric
from fitscope.history import TrainingHistory
from fitscope.result import Score

TITLES = ("Best epoch", "Verdict", "Test accuracy", "Size of the gap", "Why")
HOSTILE = (
    "<script>document.title='ran'</script>",
    "</textarea></script><img src=x onerror=document.title='ran'>",
    "\"'><svg onload=document.title='ran'>",
    '=HYPERLINK("http://example.org")',
    "\u202e{{7*7}}&\ud800\x00",
)


def rubric(**changes):
    def level(kind, points):
        return (Level(Condition(kind), points),)

    made = (
        Criterion("Best epoch", 3.0, ("answers.best_epoch",), level("in_plateau", 3.0)),
        Criterion("Verdict", 3.0, ("answers.verdict",), level("same_verdict", 3.0)),
        Criterion("Test accuracy", 2.0, ("refit.test.accuracy",), level("matches_recomputed", 2.0)),
        Criterion("Size of the gap", 1.5, ("diagnosis.gap",), level("matches_recomputed", 1.5)),
        Criterion("Why", 3.0, ("answers.why",), manual=True),
    )
    return Rubric(**({"title": "Find the best epoch", "criteria": made, "assignment": "Overfitting (4711)"} | changes))


def facts(rng, epochs=20, **changes):
    e = np.arange(1, epochs + 1)
    best, height = rng.uniform(4, 13), rng.uniform(0.7, 1.2)
    loss = 0.05 + height * np.exp(-e / rng.uniform(3, 7)) + rng.normal(0, 0.004, epochs)
    rise = rng.uniform(0.01, 0.05) * np.maximum(0, e - best)
    val = 0.28 + height * np.exp(-e / rng.uniform(2, 4)) + rise + rng.normal(0, 0.008, epochs)
    history = TrainingHistory.of({"loss": loss, "val_loss": val})
    found = judge(history)
    accuracy = float(rng.normal(0.79, 0.012))
    score = Score(float(val.min()), (0.2, 0.4), accuracy, (accuracy - 0.01, accuracy + 0.01), 2246)
    given = {"claimed_best_epoch": found.best_epoch, "claimed_verdict": found.verdict, "test": score, "test_accuracy": accuracy}
    members = tuple(found.uncertainty.plateau_members) if found.uncertainty else ()
    return Facts(history, found.best_epoch, found.plateau, members, found.verdict, **(given | changes))


def marks(rng, read=False):
    done = [3.0 if rng.random() < 0.8 else 1.0, 3.0 if rng.random() < 0.85 else 0.0, 2.0, 1.5 if rng.random() < 0.7 else 0.75]
    evidence = (
        "Best epoch 9 lies in the plateau, 7 to 12, that the curves give.",
        "The verdict is overfitting, as the curves say.",
        "The test accuracy is 0.791.",
        "The gap is 0.412, computed from the curves 0.412.",
    )
    own = [Mark(title, given, possible, text) for title, given, possible, text in zip(TITLES, done, (3.0, 3.0, 2.0, 1.5), evidence)]
    text = (
        "Validation loss rises from epoch 10 on while training loss still falls.\n\nThat gap is what the network learnt by heart."
    )
    return (
        *own,
        Mark("Why", 2.0 if read else None, 3.0, "", True, text, "2 of 3 points: read (Lee, 2026-11-20)" if read else None),
    )


def graded(number, rng=None, **changes):
    rng = rng or np.random.default_rng(number)
    family = ("Kim", "Lee", "Park", "Choi", "García", "Nguyen", "O'Brien", "Zhao", "Müller", "Okafor")[number % 10]
    given = ("Minji", "Seojun", "Ana", "Linh", "Sean", "Wei", "Jürgen", "Ada", "Haeun", "Ines", "Yusuf")[number % 11]
    student = Student(
        f"{given} {family}", f"2026-{1000 + number}", f"s{1000 + number}@example.edu", canvas=str(9000 + number), section="A"
    )
    name = f"{family.lower()}_{number}"
    flags = (Flag("late", "It was handed in 2 hours after the due date: ask."),) if number % 9 == 4 else ()
    own = {"files": (f"{name}/report.html",), "marks": marks(rng, number % 3 == 0), "flags": flags, "facts": facts(rng)}
    return Graded(**({"name": name, "student": student} | own | changes))


def unread(number):
    zero = tuple(Mark(title, 0.0, possible, "Nothing could be read.") for title, possible in zip(TITLES, (3.0, 3.0, 2.0, 1.5, 3.0)))
    error = "archive.zip is no zip file, or a damaged one; hand it in again."
    return graded(number, files=(f"x_{number}/archive.zip",), marks=zero, facts=None, error=error)


def made_class(size, **changes):
    rng = np.random.default_rng(7)
    people = [unread(i) if i % 15 == 7 else graded(i, rng) for i in range(size)]
    if size > 12:
        alike = "Its curves are those of {}, shifted by 0.01: differs from what two trainings give, ask."
        for one, other in ((2, 11), (11, 2)):
            flag = Flag("same_curves", alike.format(people[other].student.name), {"shift": 0.01}, (people[other].name,))
            people[one] = graded(one, flags=(flag,))
    people.sort(key=lambda one: one.student.name)
    missing = (Student("Absent Person", "2026-0001"), Student("Gone Girl", "2026-0002"))
    notes = ("2 hand-ins are newer tries; the earlier ones were passed over.",)
    return Gradebook(
        "Find the best epoch",
        tuple(people),
        **({"missing": missing, "notes": notes, "created": "2026-11-25T12:00:00+00:00"} | changes),
    )


@pytest.fixture
def make_rubric():
    return rubric


@pytest.fixture
def make_class():
    return made_class


@pytest.fixture
def make_graded():
    return graded


@pytest.fixture
def hostile_class():
    """Everyone has a name, a number, files, answers and notes that try to run, to break out, or to be a formula."""
    people = []
    for number, text in enumerate(HOSTILE):
        student = Student(text, f"{text}{number}", text, text, text, text, text)
        bad = tuple(Mark(clean(text), 1.0 if i else None, 2.0, text, not i, text, text) for i in range(2))
        flags = (Flag("same_curves", text, {text: float("nan")}, (f"{text}{number - 1}",), text, True),)
        people.append(
            graded(number, name=f"{text}{number}", student=student, files=(f"{text}.html",), marks=bad, flags=flags, notes=(text,))
        )
    people.append(graded(9, student=Student(HOSTILE[0]), error=HOSTILE[1], facts=None))
    return Gradebook(HOSTILE[0], tuple(people), (Student(HOSTILE[2]),), HOSTILE, "2026-11-25T12:00:00+00:00")
