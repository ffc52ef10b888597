"""A release with changed files: what stands in it is decided by a function of path and text."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

from tfdiff.extract.reading import Reading
from tfdiff.sources.blob_id import blob_id_of
from tfdiff.sources.tree import Release, SourceTree

Change = Callable[[str, str], str]


class ChangedTree:
    """Another release's files, each as a function makes it.

    Args:
        main: the release.
        change: what becomes of a file's text, given its path; asked once for each file.
    """

    def __init__(self, main: SourceTree, change: Change) -> None:
        self.main = main
        self._change = change
        self._texts: dict[str, bytes] = {}

    @cached_property
    def release(self) -> Release:
        """The release, under another name."""
        own = self.main.release
        return replace(own, ref=f"{own.ref} changed", commit=None)

    def paths(self) -> tuple[str, ...]:
        """All paths of the release."""
        return self.main.paths()

    def blob_id(self, path: str) -> str | None:
        """The git blob id of the changed content."""
        return None if self.main.blob_id(path) is None else blob_id_of(self.read(path))

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring the contents of these paths."""
        self.main.prefetch(paths)

    def read(self, path: str) -> bytes:
        """The changed content of one file; what is no UTF-8 stays as it is."""
        if path not in self._texts:
            content = self.main.read(path)
            try:
                changed = self._change(path, content.decode()).encode()
            except UnicodeDecodeError:
                changed = content
            self._texts[path] = changed
        return self._texts[path]

    def permalink(self, path: str, start: int, end: int) -> None:
        """None: nobody has published it."""
        del path, start, end


def changed(reading: Reading, change: Change) -> Reading:
    """The reading of a release with changed files."""
    return Reading(ChangedTree(reading.tree, change), reading.store)
