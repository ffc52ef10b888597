"""Errors that a user can act on, each with the exit code it ends the program with."""

USAGE = 2
INCOMPLETE = 3


class TfdiffError(Exception):
    """Something a user can act on: what was attempted, on what, and what to do next.

    The command line catches this once and prints the message; anything else is a bug and
    keeps its traceback.
    """

    exit_code = INCOMPLETE


class UsageError(TfdiffError):
    """The call itself cannot be carried out: an unknown option, tag, optimizer or format."""

    exit_code = USAGE


class UnknownReleaseError(UsageError):
    """No tag, branch or commit of that name exists in the source that was asked."""


class UnknownOptimizerError(UsageError):
    """No optimizer of that name exists at a release."""


class SourceError(TfdiffError):
    """A release's files could not be had: no repository, no network, a broken archive."""


class MissingFileError(SourceError):
    """A release has no file of that path, or its source does not carry it."""


class WorkerError(TfdiffError):
    """Processes or a cluster that were to read releases could not."""


class OutputError(TfdiffError):
    """A report could not be written where it was asked for."""
