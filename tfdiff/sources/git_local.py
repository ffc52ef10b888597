"""Releases from a repository on this machine, read as it is."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tfdiff.errors import SourceError
from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.git_command import GitCommand, GitRunError
from tfdiff.sources.git_names import check_name, find_named, tag_names, unknown_release
from tfdiff.sources.git_repository import GitRepository, local_git_dir
from tfdiff.sources.git_tree import GitTree
from tfdiff.sources.git_web import web_of_copy
from tfdiff.sources.tree import Release


class LocalObjects:
    """The objects of a repository that nothing is fetched into."""

    def __init__(self, repository: GitRepository) -> None:
        self.repository = repository

    def blob_ids(self, commit: str) -> BlobIds:
        """Every file of a commit's tree by path, sorted."""
        return self.repository.blob_ids(commit)

    def bring(self, wanted: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Nothing to do: what is here is at hand."""

    def blob(self, commit: str, path: str) -> bytes:
        """The content of one file."""
        return self.repository.blob(self.repository.blob_ids(commit)[path])


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


def open_local(refs: Sequence[str], path: Path) -> tuple[GitTree, ...]:
    """The trees of some releases of a repository on this machine."""
    repository = local_repository(path)
    names = repository.names()
    objects = LocalObjects(repository)
    remotes = _remotes(repository)
    trees = []
    for ref in refs:
        found = find_named(check_name(ref), names, repository.commit)
        # A tag may lead to something else than a commit, an id to nothing.
        commit = repository.commit(found.name) if found else None
        if found is None or commit is None:
            raise unknown_release(ref, names, repository.label)
        holds_tensorflow = "tensorflow/core/public/version.h" in repository.blob_ids(commit)
        web = web_of_copy(remotes, holds_tensorflow=holds_tensorflow)
        named = Release(ref=found.shown, commit=commit, source=str(path), version=None)
        trees.append(GitTree(objects, commit, named, web))
    return tuple(trees)


def local_tags(path: Path) -> tuple[str, ...]:
    """The releases that a repository on this machine has tags for, oldest first."""
    return tag_names(local_repository(path).names())


def _remotes(repository: GitRepository) -> tuple[str, ...]:
    with suppress(GitRunError):  # it ends with 1 where nothing matches
        listed = repository.git.run("config", "--get-regexp", r"^remote\..*\.url$")
        return tuple(line.split(" ", 1)[1] for line in listed.decode(errors="replace").splitlines())
    return ()
