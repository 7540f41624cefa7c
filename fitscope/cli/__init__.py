"""The command line: each command parses, calls and prints; this is the one place where errors become exit codes."""

from __future__ import annotations

import sys
from typing import Any

import click

from fitscope import version
from fitscope.cli.codes import INTERRUPTED
from fitscope.cli.streams import held
from fitscope.errors import FitscopeError, OwnCodeError, visible


class Boundary(click.Group):
    """Turn whatever goes wrong into one sentence on standard error and the exit code that stands for it."""

    def main(self, *args: Any, standalone_mode: bool = True, **kwargs: Any) -> Any:
        with held():
            code = self._run(*args, **kwargs)
        sys.exit(code)

    def _run(self, *args: Any, **kwargs: Any) -> int:
        try:
            code: Any = super().main(*args, standalone_mode=False, **kwargs)  # type: ignore[call-overload]
            return code if isinstance(code, int) else 0
        except click.exceptions.Exit as stop:
            return stop.exit_code
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted; nothing new was kept.", err=True)
            return INTERRUPTED
        except FitscopeError as error:
            _show(error, str(error))
            return error.exit_code
        except Exception as error:  # the boundary: a person gets a sentence, --debug the traceback
            own = visible(f"{type(error).__name__}: {error}")
            _show(error, f"fitscope met an error of its own ({own}); see more with --debug.")
            return 1


def _show(error: Exception, sentence: str) -> None:
    if "--debug" in sys.argv:
        import traceback

        traceback.print_exception(error)
    click.echo(f"Error: {sentence}", err=True)
    if isinstance(error, OwnCodeError) and error.trace:
        click.echo(f"\n{error.trace}", err=True)


@click.group(cls=Boundary, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version(), prog_name="fitscope")
def main() -> None:
    """Tell whether a network overfits, from which epoch on, how sure that is, and how good the model really is.

    \b
    Begin with:  fitscope analyze digits
    """


from fitscope.cli.analyze import analyze  # noqa: E402 (the commands need `main`'s module to exist)
from fitscope.cli.answers import answers  # noqa: E402
from fitscope.cli.compare import compare  # noqa: E402
from fitscope.cli.data import data  # noqa: E402
from fitscope.cli.diagnose import diagnose  # noqa: E402
from fitscope.cli.grade import grade  # noqa: E402
from fitscope.cli.predict import predict  # noqa: E402
from fitscope.cli.report import report  # noqa: E402
from fitscope.cli.submit import submit  # noqa: E402

main.add_command(analyze)
main.add_command(diagnose)
main.add_command(compare)
main.add_command(report)
main.add_command(predict)
main.add_command(answers)
main.add_command(submit)
main.add_command(data)
main.add_command(grade)
