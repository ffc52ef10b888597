"""Which commits brought a difference: between two releases, by the files that they touch."""

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tfdiff.sources.failures import DamagedError
from tfdiff.sources.git_command import GitCommand, GitRunError
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_patches import blobs, patches
from tfdiff.sources.touch import Patch, Touch

_LOG = (
    "log",
    "-z",
    "--name-only",
    "--no-merges",  # what they bring stands under its own commits
    "--no-renames",
    "--date=short",
    "--format=%H%x00%cd%x00%at%x00%s",
)
_SECONDS = 120.0  # a log over years of history takes one or two
_PULL_REQUEST = re.compile(r"Merge pull request #(\d+)|^PR #(\d+)|\(#(\d+)\)\s*$")


class History:
    """The history behind a mirror, kept beside it: commits and trees, no files.

    The mirror itself is cut off at its releases, and to lift that would fetch every tree.

    Args:
        folder: where it is kept.
        remote: what fetches into it.
        objects: object folders to read from beside its own.
    """

    def __init__(
        self, folder: MirrorFolder, remote: Fetcher, objects: tuple[Path, ...] = ()
    ) -> None:
        self._folder = folder
        self._remote = remote
        self._git = GitCommand(folder.git_dir, network=False, objects=objects)

    def between(self, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...]:
        """The commits in ``new`` and not in ``old`` that touch the paths, oldest first.

        Raises:
            UnreachableError: the history has to be fetched and cannot be.
        """
        try:
            self._bring(old, new)
            # The walk may look at a commit beyond the boundary before it knows that it is one.
            # Such trees, a few at most, git fetches by itself.
            git = self._git if self._remote.offline else self._remote.git
            return touches(git, old, new, paths)
        except GitRunError as error:
            raise self._damaged(error) from error

    def patches(self, touches: Sequence[Touch], paths: Sequence[str]) -> tuple[Patch, ...]:
        """What the commits changed in the paths; the versions between come in one batch.

        A commit with a version that the remote has lost is left out.

        Raises:
            UnreachableError: the versions have to be fetched and cannot be.
        """
        with self._folder.locked():
            pass  # it need not exist where the commits are another repository's
        try:
            needed = blobs(self._git, [touch.sha for touch in touches], paths)
            lost = self._bring_versions(frozenset[str]().union(*needed.values()))
            readable = [touch for touch in touches if not needed.get(touch.sha, lost) & lost]
            return patches(self._git, readable, paths)
        except GitRunError as error:
            raise self._damaged(error) from error

    def _bring_versions(self, ids: frozenset[str]) -> frozenset[str]:
        """Fetch versions of files; gives those that the remote does not have any more."""
        if not ids:
            return ids
        wanted = tuple(sorted(ids))
        note = f"versions-{sha256(chr(0).join(wanted).encode()).hexdigest()[:32]}"
        kept = self._folder.note(note)
        if kept is None:
            self._remote.need_network("the versions of files between the releases")
            with self._folder.locked():
                lost = self._remote.fetch_blobs(wanted).lost
                kept = "\n".join(lost).encode()
                self._folder.keep_note(note, kept)
        return frozenset(kept.decode().split())

    def _damaged(self, error: GitRunError) -> DamagedError:
        return DamagedError(
            f"Could not read the history in {self._folder.git_dir}: {error.said}. "
            f"'tfdiff cache --clear' begins anew."
        )

    def _bring(self, old: str, new: str) -> None:
        pair = f"pair-{old[:16]}-{new[:16]}"
        if self._folder.note(pair) is not None:
            return
        self._remote.need_network("the history between the releases")
        label = f"Fetching the history of {self._remote.label}"
        with self._folder.locked():
            specs = tuple(f"{commit}:refs/commits/{commit}" for commit in (old, new))
            self._remote.fetch(label, "tree:0", specs)
            trees: set[str] = set()
            for span in (f"{old}..{new}", f"{new}..{old}"):
                listed = self._git.run("log", "--boundary", "--format=%T", span, timeout=_SECONDS)
                trees.update(listed.decode().split())
            self._remote.fetch(label, "blob:none", tuple(sorted(trees)), named=True)
            self._folder.keep_note(pair, b"")


def touches(git: GitCommand, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...]:
    """The commits in ``new`` and not in ``old`` that touch the paths, oldest first.

    One that ``old`` has under another id, as release branches do for what was picked from
    the main line, is left out: same subject, same second of authorship.
    """
    already = {key for key, _ in _log(git, f"{new}..{old}", paths)}
    return tuple(touch for key, touch in _log(git, f"{old}..{new}", paths) if key not in already)


def _log(git: GitCommand, span: str, paths: Sequence[str]) -> list[tuple[tuple[str, str], Touch]]:
    output = git.run(*_LOG, span, "--", *paths, timeout=_SECONDS)
    fields = output.decode("utf-8", "replace").split("\0")
    wanted = set(paths)
    found = []
    place = 0
    while place + 3 < len(fields):
        sha, date, authored, subject = fields[place : place + 4]
        place += 4
        touched = []
        while place < len(fields) and fields[place].removeprefix("\n") in wanted:
            touched.append(fields[place].removeprefix("\n"))
            place += 1
        touch = Touch(sha, subject, date, pull_request(subject), tuple(sorted(touched)))
        found.append(((authored, subject), touch))
    return found[::-1]


def pull_request(subject: str) -> int | None:
    """The number of the pull request that a commit's subject states, if any."""
    found = _PULL_REQUEST.search(subject)
    return int(next(filter(None, found.groups()))) if found else None
