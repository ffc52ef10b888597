"""What a release's files look like to the rest of the program, wherever they come from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Release:
    """Which release a tree holds, and where it was read from.

    Attributes:
        ref: the name as resolved, such as ``v1.4.0``.
        commit: 40 hexadecimal digits, or None where the source knows none (a wheel, a folder).
        source: what was read, for people: a repository's address or path, a wheel's name.
        version: what the sources themselves say they are (``version.h``, wheel metadata), or
            None where they say nothing.
        lacks: what this kind of source does not carry, one phrase each (``C++ kernels``).
        warnings: one sentence each, such as a tag that disagrees with ``version``.
    """

    ref: str
    commit: str | None
    source: str
    version: str | None
    lacks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class SourceTree(Protocol):
    """One release's files. Paths are the repository's, with ``/``, also for wheels.

    Reading is lazy: ``prefetch`` brings many files in one batch, ``read`` brings what is
    missing one by one.
    """

    @property
    def release(self) -> Release:
        """Which release this is, and where it was read from."""

    def paths(self) -> tuple[str, ...]:
        """All paths of the tree, sorted; no file content is fetched for it.

        Where the caller said which folders it looks into (``open_releases``), a repository
        elsewhere tells those alone. ``blob_id`` and ``read`` know every path.
        """

    def blob_id(self, path: str) -> str | None:
        """The git blob id of a path's content (also computed for wheels and folders).

        None where the tree has no such file.
        """

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring the contents of these paths in as few round trips as the source allows."""

    def read(self, path: str) -> bytes:
        """The content of one file.

        Raises:
            MissingFileError: the tree has no such file.
        """

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """Web address of lines ``start`` to ``end`` (1-based, inclusive) at this commit."""
