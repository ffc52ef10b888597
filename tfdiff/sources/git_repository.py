"""Reads one git repository: names, trees, blobs. Writes nothing and fetches nothing."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from sys import intern

from tfdiff.sources.blob_id import BlobIds, blob_id_of
from tfdiff.sources.failures import DamagedError
from tfdiff.sources.git_command import GitCommand, GitRunError

# One file in ``ls-tree -z``: its mode, its blob id and its path.
_FILE = re.compile(r"(?:\A|\0)(?:100644|100755|100664) blob ([0-9a-f]{40})\t([^\0]*)")
_TREE = re.compile(rb"[0-9a-f]{40} tree (\d+)")  # in what cat-file --batch says
_MOST_KEPT = 512  # contents of blobs, of some ten kilobytes each


class GitRepository:
    """The objects and names of one repository.

    Args:
        git: git on the repository.
        label: what errors call it: its address or its path.
    """

    def __init__(self, git: GitCommand, label: str) -> None:
        self.git = git
        self.label = label
        self._commits: set[str] = set()  # that names lead to
        self._trees: dict[str, BlobIds] = {}
        self._contents: dict[str, bytes] = {}

    def names(self) -> dict[str, str]:
        """Full names of all tags and branches -> the commit they lead to."""
        listed = self._read(
            "for-each-ref",
            "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)",
            "refs/tags",
            "refs/heads",
            "refs/remotes",
        )
        found = {}
        for line in listed.decode("utf-8", "surrogateescape").splitlines():
            name, own, kind, peeled, peeled_kind = line.split("\0")
            found[name] = peeled or own
            if "commit" in {kind, peeled_kind}:
                self._commits.add(found[name])
        return found

    def commit(self, name: str) -> str | None:
        """The commit that a full name or an object id (also abbreviated) leads to, if any."""
        if name in self._commits:
            return name
        with suppress(GitRunError):
            found = self.git.run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
            return found.decode().strip() or None
        return None

    def blob_ids(self, commit: str) -> BlobIds:
        """Every file of a commit's tree by path, sorted; links and submodules are no files."""
        known = self._trees.get(commit)
        if known is None:
            known = self._trees[commit] = self._list_tree(commit)
        return known

    def _list_tree(self, commit: str) -> BlobIds:
        listed = self._read("ls-tree", "-r", "-z", "--full-tree", commit)
        found = _FILE.findall(listed.decode("utf-8", "surrogateescape"))
        # most releases have most files: their names and ids are kept once for all trees
        return dict(sorted((intern(path), intern(blob)) for blob, path in found))

    def objects(self) -> set[str]:
        """Ids of all objects that the repository holds."""
        listed = self._read(
            "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"
        )
        return set(listed.decode().split())

    def root(self, commit: str) -> str:
        """The id of a commit's tree, which need not be here."""
        return self._read("log", "--no-walk", "--format=%T", commit).decode().strip()

    def trees(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Trees as git keeps them; all of them have to be here.

        Raises:
            DamagedError: one is not, or cannot be read.
        """
        asked = tuple(ids)
        listed = self._read("cat-file", "--batch", lines=asked)
        found = {}
        place = 0
        for tree in asked:
            end = listed.find(b"\n", place)
            head = _TREE.fullmatch(listed, place, end)
            if head is None:
                raise self._damaged(f"object {tree} cannot be read")
            place = end + 2 + int(head[1])
            found[tree] = listed[end + 1 : place - 1]
        return found

    def missing(self, wanted: Iterable[tuple[str, BlobIds]]) -> tuple[str, ...]:
        """Ids of the wanted blobs that the repository does not hold.

        Args:
            wanted: commits, each with files of its tree.
        """
        commits: list[str] = []
        paths: set[str] = set()
        ids: set[str] = set()
        for commit, files in wanted:
            ids.update(files.values())
            paths.update(files)
            commits.append(commit)
        if not ids:
            return ()
        # cat-file --batch-check would fetch what it is asked about, one by one.
        listed = self._read(
            "rev-list",
            "--objects",
            "--missing=print",
            "--no-walk",
            "--stdin",
            lines=(*commits, "--", *sorted(paths)),
        )
        absent = {line[1:].decode() for line in listed.splitlines() if line.startswith(b"?")}
        return tuple(sorted(ids & absent))

    def blob(self, blob_id: str) -> bytes:
        """The content of a blob, checked against its id.

        Raises:
            DamagedError: it is not there, or it is not what its id says.
        """
        content = self._contents.get(blob_id)
        if content is None:
            content = self._content(blob_id)
            if len(self._contents) >= _MOST_KEPT:
                self._contents.clear()
            self._contents[blob_id] = content
        return content

    def _content(self, blob_id: str) -> bytes:
        try:
            content = self.git.content(blob_id)
        except GitRunError as error:
            raise self._damaged(error.said) from error
        if blob_id_of(content) != blob_id:
            raise self._damaged(f"object {blob_id} holds something else")
        return content

    def _read(self, *arguments: str, lines: tuple[str, ...] = ()) -> bytes:
        try:
            return self.git.run(*arguments, lines=lines)
        except GitRunError as error:
            raise self._damaged(error.said) from error

    def _damaged(self, said: str) -> DamagedError:
        return DamagedError(
            f"Could not read the git repository {self.label}: {said}. "
            f"See what 'git fsck' says of it, or name another one with --repo."
        )


def local_git_dir(path: Path) -> Path | None:
    """The repository itself at a path: a bare one, or the ``.git`` of a work tree; else None."""
    if not path.is_dir():
        return None
    inside = path / ".git"
    if inside.is_file():  # a linked work tree or a submodule
        pointer = inside.read_text(encoding="utf-8", errors="surrogateescape").strip()
        return (path / pointer.removeprefix("gitdir:").strip()).resolve()
    for candidate in (inside, path):
        if (candidate / "HEAD").is_file() and (candidate / "objects").is_dir():
            return candidate.resolve()
    return None
