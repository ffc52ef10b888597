"""A commit as far as a report needs it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Touch:
    """A commit that touched some of the files asked for.

    Attributes:
        date: when it was committed, ISO 8601 (``2017-08-30``).
        pull_request: the number that its subject states, if any.
        paths: those of the files that it touched, sorted.
    """

    sha: str
    subject: str
    date: str
    pull_request: int | None
    paths: tuple[str, ...]
