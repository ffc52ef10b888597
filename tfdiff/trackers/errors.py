"""Why a report could not be attached; each message says what to do next."""

from tfdiff.errors import TfdiffError, UsageError


class TicketError(UsageError):
    """A ticket's address cannot be understood, or names a server that is not allowed."""


class AttachError(TfdiffError):
    """The tracker did not do what was asked.

    Attributes:
        status: the HTTP status that the tracker answered with, None where it gave no answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class TooLongError(AttachError):
    """The tracker refused a comment for its length; a shorter one may pass."""
