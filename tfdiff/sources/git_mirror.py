"""A bare mirror of a remote in the user's cache that holds only what was asked for.

A few round trips bring a pair of releases: one for the commits of both tags, one for each level
of the folders that are looked into (``git_survey``), one for all the blobs that are needed. What
is there stays; an interrupted fetch leaves nothing behind that the next one could stumble over.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tfdiff.errors import MissingFileError
from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.cache import cache_folder
from tfdiff.sources.failures import DamagedError
from tfdiff.sources.git_command import GitCommand
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_history import History
from tfdiff.sources.git_listing import Folders
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_names import peeled_names
from tfdiff.sources.git_remote import folder_name
from tfdiff.sources.git_repository import GitRepository
from tfdiff.sources.git_survey import Survey
from tfdiff.sources.options import SourceOptions
from tfdiff.sources.touch import Patch, Touch

_SENDS_EVERYTHING = "sends-everything"
_LISTING = "listing"

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class Mirror:
    """The mirror of one remote.

    Args:
        address: the remote, checked.
        options: the cache that keeps the mirror, whether to fetch, and who hears of it.
        objects: object folders to read from before anything is fetched.
        folders: tells which folders of a commit are looked into; None for all.
    """

    fetches = True

    def __init__(
        self,
        address: str,
        options: SourceOptions,
        *,
        objects: tuple[Path, ...] = (),
        folders: Folders | None = None,
    ) -> None:
        kept = cache_folder(options) / "git"
        self._folder = MirrorFolder(kept / folder_name(address))
        self._remote = Fetcher(address, self._folder, options, objects)
        self.label = self._remote.label
        self.offline = options.offline
        self.repository = GitRepository(
            GitCommand(self._folder.git_dir, network=False, objects=objects), self.label
        )
        self._history = History(address, options, self.repository.git.content, objects)
        self._survey = folders and Survey(self._folder, self._remote, self.repository, folders)
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
        """The commit that a full name or an id leads to, if it is here."""
        return self.repository.commit(name) if self._folder.git_dir.exists() else None

    def fetch(self, names: Sequence[str]) -> None:
        """Bring commits in one round trip, with all their trees if all folders are looked into.

        Args:
            names: full names of tags and branches, or whole commit ids.
        """
        self._fetched.extend(names)
        self._healed(lambda: self._fetch_commits(names))

    def expect(self, commits: Iterable[str]) -> None:
        """Say which commits will be read, so that their trees come together."""
        if self._survey:
            self._survey.expect(commits)

    def blob_ids(self, commit: str) -> BlobIds:
        """Every file of a commit by path, sorted, in the folders that are looked into."""
        return self._healed(lambda: self._files(commit))

    def blob_id(self, commit: str, path: str) -> str | None:
        """The blob of a path, None where the commit has no such file; looks into any folder."""
        return self._healed(lambda: self._blob_id(commit, path))

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

    def patches(
        self, old: str, new: str, touches: Sequence[Touch], paths: Sequence[str]
    ) -> tuple[Patch, ...]:
        """What the commits changed in the paths.

        Raises:
            UnreachableError: versions of the files have to be fetched and cannot be.
        """
        return self._history.patches(old, new, touches, paths)

    def _ask_names(self) -> dict[str, str]:
        with self._folder.locked():
            listed = self._remote.names()
            self._folder.keep_note(_LISTING, listed)
        return peeled_names(listed)

    def _files(self, commit: str) -> BlobIds:
        return self._survey.files(commit) if self._survey else self.repository.blob_ids(commit)

    def _blob_id(self, commit: str, path: str) -> str | None:
        blob_id = self._files(commit).get(path)
        if blob_id is None and self._survey:
            return self._survey.blob_id(commit, path)
        return blob_id

    def _blob(self, commit: str, path: str) -> bytes:
        blob_id = self._blob_id(commit, path)
        if blob_id not in self._at_hand:
            self._bring([(commit, (path,))])
        if blob_id is None or blob_id not in self._at_hand:
            raise MissingFileError(f"{self.label} does not hold the content of {path} any more.")
        return self.repository.blob(blob_id)

    def _bring(self, wanted: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        asked = [
            (commit, {path: found for path in paths if (found := self._blob_id(commit, path))})
            for commit, paths in wanted
        ]
        missing = self.repository.missing(asked)
        if missing:
            self._remote.need_network(f"{len(missing)} of the files that are needed")
            with self._folder.locked():
                self._note_filter(without=self._remote.fetch_blobs(missing).without_filter)
            missing = self.repository.missing(asked)
        for _, files in asked:
            self._at_hand.update(set(files.values()).difference(missing))

    def _fetch_commits(self, names: Sequence[str]) -> None:
        self._remote.need_network(", ".join(names))
        specs = tuple(
            f"+{name}:{name}" if name.startswith("refs/") else f"{name}:refs/commits/{name}"
            for name in names
        )
        with self._folder.locked():
            label = f"Fetching {self.label}"
            left_out = "tree:0" if self._survey else "blob:none"
            report = self._remote.fetch(label, left_out, specs, "--depth=1")
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
        if self._survey:
            self._survey.forget()
        with self._folder.locked():
            self._folder.discard()
        if self._fetched:
            self._fetch_commits(self._fetched)
        return action()
