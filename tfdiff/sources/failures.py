"""How a source can fail in ways that the other parts of this package react to."""

from tfdiff.errors import SourceError


class UnreachableError(SourceError):
    """What is needed is elsewhere and cannot be had from there; another source may serve."""


class DamagedError(SourceError):
    """Something on this machine cannot be read although it is known to be there."""
