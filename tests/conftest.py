"""What all tests share: data and browser where there are any, one way to call the command, one fake training."""

from __future__ import annotations

import dataclasses
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

# The suite tries the same inputs each time, so that a red run is the change's doing; --hypothesis-profile explore tries others.
settings.register_profile("explore", deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
settings.register_profile("suite", settings.get_profile("explore"), derandomize=True)
settings.load_profile("suite")

NEEDS = {"needs_data": "imdb.npz and reuters.npz in FITSCOPE_DATA_DIR", "needs_browser": "Chromium and its driver"}


def missing(need: str) -> bool:
    if need == "needs_browser":
        return not (shutil.which("chromium") and shutil.which("chromedriver"))
    folder = os.environ.get("FITSCOPE_DATA_DIR")
    return not folder or not all((Path(folder) / f"{name}.npz").is_file() for name in ("imdb", "reuters"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need, what in NEEDS.items():
        if item.get_closest_marker(need) and missing(need):
            pytest.skip(f"needs {what}")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    counts = {kind: len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed", "skipped", "error")}
    ran = counts["passed"] + counts["failed"]
    terminalreporter.write_line(f"fitscope: {ran} tests ran, {counts['skipped']} were skipped")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where FITSCOPE_TESTS_REQUIRE names a need (as CI does), tests that were skipped for it fail the run."""
    required = [f"needs_{name}" for name in os.environ.get("FITSCOPE_TESTS_REQUIRE", "").split(",") if name]
    lacking = [need for need in required if need not in NEEDS or missing(need)]
    if lacking:
        print(f"\nThis run requires {', '.join(lacking)}, which is missing here.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep data that the person imported out of the tests, and the tests' data away from the person."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder / "fitscope"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tests' encoded data out of the person's cache."""
    before, folder = os.environ.get("FITSCOPE_CACHE_DIR"), tmp_path_factory.mktemp("cache")
    os.environ["FITSCOPE_CACHE_DIR"] = str(folder)
    yield folder
    del os.environ["FITSCOPE_CACHE_DIR"]
    if before is not None:
        os.environ["FITSCOPE_CACHE_DIR"] = before


@pytest.fixture
def cli_invoke() -> Callable[..., Result]:
    """Call the command line in this process."""
    from fitscope.cli import main

    return lambda *args, **kwargs: CliRunner().invoke(main, [str(arg) for arg in args], **kwargs)


def curves(shape: str, epochs: int = 20) -> dict[str, list[float]]:
    """Return noiseless curves that overfit, underfit, level off, or learn nothing."""
    e = np.arange(1, epochs + 1)
    loss = 0.05 + 0.6 * np.exp(-e / 4)
    val_loss = {
        "overfitting": 0.3 + 0.4 * np.exp(-e / 2) + 0.02 * np.maximum(0, e - 5),
        "underfitting": 2.0 - 0.05 * e,
        "good_fit": 0.3 + 0.4 * np.exp(-e),
        "not_learning": np.full(epochs, 0.693),
    }[shape]
    if shape == "not_learning":
        loss = np.full(epochs, 0.693)
    return {"loss": loss.tolist(), "val_loss": val_loss.tolist()}


@pytest.fixture(name="curves")
def curves_fixture() -> Callable[..., dict[str, list[float]]]:
    return curves


class FakeTraining:
    """Stand in for the room with Keras in it: the given curves come out of every plan, and nothing is trained.

    Args:
        shape: of `curves`, or the curves themselves.
        samples: validation samples, each with the epoch's loss plus a fixed deviation; None for as many as the plan holds out.
    """

    def __init__(self, shape: str | dict[str, list[float]], samples: int | None = None) -> None:
        from fitscope import training

        for name in (
            "MEASURES",
            "Checkpoint",
            "enough_memory",
            "gain",
            "score",
            "check_model",
            "default_optimizer",
            "model_sha256",
            "settings",
        ):
            setattr(self, name, getattr(training, name))
        self.shape, self.samples = shape, samples
        self.plans: list[Any] = []
        self.tested = 0

    def start_loading(self) -> threading.Thread:
        thread = threading.Thread()
        thread.start()
        return thread

    def train(
        self,
        plan: Any,
        on_epoch: Callable[[Any], object] | None = None,
        *,
        data: Any = None,
        begun: Any = None,
        answers: bool = False,
        checkpoint: Any = None,
    ) -> Any:
        from fitscope.history import TrainingHistory
        from fitscope.training import EpochEnd, Run

        self.plans.append(plan)
        metrics = curves(self.shape, plan.max_epochs) if isinstance(self.shape, str) else self.shape
        if not plan.validation:
            metrics = {"loss": metrics["loss"][: plan.max_epochs]}
        history, stopped = TrainingHistory.of(metrics), False
        for i, epoch in enumerate(history.epochs, 1):
            told = {name: values[i - 1] for name, values in history.metrics.items()}
            stopped = bool(on_epoch and on_epoch(EpochEnd(epoch, plan.max_epochs, told)) is True and i < len(history))
            if stopped:
                history = history.until(i)
                break
        samples = plan.validation if self.samples is None else self.samples
        spread = np.random.default_rng(0).normal(0, 0.01, samples)
        losses = history.val_loss[:, None] + spread - spread.mean() if plan.validation else np.empty((len(history), 0))
        said = _answers(plan, data) if answers and samples == plan.validation and data.task == "multiclass" else None
        weights, losses = [np.zeros(1, np.float32)], losses.astype(np.float32)
        return Run(plan, history, losses, weights, len(history), stopped, 0.1, "dense", answers=said)

    def test_once(self, runs: Any, data: Any) -> Any:
        self.tested += 1
        rng = np.random.default_rng(1)
        return [(rng.random(100), (rng.random(100) > 0.1) * 1.0) for _ in runs]

    def describe(self, run: Any, data: Any) -> Any:
        from fitscope.result import LayerFacts, ModelFacts

        return ModelFacts("textbook", 10, (LayerFacts("output", "Dense", (10,), 10),), run.path)

    def environment(self) -> Any:
        from fitscope.result import Environment

        return Environment("3.11.0", "2.20.0", "3.12.0", "2.0.0", "Linux x86_64", 2, ())

    def save(self, run: Any, data: Any, path: Path) -> None:
        path.write_bytes(b"model")

    def peak_mb(self) -> float:
        return 100.0


def _answers(plan: Any, data: Any) -> Any:
    """Return answers of several classes: every tenth sample is wrong at the best epoch, every fifth at the last."""
    labels, classes = data.y_train[data.held_out(plan)], len(data.classes)
    answers = np.full((2, len(labels), classes), 0.18 / (classes - 1), np.float32)
    for shares, every in zip(answers, (10, 5)):
        wrong = np.arange(len(labels)) % every == 0
        shares[np.arange(len(labels)), (labels + wrong) % classes] = 0.82
    return answers


@pytest.fixture
def fake_training(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeTraining]:
    """Put curves in the place of training, for the test's length."""

    def put(shape: str | dict[str, list[float]], samples: int | None = None) -> FakeTraining:
        fake = FakeTraining(shape, samples)
        for place in ("analysis", "analysis.steps", "analysis.conclusion", "studies.work"):
            monkeypatch.setattr(f"fitscope.{place}.training", fake)
        return fake

    return put


@pytest.fixture
def result(fake_training: Callable[..., FakeTraining]) -> Any:
    """A whole result, of an overfitting training that was faked."""
    from fitscope.analysis import analyze

    fake_training("overfitting")
    return analyze("digits", max_epochs=20)


@pytest.fixture
def write_run(result: Any, tmp_path: Path) -> Callable[..., Path]:
    """Write a run folder as analyze does, result and samples' losses, with a validation loss that is lower by so much."""

    def write(
        name: str,
        better: float = 0.0,
        samples: int = 200,
        seed: int = 0,
        plan: dict[str, Any] | None = None,
        groups: Any = None,
        **changes: Any,
    ) -> Path:
        from fitscope.diagnosis import judge

        history = result.history.replaced("val_loss", result.history.val_loss - better)
        spread = np.random.default_rng(99).normal(0, 0.2, samples) + np.random.default_rng(seed).normal(0, 0.02, (20, samples))
        losses = history.val_loss[:, None] + spread - spread.mean(axis=1, keepdims=True)
        made = dataclasses.replace(
            result, history=history, diagnosis=judge(history, losses), plan=result.plan.replace(**(plan or {})), **changes
        )
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(made.to_text(), encoding="utf8")
        np.savez(folder / "samples.npz", losses=losses.astype(np.float32), **({} if groups is None else {"groups": groups}))
        return folder

    return write
