"""Keras beside TensorFlow: from 2.6 on ``tf.keras`` is a package and a repository of its own.

Which Keras belongs to a TensorFlow release is what the release itself requires. Of the versions
that it allows the lowest final one is taken: that answer stays the same whatever is published
later.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tfdiff.errors import MissingFileError, TfdiffError
from tfdiff.sources.git_listing import Folders
from tfdiff.sources.git_tree import GitTree
from tfdiff.sources.options import KERAS_REPOSITORY, SourceOptions
from tfdiff.sources.stated_version import SETUP_FILES
from tfdiff.sources.tree import Release, SourceTree
from tfdiff.sources.versions import is_final, release_version, sort_releases

if TYPE_CHECKING:
    from packaging.requirements import Requirement

KERAS = "tf.keras"
_PACKAGES = ("keras/", "tf_keras/")
_REQUIRED = re.compile(r"""['"](keras\s*(?:[<>=~!][^'";]*)?)(?:;[^'"]*)?['"]\s*[,)\]]""")
_MINOR = re.compile(r"\d+\.\d+")
Known = Callable[[str, Callable[[], str]], str]


class JoinedTree:
    """TensorFlow's files, and Keras' package beside them.

    Args:
        main: the TensorFlow release.
        companion: the Keras release.
    """

    def __init__(self, main: SourceTree, companion: SourceTree) -> None:
        self.main = main
        self.companion = companion

    @cached_property
    def release(self) -> Release:
        """The TensorFlow release; its source tells where Keras is from."""
        own, keras = self.main.release, self.companion.release
        return replace(own, source=f"{own.source}, and Keras {keras.ref} of {keras.source}")

    @cached_property
    def _theirs(self) -> frozenset[str]:
        return frozenset(path for path in self.companion.paths() if path.startswith(_PACKAGES))

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.main.paths(), *self._theirs}))

    def paths(self) -> tuple[str, ...]:
        """All paths of both, sorted."""
        return self._paths

    def blob_id(self, path: str) -> str | None:
        """The git blob id of a path's content."""
        return self._home(path).blob_id(path)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring the contents of these paths."""
        for tree, wanted in self.split(paths):
            tree.prefetch(wanted)

    def split(self, paths: Iterable[str]) -> tuple[tuple[SourceTree, tuple[str, ...]], ...]:
        """The paths that each of the two trees has to bring."""
        wanted = tuple(paths)
        theirs = tuple(path for path in wanted if path in self._theirs)
        own = tuple(path for path in wanted if path not in self._theirs)
        return (self.main, own), (self.companion, theirs)

    def read(self, path: str) -> bytes:
        """The content of one file."""
        return self._home(path).read(path)

    def permalink(self, path: str, start: int, end: int) -> str | None:
        """Web address of these lines, in the repository that the file is from."""
        return self._home(path).permalink(path, start, end)

    def _home(self, path: str) -> SourceTree:
        return self.companion if path in self._theirs else self.main


class LonelyTree(JoinedTree):
    """TensorFlow's files where the Keras that belongs to them could not be had."""

    def __init__(self, main: SourceTree, reason: str) -> None:
        super().__init__(main, main)
        self._reason = reason

    @cached_property
    def release(self) -> Release:
        """The TensorFlow release, which lacks Keras."""
        own = self.main.release
        return replace(own, lacks=(*own.lacks, f"{KERAS} ({self._reason})"))


def keras_requirement(tree: SourceTree) -> "Requirement | None":
    """Which Keras a TensorFlow release requires; None where ``tf.keras`` is its own or absent."""
    if any(path.startswith(_PACKAGES) for path in tree.paths()):
        return None  # an installed package with Keras beside it, or Keras itself
    lines = getattr(tree, "requires", ())
    found = [_requirement(line) for line in lines] or [_of_setup(tree)]
    return next((one for one in found if one is not None and one.name == "keras"), None)


def _of_setup(tree: SourceTree) -> "Requirement | None":
    for path in SETUP_FILES:
        try:
            text = tree.read(path).decode("utf-8", "replace")
        except MissingFileError:
            continue
        found = _REQUIRED.search(text)
        return _requirement(found[1]) if found else None
    return None


def _requirement(text: str) -> "Requirement | None":
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - seldom

    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def lowest(tags: Iterable[str], wanted: "Requirement") -> str | None:
    """The lowest version that a requirement allows: a final one where there is one."""
    allowed = [
        tag
        for tag in sort_releases(set(tags))
        if (version := release_version(tag))
        and wanted.specifier.contains(version, prereleases=True)
    ]
    return next((tag for tag in allowed if is_final(tag)), next(iter(allowed), None))


