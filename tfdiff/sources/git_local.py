"""Releases from a repository on this machine, read as it is."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tfdiff.errors import SourceError, UsageError
from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.git_command import GitCommand, GitRunError
from tfdiff.sources.git_history import touches
from tfdiff.sources.git_mirror import Mirror
from tfdiff.sources.git_names import check_name, find_named, tag_names, unknown_release
from tfdiff.sources.git_patches import patches
from tfdiff.sources.git_remote import check_address
from tfdiff.sources.git_repository import GitRepository, local_git_dir
from tfdiff.sources.git_tree import GitObjects, GitTree
from tfdiff.sources.git_web import web_of_copy
from tfdiff.sources.options import SourceOptions
from tfdiff.sources.touch import Patch, Touch
from tfdiff.sources.tree import Release

_REMOTE = re.compile(r"remote\.(.*)\.(url|promisor)", re.IGNORECASE)


class LocalObjects:
    """The objects of a repository that nothing is fetched into."""

    fetches = False

    def __init__(self, repository: GitRepository) -> None:
        self.repository = repository

    def blob_ids(self, commit: str) -> BlobIds:
        """Every file of a commit's tree by path, sorted."""
        return self.repository.blob_ids(commit)

    def blob_id(self, commit: str, path: str) -> str | None:
        """The blob of a path, None where the commit has no such file."""
        return self.repository.blob_ids(commit).get(path)

    def bring(self, wanted: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Nothing to do: what is here is at hand."""

    def blob(self, commit: str, path: str) -> bytes:
        """The content of one file."""
        return self.repository.blob(self.repository.blob_ids(commit)[path])

    def between(self, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...] | None:
        """The commits in ``new`` and not in ``old`` that touch the paths; None if it is shallow."""
        try:
            if self.repository.git.run("rev-parse", "--is-shallow-repository") != b"false\n":
                return None
            return touches(self.repository.git, old, new, paths)
        except GitRunError as error:
            raise SourceError(
                f"Could not read the history of {self.repository.label}: {error.said}."
            ) from error

    def patches(
        self, old: str, new: str, touches: Sequence[Touch], paths: Sequence[str]
    ) -> tuple[Patch, ...]:
        """What the commits between two changed in the paths."""
        del old, new
        git = self.repository.git
        try:
            return patches(git, touches, paths)
        except GitRunError as error:
            raise SourceError(
                f"Could not read the history of {self.repository.label}: {error.said}."
            ) from error


class PartialObjects(LocalObjects):
    """The objects of a partial clone; the blobs that it lacks come by way of the cache.

    Nothing is written into the clone itself.
    """

    fetches = True

    def __init__(self, repository: GitRepository, mirror: Mirror) -> None:
        super().__init__(repository)
        self._mirror = mirror

    def bring(self, wanted: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Fetch the blobs that the clone lacks."""
        self._mirror.bring(wanted)

    def blob(self, commit: str, path: str) -> bytes:
        """The content of one file."""
        return self._mirror.blob(commit, path)

    def patches(
        self, old: str, new: str, touches: Sequence[Touch], paths: Sequence[str]
    ) -> tuple[Patch, ...]:
        """What the commits between two changed in the paths, by way of the cache."""
        return self._mirror.patches(old, new, touches, paths)


def local_repository(path: Path) -> GitRepository:
    """The repository at a path.

    Raises:
        SourceError: there is none.
    """
    git_dir = local_git_dir(path)
    if git_dir is None:
        raise SourceError(
            f"{path} is no git repository. Name one, bare or with a work tree, or leave out "
            f"--repo to use TensorFlow's own."
        )
    return GitRepository(GitCommand(git_dir, network=False), str(path))


def open_local(refs: Sequence[str], path: Path, options: SourceOptions) -> tuple[GitTree, ...]:
    """The trees of some releases of a repository on this machine."""
    repository = local_repository(path)
    names = repository.names()
    remotes = _remotes(repository)
    objects = _objects(repository, remotes, options)
    trees = []
    for ref in refs:
        found = find_named(check_name(ref), names, repository.commit)
        # A tag may lead to something else than a commit, an id to nothing.
        commit = repository.commit(found.commit) if found else None
        if found is None or commit is None:
            raise unknown_release(ref, names, repository.label)
        web = partial(_web, repository, remotes, commit)
        named = Release(ref=found.shown, commit=commit, source=str(path), version=None)
        trees.append(GitTree(objects, commit, named, web))
    return tuple(trees)


def _web(repository: GitRepository, remotes: "_Remotes", commit: str) -> str | None:
    holds_tensorflow = "tensorflow/core/public/version.h" in repository.blob_ids(commit)
    return web_of_copy(remotes.addresses, holds_tensorflow=holds_tensorflow)


def local_tags(path: Path) -> tuple[str, ...]:
    """The releases that a repository on this machine has tags for, oldest first."""
    return tag_names(local_repository(path).names())


@dataclass(frozen=True, slots=True)
class _Remotes:
    """Where a repository's copies are: all addresses, and the one that has what is missing."""

    addresses: tuple[str, ...]
    promisor: str | None


def _remotes(repository: GitRepository) -> _Remotes:
    listed = b""
    with suppress(GitRunError):  # it ends with 1 where nothing matches
        listed = repository.git.run("config", "-z", "--get-regexp", r"^remote\..*\.(url|promisor)$")
    addresses: dict[str, str] = {}
    promisors = set()
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        key, _, value = entry.partition("\n")
        found = _REMOTE.fullmatch(key)
        if found and found[2] == "url":
            addresses.setdefault(found[1], value)
        elif found and value.lower() in {"true", "yes", "on", "1", ""}:
            promisors.add(found[1])
    promised = [address for name, address in addresses.items() if name in promisors]
    return _Remotes(tuple(addresses.values()), promised[0] if promised else None)


def _objects(repository: GitRepository, remotes: _Remotes, options: SourceOptions) -> GitObjects:
    """The repository's objects, with a mirror behind it where it is a partial clone."""
    if remotes.promisor is None:
        return LocalObjects(repository)
    try:
        address = check_address(remotes.promisor)
    except UsageError:  # git itself would refuse to fetch from there
        return LocalObjects(repository)
    here = repository.git.run("rev-parse", "--path-format=absolute", "--git-path", "objects")
    mirror = Mirror(address, options, objects=(Path(here.decode().rstrip("\n")),))
    return PartialObjects(repository, mirror)
