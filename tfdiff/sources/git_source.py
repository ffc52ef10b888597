"""The git source: a repository on this machine, or the mirror of one elsewhere."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tfdiff.sources.git_fetched import open_fetched, remote_tags
from tfdiff.sources.git_listing import Folders
from tfdiff.sources.git_local import local_tags, open_local
from tfdiff.sources.git_mirror import Mirror
from tfdiff.sources.git_remote import check_address, is_address
from tfdiff.sources.git_tree import GitTree
from tfdiff.sources.options import TENSORFLOW_REPOSITORY, SourceOptions
from tfdiff.sources.stated_version import SETUP_FILES, VERSION_FILES

_OWN = (*SETUP_FILES, *(path for path, _ in VERSION_FILES))


def open_git(
    refs: Sequence[str], options: SourceOptions, folders: Folders | None = None
) -> tuple[GitTree, ...]:
    """The trees of some releases of the repository that the options name.

    Args:
        refs: names of the releases.
        options: where the repository is.
        folders: tells which folders will be looked into; None for all.
    """
    found = _local_path(options)
    if found:
        return open_local(refs, found, options)
    return open_fetched(refs, _mirror(options, folders and with_own(folders)))


def with_own(folders: Folders) -> Folders:
    """Which folders are looked into, with those of the files that this package itself reads."""
    own = {str(folder) for path in _OWN for folder in PurePosixPath(path).parents if folder.name}
    return lambda folder: folder in own or folders(folder)


def git_tags(options: SourceOptions) -> tuple[str, ...]:
    """The releases that the repository has tags for, oldest first."""
    found = _local_path(options)
    return local_tags(found) if found else remote_tags(_mirror(options))


def _local_path(options: SourceOptions) -> Path | None:
    if options.repo is None:
        return None
    path = Path(options.repo).expanduser()
    return path if path.exists() or not is_address(options.repo) else None


def _mirror(options: SourceOptions, folders: Folders | None = None) -> Mirror:
    address = check_address(options.repo or TENSORFLOW_REPOSITORY)
    return Mirror(address, options, folders=folders)
