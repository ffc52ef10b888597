"""One commit of a git repository as a source tree."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Protocol

from tfdiff.errors import MissingFileError
from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.stated_version import stated_version, version_paths
from tfdiff.sources.touch import Patch, Touch
from tfdiff.sources.tree import Release
from tfdiff.sources.versions import release_version

Web = Callable[[], str | None]


class GitObjects(Protocol):
    """Where a tree gets its objects: a repository as it is, or a mirror that fetches.

    Attributes:
        fetches: whether it has to be told which blobs will be wanted.
    """

    fetches: bool

    def blob_ids(self, commit: str) -> BlobIds:
        """Every file of a commit by path, sorted, in the folders that are looked into."""

    def blob_id(self, commit: str, path: str) -> str | None:
        """The blob of a path, None where the commit has no such file; looks into any folder."""

    def bring(self, wanted: Iterable[tuple[str, Iterable[str]]]) -> None:
        """See that the blobs of these commits' paths are at hand, in one batch."""

    def blob(self, commit: str, path: str) -> bytes:
        """The content of one file."""

    def between(self, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...] | None:
        """The commits in ``new`` and not in ``old`` that touch the paths, oldest first.

        None where the history is not at hand and cannot be had.
        """

    def patches(
        self, old: str, new: str, touches: Sequence[Touch], paths: Sequence[str]
    ) -> tuple[Patch, ...]:
        """What the commits between two changed in the paths, in the commits' order."""


class GitTree:
    """The files of one commit.

    Args:
        objects: where they come from.
        commit: the commit's id.
        named: the release as far as it is known without reading any file.
        web: address of the repository's pages, such as
            ``https://github.com/tensorflow/tensorflow``; None where it has none. Asked for when
            the first link is made.
    """

    def __init__(self, objects: GitObjects, commit: str, named: Release, web: Web) -> None:
        self.objects = objects
        self.commit = commit
        self.named = named
        self._ask_web = web

    @cached_property
    def release(self) -> Release:
        """Which release this is; reads the file that states the version."""
        version = stated_version(self._has, self.read)
        return Release(
            ref=self.named.ref,
            commit=self.commit,
            source=self.named.source,
            version=version,
            lacks=self.named.lacks,
            warnings=(*self.named.warnings, *_disagreement(self.named.ref, version)),
        )

    @cached_property
    def _web(self) -> str | None:
        return self._ask_web()

    @cached_property
    def _ids(self) -> BlobIds:
        return self.objects.blob_ids(self.commit)

    def paths(self) -> tuple[str, ...]:
        """All paths of the tree in the folders that are looked into, sorted."""
        return tuple(self._ids)

    def blob_id(self, path: str) -> str | None:
        """The git blob id of a path, or None where the tree has no such file."""
        return self._ids.get(path) or self.objects.blob_id(self.commit, path)

    def _has(self, path: str) -> bool:
        return self.blob_id(path) is not None

    def wanted(self, paths: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        """What to bring for these paths: the commit, and the paths that the tree has."""
        return self.commit, (*filter(self._has, paths), *version_paths(self._has))

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring the contents of these paths in one batch."""
        self.objects.bring([self.wanted(paths)])

    def read(self, path: str) -> bytes:
        """The content of one file; ``MissingFileError`` where the tree has none."""
        if not self._has(path):
            raise MissingFileError(f"{self.named.ref} has no file {path} ({self.named.source}).")
        return self.objects.blob(self.commit, path)

    def commit_link(self, sha: str) -> str | None:
        """Web address of a commit, None where the repository has no pages."""
        return f"{self._web}/commit/{sha}" if self._web else None

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """Web address of these lines at this commit, None where the repository has no pages."""
        if self._web is None:
            return None
        from urllib.parse import quote  # noqa: PLC0415 - only reports with links need it

        lines = f"L{start}" if start == end else f"L{start}-L{end}"
        return f"{self._web}/blob/{self.commit}/{quote(path, errors='surrogateescape')}#{lines}"


def _disagreement(ref: str, stated: str | None) -> tuple[str, ...]:
    named = release_version(ref)
    says = release_version(stated) if stated else None
    if named is None or says is None or named == says:
        return ()
    return (f"The tag {ref} holds the sources of {stated}, as its own version file says.",)
