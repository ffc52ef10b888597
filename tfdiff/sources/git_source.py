"""The git source: a repository on this machine, or the mirror of one elsewhere."""

from collections.abc import Sequence
from pathlib import Path

from tfdiff.sources.cache import cache_folder
from tfdiff.sources.git_fetched import open_fetched, remote_tags
from tfdiff.sources.git_local import local_tags, open_local
from tfdiff.sources.git_mirror import Mirror
from tfdiff.sources.git_remote import check_address, is_address
from tfdiff.sources.git_tree import GitTree
from tfdiff.sources.options import TENSORFLOW_REPOSITORY, SourceOptions


def open_git(refs: Sequence[str], options: SourceOptions) -> tuple[GitTree, ...]:
    """The trees of some releases of the repository that the options name."""
    found = _local_path(options)
    return open_local(refs, found, options) if found else open_fetched(refs, _mirror(options))


def git_tags(options: SourceOptions) -> tuple[str, ...]:
    """The releases that the repository has tags for, oldest first."""
    found = _local_path(options)
    return local_tags(found) if found else remote_tags(_mirror(options))


def _local_path(options: SourceOptions) -> Path | None:
    if options.repo is None:
        return None
    path = Path(options.repo).expanduser()
    return path if path.exists() or not is_address(options.repo) else None


def _mirror(options: SourceOptions) -> Mirror:
    address = check_address(options.repo or TENSORFLOW_REPOSITORY)
    return Mirror(
        address, cache_folder(options), offline=options.offline, progress=options.progress
    )
