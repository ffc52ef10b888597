"""A commit as far as a report needs it, and the lines that it changed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Touch:
    """A commit that touched some of the files asked for.

    Attributes:
        date: when it was committed, ISO 8601 (``2017-08-30``).
        pull_request: the number that its subject states, if any.
        paths: those of the files that it touched, sorted.
        url: its page on the web, where it has one.
    """

    sha: str
    subject: str
    date: str
    pull_request: int | None
    paths: tuple[str, ...]
    url: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PatchHunk:
    """One stretch of lines that a commit changed.

    Attributes:
        scope: the definition that git names before it, "" for none.
        before, after: the lines on both sides, with a few unchanged ones around them.
    """

    scope: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """What one commit changed in one file."""

    touch: Touch
    path: str
    hunks: tuple[PatchHunk, ...]
