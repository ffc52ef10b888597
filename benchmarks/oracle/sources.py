"""What is read of a release: its tag, Keras' tag beside it, or else the installed package."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tfdiff.errors import MissingFileError, UnknownReleaseError
from tfdiff.extract.reading import Reading, candidates
from tfdiff.extract.store import FactStore
from tfdiff.run import read_releases
from tfdiff.sources import SourceOptions, cache_folder, open_releases
from tfdiff.sources.tree import Release, SourceTree


@dataclass(frozen=True)
class Beside:
    """Two trees as one: TensorFlow's, and Keras' that lives in a repository of its own."""

    main: SourceTree
    other: SourceTree

    @property
    def release(self) -> Release:
        """The main tree's release."""
        return self.main.release

    def paths(self) -> tuple[str, ...]:
        """All paths of both."""
        return tuple(sorted({*self.main.paths(), *self.other.paths()}))

    def blob_id(self, path: str) -> str | None:
        """The id in the tree that has the path."""
        return self.main.blob_id(path) or self.other.blob_id(path)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring each path into its tree."""
        chosen = tuple(paths)
        for tree in (self.main, self.other):
            tree.prefetch(path for path in chosen if tree.blob_id(path))

    def read(self, path: str) -> bytes:
        """The content in the tree that has the path."""
        for tree in (self.main, self.other):
            if tree.blob_id(path):
                return tree.read(path)
        raise MissingFileError(path)

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """The address in the tree that has the path."""
        tree = self.main if self.main.blob_id(path) else self.other
        return tree.permalink(path, start, end)


def reading(
    release: str, repo: str, keras_repo: str | None, packages: Path, cache: Path | None
) -> Reading:
    """A release as far as its sources are at hand.

    Args:
        release: such as ``1.4.0``.
        repo: TensorFlow's repository.
        keras_repo: Keras' repository, for the releases whose Keras lives there.
        packages: where the release is installed; read where the repository lacks the tag.
        cache: where facts are kept.
    """
    tag = f"v{release}"
    try:
        (found,) = read_releases((tag,), SourceOptions(repo=repo, cache=cache))
    except UnknownReleaseError:
        (found,) = read_releases((str(packages),), SourceOptions(cache=cache))
        return found
    if not (keras_repo and (packages / "keras").is_dir()):
        return found
    options = SourceOptions(repo=keras_repo, cache=cache)
    (keras,) = open_releases((tag,), options, candidates)
    return Reading(Beside(found.tree, keras), FactStore(cache_folder(options) / "facts"))
