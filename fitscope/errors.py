"""What can go wrong for a person: each message says what was received, what is allowed and what to do next."""


class FitscopeError(Exception):
    """Say in one sentence why the work could not be done.

    The command line prints the message on standard error and leaves with `exit_code`.
    """

    exit_code = 1


class UsageError(FitscopeError):
    """An option or argument that no data could make right."""

    exit_code = 2


class DataError(FitscopeError):
    """Data that is missing, damaged or not what it claims to be."""


class OutputError(FitscopeError):
    """A place that results cannot be written to."""


class ResultError(FitscopeError):
    """A result, plan or history that contradicts itself or its schema."""
