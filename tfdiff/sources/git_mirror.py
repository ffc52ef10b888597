"""A bare mirror of a remote in the user's cache that holds only what was asked for.

Two round trips bring a pair of releases: one for the commits and trees of both tags, one for
all the blobs that are needed. What is there stays; an interrupted fetch leaves nothing behind
that the next one could stumble over.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tfdiff.errors import MissingFileError
from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.failures import DamagedError
from tfdiff.sources.git_command import GitCommand
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_history import History
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_names import peeled_names
from tfdiff.sources.git_remote import folder_name
from tfdiff.sources.git_repository import GitRepository
from tfdiff.sources.options import Progress
from tfdiff.sources.touch import Patch, Touch

_SENDS_EVERYTHING = "sends-everything"
_LISTING = "listing"

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class Mirror:
    """The mirror of one remote.

    Args:
        address: the remote, checked.
        folder: where mirrors are kept.
        offline: fetch nothing.
        objects: object folders to read from before anything is fetched.
    """

    fetches = True

    def __init__(
        self,
        address: str,
        folder: Path,
        *,
        offline: bool = False,
        progress: Progress | None = None,
        objects: tuple[Path, ...] = (),
    ) -> None:
        self._folder = MirrorFolder(folder / "git" / folder_name(address))
        self._remote = Fetcher(
            address, self._folder, offline=offline, progress=progress, objects=objects
        )
        self.label = self._remote.label
        self.offline = offline
        self.repository = GitRepository(
            GitCommand(self._folder.git_dir, network=False, objects=objects), self.label
        )
        history = MirrorFolder(folder / "git" / f"{folder_name(address)}-history")
        fetcher = Fetcher(address, history, offline=offline, progress=progress, objects=objects)
        self._history = History(history, fetcher, objects)
        self._fetched: list[str] = []
        self._at_hand: set[str] = set()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a report has to say about the remote."""
        if self._folder.note(_SENDS_EVERYTHING) is None:
            return ()
        return (f"{self.label} cannot leave files out of what it sends, so it sent all of them.",)

    def known_names(self) -> dict[str, str]:
        """Full names of tags and branches -> commits, as the remote last said; maybe none."""
        return peeled_names(self._folder.note(_LISTING) or b"")

    def names(self) -> dict[str, str]:
        """Full names of the remote's tags and branches -> commits, asked for now.

        Offline it is what the remote last said.

        Raises:
            UnreachableError: the remote did not answer within seconds.
        """
        if self.offline and (known := self.known_names()):
            return known
        self._remote.need_network("the list of its tags")
        return self._healed(self._ask_names)

    def commit(self, name: str) -> str | None:
        """The commit that a full name or an id leads to, if it and its trees are here."""
        return self.repository.commit(name) if self._folder.git_dir.exists() else None

    def fetch(self, names: Sequence[str]) -> None:
        """Bring commits and their trees, without any file, in one round trip.

        Args:
            names: full names of tags and branches, or whole commit ids.
        """
        self._fetched.extend(names)
        self._healed(lambda: self._fetch_commits(names))

    def blob_ids(self, commit: str) -> BlobIds:
        """Every file of a commit's tree by path, sorted."""
        return self._healed(lambda: self.repository.blob_ids(commit))

    def bring(self, wanted: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Fetch what is missing of these commits' files in one round trip."""
        asked = [(commit, tuple(paths)) for commit, paths in wanted]
        self._healed(lambda: self._bring(asked))

    def blob(self, commit: str, path: str) -> bytes:
        """The content of one file; fetched by itself where nobody asked for it before."""
        return self._healed(lambda: self._blob(commit, path))

    def between(self, old: str, new: str, paths: Sequence[str]) -> tuple[Touch, ...]:
        """The commits in ``new`` and not in ``old`` that touch the paths, oldest first.

        Raises:
            UnreachableError: the history has to be fetched and cannot be.
        """
        return self._history.between(old, new, paths)

    def patches(self, touches: Sequence[Touch], paths: Sequence[str]) -> tuple[Patch, ...]:
        """What the commits changed in the paths.

        Raises:
            UnreachableError: versions of the files have to be fetched and cannot be.
        """
        return self._history.patches(touches, paths)

    def _ask_names(self) -> dict[str, str]:
        with self._folder.locked():
            listed = self._remote.names()
            self._folder.keep_note(_LISTING, listed)
        return peeled_names(listed)

    def _blob(self, commit: str, path: str) -> bytes:
        blob_id = self.repository.blob_ids(commit)[path]
        if blob_id not in self._at_hand:
            self._bring([(commit, (path,))])
        if blob_id not in self._at_hand:
            raise MissingFileError(f"{self.label} does not hold the content of {path} any more.")
        return self.repository.blob(blob_id)

    def _bring(self, asked: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        missing = self.repository.missing(asked)
        if missing:
            self._remote.need_network(f"{len(missing)} of the files that are needed")
            with self._folder.locked():
                self._note_filter(without=self._remote.fetch_blobs(missing).without_filter)
            missing = self.repository.missing(asked)
        trees = {commit: self.repository.blob_ids(commit) for commit, _ in asked}
        ids = {
            trees[commit][path]
            for commit, paths in asked
            for path in paths
            if path in trees[commit]
        }
        self._at_hand.update(ids.difference(missing))

    def _fetch_commits(self, names: Sequence[str]) -> None:
        self._remote.need_network(", ".join(names))
        specs = tuple(
            f"+{name}:{name}" if name.startswith("refs/") else f"{name}:refs/commits/{name}"
            for name in names
        )
        with self._folder.locked():
            label = f"Fetching {self.label}"
            report = self._remote.fetch(label, "blob:none", specs, "--depth=1")
            self._note_filter(without=report.without_filter)

    def _note_filter(self, *, without: bool) -> None:
        if without:
            self._folder.keep_note(_SENDS_EVERYTHING, b"")

    def _healed(self, action: Callable[[], Result]) -> Result:
        """Do it; where the mirror turns out to be damaged, make it anew and do it again."""
        try:
            return action()
        except DamagedError as error:
            self._remote.need_network("objects that can be read")
            logger.warning("Fetching %s anew, the cached mirror is damaged: %s", self.label, error)
        self.repository.git.close()
        self._at_hand.clear()
        with self._folder.locked():
            self._folder.discard()
        if self._fetched:
            self._fetch_commits(self._fetched)
        return action()
