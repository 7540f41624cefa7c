"""A training's last finished epoch on disk, so that it can go on from there however its process ended."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable
from pathlib import Path

from fitscope.errors import OutputError, not_written
from fitscope.plan import Plan
from fitscope.training.checkpoint_file import EPOCHS, PART, STATE, Epoch, Files, Shapes, epoch_of, read
from fitscope.training.run import Run


class Checkpoint:
    """Keep one training's last finished epoch: one checkpoint however many epochs there are.

    Two files, each named by the plan's key and a name of this process' own: `.epochs` grows by a record an epoch, and `.state`
    holds the variables in two places that are written in turn, so that one of them is whole at any moment. Writing over the
    same pages takes a fifth of the time that a new file takes.

    A process that was thought dead but is not writes on in its own files, and harms nobody; where another one has taken over,
    it finds its files gone and ends.

    Args:
        folder: where the files lie.
        plan: of the training.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder, self._plan, self._key = folder, plan, plan.key()
        self._own = self._named()
        self._files: Files | None = None

    def _named(self) -> Path:
        return self._folder / f"{self._key}-{uuid.uuid4().hex[:8]}"

    def read(self, shapes: Shapes | None = None) -> Run | None:
        """Return the training as far as it came, by whatever process; None where nothing whole is there.

        Args:
            shapes: of the variables of the model and its optimizer, as `shapes_of` gives them; what was kept of others, by another
                Keras or of a network that was changed, is passed over. None takes any.

        Raises:
            DataError: something is there and cannot be read now.
        """
        found = [run for path in self._others(STATE) if (run := read(path, self._plan, shapes)) is not None]
        return max(found, key=lambda run: len(run.history), default=None)

    def keep(self, epoch: Epoch) -> None:
        """Write a finished epoch; whenever the process ends, this one or the one before can be gone on from.

        Raises:
            OutputError: the disk is full, the folder cannot be written, or another process goes on with the training.
        """
        try:
            if self._files is not None and not self._files.there():
                self.close()
                if self._others(STATE):
                    raise OutputError(f"Another fitscope goes on with what was begun in {self._folder}; wait for its end.")
            if self._files is not None and not self._files.fit(epoch):
                self.close()
                self._own = self._named()
            if self._files is None:
                self._files = Files(self._own, self._plan, epoch)
                self._remove_others()
            else:
                self._files.write(epoch)
        except OSError as error:
            raise not_written(self._folder, error, "make room, then go on with --resume") from None

    def close(self) -> None:
        """Let go of the files."""
        if self._files is not None:
            self._files.close()
        self._files = None

    def _others(self, ending: str) -> list[Path]:
        return [path for path in self._folder.glob(f"{self._key}-*{ending}") if path != self._own.with_suffix(ending)]

    def _remove_others(self) -> None:
        _remove(path for ending in (STATE, EPOCHS, PART) for path in self._others(ending))


def remove(folder: Path, plan: Plan) -> None:
    """Remove what is kept of a plan's training, which is finished."""
    _remove(path for ending in (STATE, EPOCHS, PART) for path in folder.glob(f"{plan.key()}-*{ending}"))


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        with contextlib.suppress(OSError):  # some systems keep a file that another process has open
            path.unlink()


def reached(folder: Path) -> list[int]:
    """Return after which epoch each training that is kept in a folder goes on, in order."""
    found: dict[str, int] = {}
    for path in folder.glob(f"*{STATE}"):
        key = path.stem.partition("-")[0]
        found[key] = max(found.get(key, 0), epoch_of(path))
    return sorted(filter(None, found.values()))
