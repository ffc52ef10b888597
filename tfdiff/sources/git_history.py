"""Which commits brought a difference: between two releases, by the files that they touch."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from tfdiff.sources.cache import cache_folder
from tfdiff.sources.failures import DamagedError, UnreachableError
from tfdiff.sources.git_command import GitCommand, GitRunError
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_patches import blobs, patches
from tfdiff.sources.git_range import Range
from tfdiff.sources.git_remote import folder_name, without_password
from tfdiff.sources.options import SourceOptions
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
Keyed = list[tuple[tuple[str, str], Touch]]  # by when it was written and its subject
_PULL_REQUEST = re.compile(r"Merge pull request #(\d+)|^PR #(\d+)|\(#(\d+)\)\s*$")


class History:
    """The history behind a mirror, kept beside it: for each pair what lies between.

    The mirror itself is cut off at its releases, and to lift that would fetch every tree.

    Args:
        address: the remote, checked.
        options: the cache that keeps it, whether to fetch, and who hears of it.
        commit: the content of a commit of the mirror.
        objects: object folders to read from beside its own.
    """

    def __init__(
        self,
        address: str,
        options: SourceOptions,
        commit: Callable[[str], bytes],
        objects: tuple[Path, ...] = (),
    ) -> None:
        self._address = address
        self._options = options
        self._commit = commit
        self._objects = objects

    def between(self, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...]:
        """The commits in ``new`` and not in ``old`` that touch the paths, oldest first.

        Raises:
            UnreachableError: the history has to be fetched and cannot be.
        """
        if old == new:
            return ()
        try:
            ranges = self._brought(old, new, paths)
            own, others = (
                [] if one.empty else _log(one.git, one.revisions, paths) for one in ranges
            )
        except GitRunError as error:
            raise self._damaged(self._folder(old, new), error) from error
        return _without(own, others)

    def patches(
        self, old: str, new: str, touches: Sequence[Touch], paths: Sequence[str]
    ) -> tuple[Patch, ...]:
        """What the commits changed in the paths; the versions between come in one batch.

        A commit with a version that the remote has lost is left out.

        Raises:
            UnreachableError: the versions have to be fetched and cannot be.
        """
        folder = self._folder(old, new)
        with folder.locked():
            pass  # it need not exist where the commits are another repository's
        git = GitCommand(folder.git_dir, network=False, objects=self._objects)
        try:
            needed = blobs(git, [touch.sha for touch in touches], paths)
            lost = self._bring_versions(folder, frozenset[str]().union(*needed.values()))
            readable = [touch for touch in touches if not needed.get(touch.sha, lost) & lost]
            return patches(git, readable, paths)
        except GitRunError as error:
            raise self._damaged(folder, error) from error

    def _brought(self, old: str, new: str, paths: Sequence[str]) -> tuple[Range, Range]:
        """Both ways between two commits, fetched side by side."""
        told = self._options
        forth = self._range(old, new, told)
        back = self._range(new, old, replace(told, progress=None))  # one bar is enough
        with ThreadPoolExecutor(2) as at_once:
            for _ in at_once.map(Range.bring, (forth, back), map(self._commit, (old, new))):
                pass
            for one, other, tip in ((forth, back, new), (back, forth, old)):
                if one.empty and tip not in other.boundary:
                    raise UnreachableError(
                        f"{without_password(self._address)} did not send the history between "
                        f"the releases. 'tfdiff cache --clear' begins anew."
                    )
            for _ in at_once.map(Range.bring_trees, (forth, back), (paths, paths)):
                pass
        return forth, back

    def _range(self, base: str, tip: str, options: SourceOptions) -> Range:
        folder = self._folder(base, tip)
        return Range(folder, Fetcher(self._address, folder, options, self._objects), base, tip)

    def _folder(self, base: str, tip: str) -> MirrorFolder:
        kept = cache_folder(self._options) / "git" / f"{folder_name(self._address)}-ranges"
        return MirrorFolder(kept / f"{base[:16]}-{tip[:16]}")

    def _bring_versions(self, folder: MirrorFolder, ids: frozenset[str]) -> frozenset[str]:
        """Fetch versions of files; gives those that the remote does not have any more."""
        if not ids:
            return ids
        wanted = tuple(sorted(ids))
        note = f"versions-{sha256(chr(0).join(wanted).encode()).hexdigest()[:32]}"
        kept = folder.note(note)
        if kept is None:
            remote = Fetcher(self._address, folder, self._options, self._objects)
            remote.need_network("the versions of files between the releases")
            with folder.locked():
                lost = remote.fetch_blobs(wanted).lost
                kept = "\n".join(lost).encode()
                folder.keep_note(note, kept)
        return frozenset(kept.decode().split())

    def _damaged(self, folder: MirrorFolder, error: GitRunError) -> DamagedError:
        return DamagedError(
            f"Could not read the history in {folder.git_dir}: {error.said}. "
            f"'tfdiff cache --clear' begins anew."
        )


def touches(git: GitCommand, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...]:
    """The commits in ``new`` and not in ``old`` that touch the paths, oldest first.

    One that ``old`` has under another id, as release branches do for what was picked from
    the main line, is left out: same subject, same second of authorship.
    """
    return _without(_log(git, (f"{old}..{new}",), paths), _log(git, (f"{new}..{old}",), paths))


def _without(own: Keyed, others: Keyed) -> tuple[Touch, ...]:
    already = {key for key, _ in others}
    return tuple(touch for key, touch in own if key not in already)


def _log(git: GitCommand, revisions: Sequence[str], paths: Sequence[str]) -> Keyed:
    output = git.run(*_LOG, *revisions, "--", *paths, timeout=_SECONDS)
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
