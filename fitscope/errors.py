"""What can go wrong for a person: each message says what was received, what is allowed and what to do next."""

import errno
import re

_QUOTED = 40  # characters of what was received that a message repeats
_LINE_ENDS = re.compile("[\n-\r\x85\u2028\u2029]+")
_ACTED_UPON = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return a text on one line, with what a terminal would act upon replaced: codes that clear or rename it, turned directions.

    Example:
        >>> visible("log\\x1b[2J.csv"), visible("one\\ntwo")
        ('log�[2J.csv', 'one two')
    """
    return _ACTED_UPON.sub("\N{REPLACEMENT CHARACTER}", _LINE_ENDS.sub(" ", text))


def quoted(received: str) -> str:
    """Return what was received as a message repeats it: not too long, and on one line.

    Example:
        >>> quoted("val_loss\\x1b[2J"), quoted("9" * 500)
        ('val_loss�[2J', '999999999999999999999999999999999999999…')
    """
    cut = received if len(received) <= _QUOTED else f"{received[: _QUOTED - 1]}…"
    return cut if cut.isprintable() else "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)


class FitscopeError(Exception):
    """Say in one sentence why the work could not be done.

    The command line prints the message on standard error and leaves with `exit_code`.

    Example:
        >>> import fitscope
        >>> try:
        ...     fitscope.read_history("nowhere.log")
        ... except FitscopeError as error:
        ...     print(error)
        nowhere.log cannot be read (no such file or directory); give a log's path.
    """

    exit_code = 1

    def __str__(self) -> str:
        """Return the sentence, or several, each on a line of its own whatever a stranger's file or folder is called."""
        return "\n".join(visible(str(sentence)) for sentence in self.args)


class UsageError(FitscopeError):
    """An option or argument that no data could make right.

    Example:
        >>> import fitscope
        >>> fitscope.Plan("digits", "", None, "textbook", max_epochs=0)
        Traceback (most recent call last):
        fitscope.errors.UsageError: --max-epochs 0 is not possible; give a whole number of at least 1.
    """

    exit_code = 2


class DataError(FitscopeError):
    """Data that is missing, damaged or not what it claims to be.

    Example:
        >>> import fitscope
        >>> _ = open("training.log", "w").write("not a log")
        >>> fitscope.diagnose("training.log")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        fitscope.errors.DataError: training.log cannot be read: it is text without a header of names...
    """


class OutputError(FitscopeError):
    """A place that results cannot be written to.

    Example:
        >>> import fitscope
        >>> fitscope.analyze("digits", output="my-report")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        fitscope.errors.OutputError: ...
    """


class ResultError(FitscopeError):
    """A result, plan or history that contradicts itself or its schema.

    Example:
        >>> import fitscope
        >>> fitscope.TrainingHistory.of({"loss": [1.0, 0.5], "val_loss": [1.0]})
        Traceback (most recent call last):
        fitscope.errors.ResultError: The history has 2 epochs, but val_loss has 1 values; give one an epoch.
    """


class OwnCodeError(FitscopeError):
    """A person's own function that raised, or gave something that cannot be used.

    Args:
        message: the sentence.
        trace: the person's own traceback, shown below it; empty where nothing was raised.

    Example:
        >>> import fitscope
        >>> _ = open("data.py", "w").write("def load():\\n    return 5\\n")
        >>> fitscope.analyze("data.py:load")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        fitscope.errors.OwnCodeError: ...
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message, trace)
        self.message, self.trace = message, trace

    def __str__(self) -> str:
        return visible(self.message)


def not_written(what: object, error: OSError, advice: str) -> OutputError:
    """Return the error that says that something cannot be written, why, and what to do next.

    Example:
        >>> print(not_written("run", OSError(28, "No space left on device"), "make room"))
        run cannot be written (no space left on device); make room.
    """
    return OutputError(f"{what} cannot be written ({reason(error)}); {advice}.")


def not_read(what: object, error: Exception, advice: str) -> DataError:
    """Return the error that says that something cannot be read, why, and what to do next.

    Example:
        >>> print(not_read("log.csv", PermissionError(13, "Permission denied"), "give a log's path"))
        log.csv cannot be read (permission denied); give a log's path.
    """
    return DataError(f"{what} cannot be read ({reason(error)}); {advice}.")


def reason(error: Exception) -> str:
    """Return why something went wrong, as it stands within a sentence.

    Example:
        >>> reason(OSError(28, "No space left on device")), reason(DataError("It ends in the middle."))
        ('no space left on device', 'It ends in the middle')
    """
    system: str | None = getattr(error, "strerror", None)
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    return system.lower() if system else str(error).rstrip(".")


def out_of_memory(error: Exception) -> bool:
    """Tell whether an error says that there was not enough memory, of the machine or of its GPU.

    Example:
        >>> out_of_memory(MemoryError()), out_of_memory(ValueError())
        (True, False)
    """
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"  # TensorFlow's


def is_damage(error: Exception) -> bool:
    """Tell whether an error in reading a file says that what it holds is at fault, and not that it could not be read just now.

    Example:
        >>> is_damage(ValueError("bad header")), is_damage(PermissionError(13, "Permission denied")), is_damage(MemoryError())
        (True, False, False)
    """
    if isinstance(error, OSError):
        return error.errno in (None, errno.EINVAL, errno.ENOENT, errno.EISDIR)
    return not out_of_memory(error)