def _beside(version: str | None) -> "Requirement | None":
    """The tf-keras that is made for a TensorFlow version."""
    found = _MINOR.match(version or "")
    return _requirement(f"tf-keras=={found[0]}.*") if found else None


def with_keras(
    trees: Sequence[SourceTree],
    options: SourceOptions,
    wanted: Callable[[tuple[str, ...]], Sequence[str]],
    known: Known | None = None,
    folders: Folders | None = None,
) -> tuple[SourceTree, ...]:
    """Each TensorFlow release with the Keras that belongs to it.

    Args:
        trees: releases.
        options: where Keras is looked for: ``keras_repo``, else its repository on GitHub, else
            its wheel.
        wanted: tells from Keras' paths which files are needed.
        known: remembers what a commit requires, or works it out with the function given.
        folders: tells which folders may hold files that are needed; None for all.
    """
    shelf = _Shelf(options, wanted, known, folders)
    return tuple(map(shelf.joined, trees))


class _Shelf:
    """Keras releases, from the first source that answers."""

    def __init__(
        self,
        options: SourceOptions,
        wanted: Callable[[tuple[str, ...]], Sequence[str]],
        known: Known | None,
        folders: Folders | None,
    ) -> None:
        self._options = options
        self._wanted = wanted
        self._known = known
        self._folders = folders
        self._tags: dict[str, tuple[str, ...]] = {}
        self._trees: dict[str, SourceTree] = {}
        self._failed: dict[str, TfdiffError] = {}

    def joined(self, tree: SourceTree) -> SourceTree:
        """A release with its Keras, if it requires one."""
        requirement = self._required(tree)
        if requirement is None:
            return tree
        try:
            companion = self.take(requirement, tree)
        except TfdiffError as error:
            return LonelyTree(tree, f"{requirement} could not be had: {error}")
        return JoinedTree(tree, companion)

    def _required(self, tree: SourceTree) -> "Requirement | None":
        def read() -> str:
            return str(keras_requirement(tree) or "")

        if self._known is None or not isinstance(tree, GitTree):
            return keras_requirement(tree)
        text = self._known(tree.commit, read)
        return _requirement(text) if text else None

    def take(self, wanted: "Requirement", tree: SourceTree) -> SourceTree:
        """The lowest Keras that fits a release.

        A repository that was named and has none that fits may be tf-keras', which goes on with
        Keras 2 beside Keras 3: its versions are TensorFlow's.

        Raises:
            SourceError: no source has it.
        """
        if self._options.keras_repo is not None:
            if lowest(self._listed("git"), wanted) is None:
                wanted = _beside(tree.release.version) or wanted
            return self._of("git", wanted)
        from_git = isinstance(tree, GitTree)
        sources = ("git", "wheel") if from_git and self._options.kind != "wheel" else ("wheel",)
        for source in sources[:-1]:
            try:
                return self._of(source, wanted)
            except TfdiffError:
                continue
        return self._of(sources[-1], wanted)

    def _of(self, source: str, wanted: "Requirement") -> SourceTree:
        if source in self._failed:
            raise self._failed[source]
        try:
            tags = self._listed(source)
        except TfdiffError as error:
            self._failed[source] = error  # asked once, not once a release
            raise
        tag = lowest(tags, wanted)
        if tag is None:
            from tfdiff.sources.git_names import unknown_release  # noqa: PLC0415

            raise unknown_release(str(wanted), set(tags), "Keras' source")
        key = f"{source} {tag}"
        if key not in self._trees:
            tree = self._trees[key] = self._opened(source, tag)
            if not isinstance(tree, GitTree) or tree.objects.fetches:
                tree.prefetch(self._wanted(tree.paths()))
        return self._trees[key]

    def _listed(self, source: str) -> tuple[str, ...]:
        if source not in self._tags:
            if source == "git":
                from tfdiff.sources.git_source import git_tags  # noqa: PLC0415

                self._tags[source] = git_tags(self._git)
            else:
                from tfdiff.sources.wheel_source import wheel_releases  # noqa: PLC0415

                self._tags[source] = wheel_releases(self._options, "keras")
        return self._tags[source]

    @property
    def _git(self) -> SourceOptions:
        return replace(self._options, repo=self._options.keras_repo or KERAS_REPOSITORY)

    def _opened(self, source: str, tag: str) -> SourceTree:
        if source == "git":
            from tfdiff.sources.git_source import open_git  # noqa: PLC0415

            return open_git((tag,), self._git, self._folders)[0]
        from tfdiff.sources.wheel_source import open_wheels  # noqa: PLC0415

        return open_wheels((tag,), self._options, (), "keras")[0]
