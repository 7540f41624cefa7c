"""fitscope analyze: the whole ritual on one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.options import Share, Verdicts, data_dir, everywhere

if TYPE_CHECKING:
    from fitscope.analysis import Step
    from fitscope.result import Result, Score
    from fitscope.training import EpochEnd

FAILED_ON = 3


@click.command(short_help="Find the best epoch, refit, test once, write a report.")
@click.argument("dataset")
@click.option("--max-epochs", type=int, metavar="N", help="Train this long, past the best epoch (20; digits 60).")
@click.option(
    "--validation",
    type=Share(),
    help="Hold out so many training samples as validation data (imdb 10,000, reuters 1,000, digits 300).",
)
@click.option("--num-words", type=int, metavar="N", help="Keep the N most frequent words (10,000).")
@click.option("--target", metavar="COLUMN", help="The column of a table that is to be predicted; several with commas between.")
@click.option("--group", metavar="COLUMN", help="Keep rows with the same value here on one side of every split.")
@click.option("--time", metavar="COLUMN", help="Hold out the latest rows by this column, as validation and test data.")
@click.option(
    "--test", metavar="N|FRACTION|FILE", help="Test data: so many samples, a fraction (0.2) of your own data, or a file of it."
)
@click.option(
    "--task",
    type=click.Choice(["classes", "regression"]),
    help="What the target is, where it alone does not tell: classes or numbers.",
)
@click.option(
    "--model",
    metavar="NAME",
    help="textbook (folders of pictures: conv), small, large, linear, conv, or FILE.py:FUNCTION.",
)
@click.option("--class-weight", type=click.Choice(["balanced"]), help="Weigh rare classes up while training.")
@click.option("--batch-size", type=int, metavar="N", help="Training samples an update (512; digits 32).")
@click.option(
    "--optimizer", metavar="NAME", help="rmsprop, adam, sgd, adamw, nadam or adagrad (rmsprop; of FILE.py:FUNCTION its own)."
)
@click.option("--learning-rate", type=float, metavar="X", help="The step size; by default the optimizer's own.")
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="Decides initial weights and batch order.")
@click.option("--refit-by", type=click.Choice(["epochs", "updates"]), default="epochs", show_default=True,
              help="What the refit keeps of the best epoch.")  # fmt: skip
@data_dir
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR",
              help="The folder to make (reports/DATASET-DATE-TIME).")  # fmt: skip
@click.option("--fail-on", type=Verdicts(), default="", help="Leave with exit code 3 at one of these verdicts.")
@click.option("--open", "open_report", is_flag=True, help="Open the report in the browser.")
@everywhere
def analyze(
    dataset: str, output: Path | None, fail_on: frozenset[str], open_report: bool, as_json: bool, quiet: bool, **options: Any
) -> int:
    """Hold out, train too long, find the best epoch, refit, test once, and write a report.

    DATASET is imdb, reuters, digits or diabetes, or your own data: a table (.csv, .tsv, .parquet) with --target, a folder
    of texts or pictures with a subfolder a class, arrays (.npz), or FILE.py:FUNCTION.

    \b
    Example:  fitscope analyze reuters --max-epochs 20
    """
    from fitscope import analysis
    from fitscope.cli.interrupt import Interrupt
    from fitscope.cli.progress import Teller
    from fitscope.cli.stderr import keep_for_people
    from fitscope.cli.wrap import wrapped
    from fitscope.report.folder import default_folder

    folder = output or default_folder(dataset)
    keep_for_people()
    teller = Teller(quiet)
    with Interrupt() as interrupt:

        def tell(event: Step | EpochEnd) -> None:
            if not isinstance(event, analysis.Step):
                teller.epoch(event)
            elif event.name == "folder":
                click.echo(event.text, err=as_json)
            elif event.name != "report":
                interrupt.training = event.name in ("train", "refit")
                teller.step(event)

        try:
            result = analysis.analyze(dataset, output=folder, tell=tell, should_stop=lambda: interrupt.asked, **options)
        finally:
            teller.close()
    click.echo(result.to_text() if as_json else wrapped(summary(result, folder / "report.html")), nl=not as_json)
    if open_report:
        click.launch(str(folder / "report.html"))
    return _exit_code(result, fail_on, interrupt.asked)


def summary(result: Result, report: Path) -> str:
    """Return what the terminal shows at the end; its last line is the report's path."""
    from fitscope import words

    lines = ["", result.to_json()["diagnosis"]["message"]]
    lines += [f"  {advice['message']}" for advice in result.to_json()["diagnosis"]["advice"][:3]]
    if result.refit is not None:
        lines.append(_score("Refitted model", result.refit.test))
    if result.holdout is not None:
        lines.append(_score("Held-out model", result.holdout.test))
    if result.refit_skipped is not None:
        lines.append(words.refit_skipped(result.refit_skipped))
    return "\n".join([*lines, "", str(report)])


def _score(name: str, score: Score) -> str:
    measure, value, limits = "accuracy", score.accuracy, score.accuracy_interval
    if score.mae is not None:
        measure, value, limits = "mean absolute error", score.mae, score.mae_interval
    low, high = limits or (0, 0)
    loss = score.loss_interval
    return f"{name}: test {measure} {value:.3f} ({low:.3f} to {high:.3f}), loss {score.loss:.3f} ({loss[0]:.3f} to {loss[1]:.3f})"


def _exit_code(result: Result, fail_on: frozenset[str], interrupted: bool) -> int:
    if interrupted:
        return 130
    if result.refit_skipped == "minimum_not_reached":
        return 1
    return FAILED_ON if result.diagnosis.verdict in fail_on else 0
