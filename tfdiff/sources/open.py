"""Opens releases by name, from whichever source the options and the situation call for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from shutil import which
from typing import TypeVar

from tfdiff.errors import TfdiffError, UsageError
from tfdiff.sources.companion import JoinedTree, LonelyTree
from tfdiff.sources.failures import UnreachableError
from tfdiff.sources.folder import FolderTree
from tfdiff.sources.git_listing import Folders
from tfdiff.sources.git_tree import GitObjects, GitTree
from tfdiff.sources.options import SourceOptions
from tfdiff.sources.touch import Patch, Touch
from tfdiff.sources.tree import SourceTree
from tfdiff.sources.versions import release_version

_FELL_BACK = (
    "TensorFlow's repository could not be reached, so this was read from the wheel on the "
    "package index."
)

Item = TypeVar("Item")
Wanted = Callable[[tuple[str, ...]], Sequence[str]]


def open_releases(
    refs: Sequence[str],
    options: SourceOptions,
    wanted: Wanted | None = None,
    folders: Folders | None = None,
) -> tuple[SourceTree, ...]:
    """The trees of some releases, all fetched together.

    A ref that is an existing folder is opened as one, unless it has the name of a version
    and no separator in it.

    Args:
        refs: tags (``v1.4.0``, ``1.4``), branches, commits, or folders.
        options: where to look.
        wanted: tells from a tree's paths which files are needed; they are fetched at once, and
            if they cannot be, another source is taken as if nothing had been found.
        folders: tells which folders may hold such files, so that of a repository elsewhere no
            others are listed; None for all. For a folder that may, so may the ones above it.

    Raises:
        UnknownReleaseError: a source has no release of that name.
        SourceError: no source could be reached.
    """
    trees: dict[str, SourceTree] = {ref: FolderTree(ref) for ref in refs if is_folder(ref, options)}
    others = tuple(dict.fromkeys(ref for ref in refs if ref not in trees))
    if others:
        trees.update(zip(others, _open_by_name(others, options, wanted, folders), strict=True))
    return tuple(trees[ref] for ref in refs)


def is_folder(ref: str, options: SourceOptions) -> bool:
    """Whether a ref names a folder to read rather than a release."""
    if options.kind == "folder":
        return True
    if options.kind != "auto" or not ref or not Path(ref).expanduser().is_dir():
        return False
    return "/" in ref or release_version(ref) is None


def prefetch(wanted: Sequence[tuple[SourceTree, Sequence[str]]]) -> None:
    """Bring the contents of many files of many trees, in one batch for each source.

    Raises:
        SourceError: some of it has to be fetched and cannot be.
    """
    batches: dict[int, tuple[GitObjects, list[tuple[str, tuple[str, ...]]]]] = {}
    for tree, paths in wanted:
        if isinstance(tree, GitTree):
            _, batch = batches.setdefault(id(tree.objects), (tree.objects, []))
            batch.append(tree.wanted(paths))
        else:
            tree.prefetch(paths)
    for objects, batch in batches.values():
        objects.bring(batch)


def has_to_fetch(tree: SourceTree) -> bool:
    """Whether reading gets quicker, or possible, by saying beforehand what will be read."""
    return not isinstance(tree, GitTree) or tree.objects.fetches


def identity(tree: SourceTree) -> str | None:
    """What names the whole content of a tree without a look at it; None for what may change."""
    if isinstance(tree, LonelyTree):
        return None  # the next time Keras may be there
    if isinstance(tree, JoinedTree):
        parts = identity(tree.main), identity(tree.companion)
        return " + ".join(part for part in parts if part) if all(parts) else None
    return f"commit {tree.commit}" if isinstance(tree, GitTree) else None


def naming(tree: SourceTree) -> str | None:
    """What names a tree, its release and where it is from, without a look at it.

    None where only looking tells.
    """
    if isinstance(tree, LonelyTree):
        return None
    if isinstance(tree, JoinedTree):
        parts = naming(tree.main), naming(tree.companion)
        return " + ".join(part for part in parts if part) if all(parts) else None
    return f"{tree.commit} {tree.named!r}" if isinstance(tree, GitTree) else None


def commits_between(
    old: SourceTree, new: SourceTree, paths: Sequence[str]
) -> tuple[Touch, ...] | None:
    """The commits in ``new`` and not in ``old`` that touched files which differ, oldest first.

    A commit that both have, under whichever id, is left out. For a repository elsewhere its
    history is fetched, without files: some megabytes for a pair of releases.

    Args:
        old: the older release.
        new: the newer release, of the same repository.
        paths: the files that matter.

    Returns:
        None where nobody can know: a wheel, a folder, a shallow clone, two repositories.

    Raises:
        SourceError: the history has to be fetched and cannot be.
    """
    if isinstance(old, JoinedTree) or isinstance(new, JoinedTree):
        return _of_both(commits_between, old, new, paths)
    if not (isinstance(old, GitTree) and isinstance(new, GitTree)):
        return None
    if old.objects is not new.objects:
        return None
    differing = sorted(path for path in set(paths) if old.blob_id(path) != new.blob_id(path))
    if not differing:
        return ()
    touches = new.objects.between(old.commit, new.commit, differing)
    if touches is None:
        return None
    return tuple(replace(touch, url=new.commit_link(touch.sha)) for touch in touches)


def patches_between(
    old: SourceTree, new: SourceTree, paths: Sequence[str]
) -> tuple[Patch, ...] | None:
    """What each of ``commits_between`` changed in the paths, oldest first.

    Of a repository elsewhere the versions between the releases are fetched, in one batch.

    Args:
        old: the older release.
        new: the newer release, of the same repository.
        paths: the files that matter.

    Returns:
        None where nobody can know the commits.

    Raises:
        SourceError: something has to be fetched and cannot be.
    """
    if isinstance(old, JoinedTree) or isinstance(new, JoinedTree):
        return _of_both(patches_between, old, new, paths)
    touches = commits_between(old, new, paths)
    if not touches or not (isinstance(old, GitTree) and isinstance(new, GitTree)):
        return () if touches is not None else None
    touched = sorted({path for touch in touches for path in touch.paths})
    return new.objects.patches(old.commit, new.commit, touches, touched)


def _of_both(
    ask: Callable[[SourceTree, SourceTree, Sequence[str]], tuple[Item, ...] | None],
    old: SourceTree,
    new: SourceTree,
    paths: Sequence[str],
) -> tuple[Item, ...] | None:
    """What TensorFlow's repository answers, and then Keras' own; None where neither knows."""
    trees = [(getattr(old, "main", old), getattr(new, "main", new))]
    if isinstance(old, JoinedTree) and isinstance(new, JoinedTree):
        trees += [(old.companion, new.companion)]
    answers = [ask(before, after, paths) for before, after in dict.fromkeys(trees)]
    told = [answer for answer in answers if answer is not None]
    return tuple(chain.from_iterable(told)) if told else None


def list_tags(options: SourceOptions) -> tuple[str, ...]:
    """The releases that a source has, oldest first, candidates included.

    Raises:
        SourceError: no source could be reached.
    """
    if options.kind == "folder":
        raise UsageError("A folder is one release; it has no list of them.")
    if options.kind == "wheel":
        return _wheel_tags(options)
    try:
        return _git_tags(options)
    except UnreachableError:
        if not _may_take_wheels(options):
            raise
        return _wheel_tags(options)


def _open_by_name(
    refs: tuple[str, ...],
    options: SourceOptions,
    wanted: Wanted | None,
    folders: Folders | None,
) -> tuple[SourceTree, ...]:
    if options.kind == "wheel":
        return _with_files(_open_wheels(refs, options, ()), wanted)
    try:
        return _with_files(_open_git(refs, options, folders), wanted)
    except UnreachableError as error:
        if not _may_take_wheels(options):
            raise
        unreachable = error
    try:
        return _with_files(_open_wheels(refs, options, (_FELL_BACK,)), wanted)
    except TfdiffError as error:
        # A release that has no wheel may well be a tag of the repository.
        raise UnreachableError(f"{unreachable} Wheels were tried instead: {error}") from error


def _may_take_wheels(options: SourceOptions) -> bool:
    return options.kind == "auto" and options.repo is None


def _with_files(trees: tuple[SourceTree, ...], wanted: Wanted | None) -> tuple[SourceTree, ...]:
    if wanted is not None:
        prefetch([(tree, wanted(tree.paths())) for tree in trees if has_to_fetch(tree)])
    return trees


# git and pypi-simple take 0.1 to 0.3 s to import, and a run needs one of them at most.


def _open_git(
    refs: tuple[str, ...], options: SourceOptions, folders: Folders | None
) -> tuple[SourceTree, ...]:
    _need_git()
    from tfdiff.sources.git_source import open_git  # noqa: PLC0415 - see above

    return open_git(refs, options, folders)


def _git_tags(options: SourceOptions) -> tuple[str, ...]:
    _need_git()
    from tfdiff.sources.git_source import git_tags  # noqa: PLC0415 - see above

    return git_tags(options)


def _need_git() -> None:
    if which("git") is None:  # GitPython cannot even be imported without it
        raise UnreachableError(
            "There is no git on this machine. Install it, or use --source wheel."
        )


def _open_wheels(
    refs: tuple[str, ...], options: SourceOptions, warnings: tuple[str, ...]
) -> tuple[SourceTree, ...]:
    from tfdiff.sources.wheel_source import open_wheels  # noqa: PLC0415 - see above

    return open_wheels(refs, options, warnings)


def _wheel_tags(options: SourceOptions) -> tuple[str, ...]:
    from tfdiff.sources.wheel_source import wheel_releases  # noqa: PLC0415 - see above

    return wheel_releases(options)
