"""The commits that one release has and another has not, fetched without the history behind them.

Git sends a whole history to whoever knows nothing of it, and to a shallow repository too: what is
cut off counts as unknown. So the repository of a range begins with one commit, the base, and a
replacement for it without parents. In talking to the server it has the base, and everything
behind it as far as the server can tell; so the server sends what the other release has beyond it,
and nothing else. Only then the commits at the boundary are fetched, one deep, which closes the
repository off: git's own log walks it as it would walk all of history.

The trees of some thousand commits come at once. Of more only those on the way to the files that
matter are fetched: level by level, and where a commit and its parent differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from tfdiff.sources.git_command import GitCommand
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_mirror_folder import MirrorFolder

_NOTHING = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # git's empty tree, always at hand
_BOUNDARY, _CLOSED = "boundary", "closed"
_EMPTY, _WITH_TREES = b"empty", b"with trees"
# So many commits come with all their trees in one round trip. Of more it would be too much.
_AT_ONCE = 10_000
_KEPT = (b"tree ", b"author ", b"committer ")
# From this level on folders come with all that is below them: it costs less than round trips.
_WHOLE = 3
_SECONDS = 120.0
_LABEL = "Fetching what the commits changed"
_FOLDER = "040000"
Pairs = dict[str, set[tuple[str, str]]]  # folder -> its trees before and after some commit


class Range:
    """The commits of ``tip`` that ``base`` has not.

    Args:
        folder: where they are kept; a repository of their own.
        remote: what fetches into it.
        base: a commit's id.
        tip: a commit's id.
    """

    def __init__(self, folder: MirrorFolder, remote: Fetcher, base: str, tip: str) -> None:
        self._folder = folder
        self._remote = remote
        self._base = base
        self._tip = tip
        self.git = GitCommand(folder.git_dir, network=False)

    def bring(self, base: bytes) -> None:
        """Fetch the commits; what was fetched stays.

        Args:
            base: the content of the base's commit.

        Raises:
            UnreachableError: they have to be fetched and cannot be.
        """
        if self._folder.note(_BOUNDARY) is not None:
            return
        self._remote.need_network("the history between the releases")
        with self._folder.locked():
            if self._folder.note(_BOUNDARY) is not None:  # by another run meanwhile
                return
            self._folder.discard()  # without the note nobody knows what the commits are
            self._plant(base)
            sent = self._remote.fetch_beyond(self._base, self._tip)
            note = "\n".join(self._missing_parents()).encode() if sent else _EMPTY
            self._folder.keep_note(_BOUNDARY, note)

    @property
    def empty(self) -> bool:
        """Whether ``base`` has all that ``tip`` has."""
        return self._folder.note(_BOUNDARY) == _EMPTY

    @property
    def boundary(self) -> frozenset[str]:
        """The commits of ``base``, or behind it, that those of the range are built on."""
        note = self._folder.note(_BOUNDARY) or b""
        return frozenset() if note == _EMPTY else frozenset(note.decode().split())

    @property
    def revisions(self) -> tuple[str, ...]:
        """What to ask of ``git log`` for the range."""
        return (self._tip, *(f"^{commit}" for commit in sorted(self.boundary)))

    def bring_trees(self, paths: Sequence[str]) -> None:
        """Fetch the trees that tell which of the commits touched the paths.

        Raises:
            UnreachableError: they have to be fetched and cannot be.
        """
        folders = sorted({path.rpartition("/")[0] for path in paths})
        note = f"trees-{sha256(chr(0).join(folders).encode()).hexdigest()[:32]}"
        if self.empty or self._folder.note(note) is not None:
            return
        with self._folder.locked():
            if not self._closed_off():
                self._descend(_ways(folders))
            self._folder.keep_note(note, b"")

    def _plant(self, base: bytes) -> None:
        """Put the base into the empty repository, and its replacement without parents."""
        head, _, text = base.partition(b"\n\n")
        kept = b"\n".join(line for line in head.split(b"\n") if line.startswith(_KEPT))
        self._written(base)
        alone = self._written(b"%s\n\n%s" % (kept, text))
        if alone != self._base:  # it may have no parents itself
            self.git.run("update-ref", f"refs/replace/{self._base}", alone)

    def _written(self, commit: bytes) -> str:
        self._folder.keep_note("commit", commit)
        path = str(self._folder.git_dir / "tfdiff-commit")
        written = self.git.run("hash-object", "-t", "commit", "-w", "--no-filters", path)
        return written.decode().strip()

    def _missing_parents(self) -> tuple[str, ...]:
        known = self._commits()
        known.pop(self._base, None)
        parents = {parent for _, of_commit in known.values() for parent in of_commit}
        return tuple(sorted(parents - known.keys()))

    def _commits(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Every commit of the range that is here -> its tree and its parents."""
        form = "--batch-check=%(objecttype) %(objectname)"
        listed = self.git.run("cat-file", "--batch-all-objects", "--unordered", form)
        ids = [line[7:] for line in listed.decode().splitlines() if line.startswith("commit ")]
        shown = self.git.run(
            "log", "--no-walk=unsorted", "--stdin", "--format=%H %T %P", lines=tuple(ids)
        )
        lines = (line.split() for line in shown.decode().splitlines())
        return {commit: (tree, tuple(parents)) for commit, tree, *parents in lines}

    def _closed_off(self) -> bool:
        """Fetch the boundary, one deep; whether all trees of the range came with it."""
        kept = self._folder.note(_CLOSED)
        if kept is None:
            self._remote.need_network("the history between the releases")
            trees = {tree for tree, _ in self._commits().values()}
            whole = len(trees) <= _AT_ONCE
            wanted = (*sorted(self.boundary), *(sorted(trees) if whole else ()))
            if wanted:
                left_out = "blob:none" if whole else "tree:0"
                self._remote.fetch(_LABEL, left_out, wanted, "--depth=1", named=True)
            kept = _WITH_TREES if whole else b""
            self._folder.keep_note(_CLOSED, kept)
        return kept == _WITH_TREES

    def _descend(self, ways: Mapping[str, frozenset[str]]) -> None:
        """Fetch the folders on the way to some paths, from the top down."""
        commits, boundary = self._commits(), self.boundary
        top = {
            (commits[parent][0], tree)
            for commit, (tree, parents) in commits.items()
            for parent in parents
            if commit not in boundary and parent in commits
        }
        here = self._here()
        level: Pairs = {"": top}
        while level:
            trees = {tree for pairs in level.values() for pair in pairs for tree in pair}
            missing = tuple(sorted(trees - here - {_NOTHING}))
            if missing:
                self._remote.need_network("the history between the releases")
                whole = min(map(_depth, level)) >= _WHOLE
                left_out = "blob:none" if whole else "tree:0"
                self._remote.fetch(_LABEL, left_out, missing, named=True)
                here = self._here()
            level = self._below(level, ways)

    def _here(self) -> set[str]:
        listed = self.git.run(
            "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"
        )
        return set(listed.decode().split())

    def _below(self, level: Pairs, ways: Mapping[str, frozenset[str]]) -> Pairs:
        """The folders of the next level that differ between trees of this one."""
        found: Pairs = {}
        for folder, pairs in level.items():
            names = ways.get(folder)
            if not names:
                continue
            for name, pair in self._differing(pairs, sorted(names)):
                found.setdefault(f"{folder}/{name}" if folder else name, set()).add(pair)
        return found

    def _differing(
        self, pairs: Iterable[tuple[str, str]], names: Sequence[str]
    ) -> Iterable[tuple[str, tuple[str, str]]]:
        """The folders of these names that differ between two trees, with both their trees."""
        lines = tuple(f"{before} {after}" for before, after in sorted(pairs))
        output = self.git.run(
            "diff-tree",
            "--stdin",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--",
            *names,
            lines=lines,
            timeout=_SECONDS,
        )
        for line in output.decode("utf-8", "surrogateescape").splitlines():
            if not line.startswith(":"):
                continue
            modes, name = line[1:].split("\t")
            old_mode, new_mode, before, after, _ = modes.split()
            trees = (
                before if old_mode == _FOLDER else _NOTHING,
                after if new_mode == _FOLDER else _NOTHING,
            )
            if trees != (_NOTHING, _NOTHING):
                yield name, trees


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def _ways(folders: Iterable[str]) -> dict[str, frozenset[str]]:
    """Folder -> the names of those below it that lead to one of the folders."""
    found: dict[str, set[str]] = {}
    for folder in filter(None, folders):
        above = ""
        for name in folder.split("/"):
            found.setdefault(above, set()).add(name)
            above = f"{above}/{name}" if above else name
    return {above: frozenset(names) for above, names in found.items()}
