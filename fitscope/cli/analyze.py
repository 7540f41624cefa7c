"""fitscope analyze: the whole ritual on one command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fitscope.cli.codes import FAILED_ON, INTERRUPTED
from fitscope.cli.figures import checked_figures, draw, figures
from fitscope.cli.options import Place, Share, Verdicts, data_dir, everywhere, lang, personal, student, teach

if TYPE_CHECKING:
    from fitscope.analysis import Step
    from fitscope.cli.interrupt import Interrupt
    from fitscope.cli.progress import Teller
    from fitscope.result import Result
    from fitscope.studies.work import Told


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
@click.option("--seed", type=int, metavar="N", help="Decides initial weights and batch order (0, or made from --student-id).")
@click.option("--leaks", is_flag=True, help="Look for near duplicates in large data, too.")
@click.option("--repeats", type=int, metavar="N", default=1, help="Train N times in all, each with another seed.")
@click.option("--folds", type=int, metavar="K", help="Hold out each of K folds in turn, for small data.")
@click.option("--remedies", is_flag=True, help="Try what may help: other sizes, L2, dropout, fewer words, smaller steps.")
@click.option("--sizes", is_flag=True, help="Train on parts of the data too, and say what twice the data would bring.")
@click.option("--search", type=click.Choice(["random", "bayesian", "hyperband"]), help="Search hyperparameters with keras-tuner.")
@click.option("--trials", type=int, metavar="N", help="Trials of the search at most (20).")
@click.option("--workers", type=int, metavar="N", help="Processes that train at the same time (as many as pay off).")
@click.option("--cluster", metavar="ADDRESS", help="Train on a Dask cluster, such as tcp://HOST:8786.")
@click.option("--refit-by", type=click.Choice(["epochs", "updates"]), default="epochs", show_default=True,
              help="What the refit keeps of the best epoch.")  # fmt: skip
@data_dir
@click.option("--output", type=Place(), metavar="DIR",
              help="The folder to make (reports/DATASET-DATE-TIME).")  # fmt: skip
@click.option("--resume", type=Place(file_okay=False), metavar="DIR",
              help="Go on in the folder of an analysis that was stopped.")  # fmt: skip
@lang
@personal
@student
@teach
@figures
@click.option("--fail-on", type=Verdicts(), default="", help="Leave with exit code 3 at one of these verdicts.")
@click.option("--open", "open_report", is_flag=True, help="Open the report in the browser.")
@everywhere
def analyze(
    dataset: str,
    output: Path | None,
    resume: Path | None,
    figures: Path | None,
    figure_formats: tuple[str, ...],
    fail_on: frozenset[str],
    open_report: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
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
    from fitscope.cli.streams import keep_for_people
    from fitscope.report.folder import default_folder

    options |= _trials(options.pop("trials"), options["search"])
    _refuse_contradictions(options["blind"], fail_on, figures, output, resume)
    shown = resume or output or default_folder(dataset)
    folder = shown.absolute()  # a person's own function may leave the folder that the paths were given in
    figures = None if figures is None else figures.absolute()
    formats = checked_figures(figures, figure_formats)
    keep_for_people()
    with Interrupt() as interrupt, closing(Teller(quiet)) as teller, _telling_what_is_kept(folder, shown):
        tell = _telling(teller, interrupt, shown, as_json)
        result = analysis.analyze(
            dataset, output=folder, resume=resume is not None, tell=tell, should_stop=lambda: interrupt.asked, **options
        )
    told = not options["teach"] and not result.blind
    try:
        if figures is not None:
            draw([result], figures, formats, quiet)
    finally:  # the last line names the report, and what was found is told where the figures cannot be written, too
        click.echo(result.to_text() if as_json else _text(result, shown / "report.html", told), nl=not as_json)
    if open_report:
        click.launch(str(folder / "report.html"))
    return _exit_code(result, fail_on, interrupt.asked)


@contextmanager
def _telling_what_is_kept(folder: Path, shown: Path) -> Iterator[None]:
    """Say how an analysis that was interrupted or failed can go on, where finished epochs are kept."""
    from fitscope.errors import FitscopeError, OwnCodeError
    from fitscope.report.folder import keeps_trainings

    try:
        yield
    except KeyboardInterrupt:
        if not keeps_trainings(folder):
            raise
        click.echo(f"Interrupted; finished epochs are kept: go on with {_going_on(shown)}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except Exception as error:
        if keeps_trainings(folder) and (isinstance(error, OwnCodeError) or not isinstance(error, FitscopeError)):
            click.echo(f"Finished epochs are kept in {shown}; the same command with {_going_on(shown)} goes on.", err=True)
        raise


def _going_on(folder: Path) -> str:
    return f"--resume {shlex.quote(str(folder))}"


def _trials(trials: int | None, search: str | None) -> dict[str, int]:
    """Return how long the search is, where the person says so."""
    if trials is None:
        return {}
    if search is None:
        raise click.UsageError("--trials says how long a search is; say which with --search random, bayesian or hyperband.")
    return {"trials": trials}


def _refuse_contradictions(
    blind: bool, fail_on: frozenset[str], figures: Path | None, output: Path | None, resume: Path | None
) -> None:
    if blind and (fail_on or figures is not None):
        other = "--fail-on" if fail_on else "--figures"
        raise click.UsageError(f"--blind tells nothing before you have answered, and {other} would; leave one of them out.")
    if output is not None and resume is not None:
        raise click.UsageError("--output makes a folder and --resume goes on in one; give one of them.")


def _telling(teller: Teller, interrupt: Interrupt, folder: Path, as_json: bool) -> Callable[[Step | Told], None]:
    """Return what is told of every step and every epoch: the folder goes to standard output, all else to standard error."""
    from fitscope.analysis import Step

    def tell(event: Step | Told) -> None:
        if not isinstance(event, Step):
            teller.epoch(event)
        elif event.name == "folder":
            click.echo(str(folder), err=as_json)
        elif event.name != "report":
            interrupt.training = event.name in ("train", "search", "trial", "refit")
            teller.step(event)

    return tell


def _text(result: Result, report: Path, told: bool) -> str:
    """Return what the terminal shows at the end, the curves and verdict where they are told; its last line is the report's path."""
    from fitscope.cli.picture import sketched
    from fitscope.cli.wrap import wrapped
    from fitscope.language import _
    from fitscope.report.blind_view import summary as blind_summary
    from fitscope.report.summary import summary

    if result.blind and not result.partial:
        sentence, commands = blind_summary(result, report.parent)
        return f"\n{wrapped(sentence + chr(10))}{commands}\n\n{report}"
    lines, picture = [_("The report asks first.")] * (not result.blind), ""
    if told:
        lines, picture = summary(result), sketched(result.history, result.diagnosis)
    if result.partial:
        text = _("The same command with --resume {folder} (and without --output) goes on.")
        lines.append(text.format(folder=shlex.quote(str(report.parent))))
    return "\n".join([*(["", picture] if picture else []), wrapped("\n".join([*lines, "", str(report)]))])


def _exit_code(result: Result, fail_on: frozenset[str], interrupted: bool) -> int:
    from fitscope import words
    from fitscope.language import ENGLISH, speaking

    if interrupted or result.partial:
        return INTERRUPTED
    if result.blind:
        return 0  # another code would tell of the verdict
    if result.refit_skipped == "minimum_not_reached":
        with speaking(ENGLISH):
            click.echo(f"Error: {words.refit_skipped(result.refit_skipped)}", err=True)
        return 1
    return FAILED_ON if result.diagnosis.verdict in fail_on else 0
