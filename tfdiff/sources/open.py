"""Opens releases by name, from whichever source the options and the situation call for."""

from collections.abc import Sequence
from pathlib import Path

from tfdiff.errors import SourceError
from tfdiff.sources.folder import FolderTree
from tfdiff.sources.git_names import check_name
from tfdiff.sources.options import SourceOptions
from tfdiff.sources.tree import SourceTree
from tfdiff.sources.versions import release_version


def open_releases(refs: Sequence[str], options: SourceOptions) -> tuple[SourceTree, ...]:
    """The trees of some releases, all fetched together.

    A ref that is an existing folder is opened as one, unless it has the name of a version
    and no separator in it.

    Raises:
        UnknownReleaseError: a source has no release of that name.
        SourceError: no source could be reached.
    """
    folders = {ref: FolderTree(ref) for ref in refs if is_folder(ref, options)}
    others = tuple(dict.fromkeys(ref for ref in refs if ref not in folders))
    trees: dict[str, SourceTree] = {**folders}
    if others:
        trees.update(zip(others, _open_by_name(others, options), strict=True))
    return tuple(trees[ref] for ref in refs)


def is_folder(ref: str, options: SourceOptions) -> bool:
    """Whether a ref names a folder to read rather than a release."""
    if options.kind == "folder":
        return True
    if options.kind != "auto" or not Path(ref).expanduser().is_dir():
        return False
    return "/" in ref or release_version(ref) is None


def prefetch(wanted: Sequence[tuple[SourceTree, Sequence[str]]]) -> None:
    """Bring the contents of many files of many trees in one batch for each source."""
    for tree, paths in wanted:
        tree.prefetch(paths)


def list_tags(options: SourceOptions) -> tuple[str, ...]:
    """The releases that a source has, oldest first, candidates included."""
    from tfdiff.sources.git_local import local_tags  # noqa: PLC0415 - git takes 0.1 s to import

    return local_tags(_local_path(options))


def _open_by_name(refs: tuple[str, ...], options: SourceOptions) -> tuple[SourceTree, ...]:
    for ref in refs:
        check_name(ref)
    from tfdiff.sources.git_local import open_local  # noqa: PLC0415 - see above

    return open_local(refs, _local_path(options))


def _local_path(options: SourceOptions) -> Path:
    if options.repo is None or "://" in options.repo:
        raise SourceError("Name a repository on this machine with --repo.")
    return Path(options.repo).expanduser()
