"""A bare mirror of a remote in the user's cache that holds only what was asked for.

Two round trips bring a pair of releases: one for the commits and trees of both tags, one for
all the blobs that are needed. What is there stays; an interrupted fetch leaves nothing behind
that the next one could stumble over.
"""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tfdiff.errors import MissingFileError, SourceError
from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.failures import DamagedError, UnreachableError
from tfdiff.sources.git_command import GitCommand, GitRunError
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_names import peeled_names
from tfdiff.sources.git_progress import FetchReport
from tfdiff.sources.git_remote import explain, folder_name, without_password
from tfdiff.sources.git_repository import GitRepository
from tfdiff.sources.options import SILENT, Progress

_LISTING_SECONDS = 8.0  # the fall-back to wheels shall come within seconds
_SENDS_EVERYTHING = "sends-everything"
_LISTING = "listing"
_FETCH = (
    "fetch",
    "--progress",
    "--no-tags",
    "--no-write-fetch-head",
    "--recurse-submodules=no",
    "--filter=blob:none",
    "--stdin",
    "origin",
)
_COMMITS = (*_FETCH, "--depth=1")
# To offer the commits that are here would cost a round trip and save nothing: blobs are named.
_BLOBS = ("-c", "fetch.negotiationAlgorithm=noop", *_FETCH)
_LOST = re.compile(r"not our ref ([0-9a-f]{40})")

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

    def __init__(
        self,
        address: str,
        folder: Path,
        *,
        offline: bool = False,
        progress: Progress | None = None,
        objects: tuple[Path, ...] = (),
    ) -> None:
        self.label = without_password(address)
        self._address = address
        self.offline = offline
        self._progress = progress or SILENT
        self._folder = MirrorFolder(folder / "git" / folder_name(address))
        git_dir = self._folder.git_dir
        remote = {
            "remote.origin.url": address,
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
        }
        self._remote = GitCommand(git_dir, network=True, objects=objects, settings=remote)
        self.repository = GitRepository(
            GitCommand(git_dir, network=False, objects=objects), self.label
        )
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
        self._need_network("the list of its tags")
        return self._healed(self._ask_names)

    def _ask_names(self) -> dict[str, str]:
        handle = self._progress.start(f"Asking {self.label}", None)
        try:
            with self._folder.locked():
                listed = self._remote.run(
                    "ls-remote", "--tags", "--heads", "origin", timeout=_LISTING_SECONDS
                )
                self._folder.keep_note(_LISTING, listed)
        except GitRunError as error:
            raise self._explained(error) from error
        finally:
            handle.done()
        return peeled_names(listed)

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
            self._need_network(f"{len(missing)} of the files that are needed")
            with self._folder.locked():
                self._fetch_blobs(missing)
            missing = self.repository.missing(asked)
        ids = {
            blob_id
            for commit, paths in asked
            for path in paths
            if (blob_id := self.repository.blob_ids(commit).get(path))
        }
        self._at_hand.update(ids.difference(missing))

    def _fetch_blobs(self, blob_ids: tuple[str, ...]) -> None:
        """Fetch blobs, without those that the remote says it has lost.

        TensorFlow's own repository lacks two since 1.6.0, and one lost blob fails the batch.
        """
        while blob_ids:
            try:
                self._run_fetch(f"Fetching {len(blob_ids)} files", _BLOBS, blob_ids)
            except UnreachableError as error:
                lost = set(_LOST.findall(str(error)))
                if lost.isdisjoint(blob_ids):
                    raise
                blob_ids = tuple(blob_id for blob_id in blob_ids if blob_id not in lost)
            else:
                return

    def _fetch_commits(self, names: Sequence[str]) -> None:
        self._need_network(", ".join(names))
        specs = tuple(
            f"+{name}:{name}" if name.startswith("refs/") else f"{name}:refs/commits/{name}"
            for name in names
        )
        with self._folder.locked():
            self._run_fetch(f"Fetching {self.label}", _COMMITS, specs)

    def _run_fetch(self, label: str, command: tuple[str, ...], lines: tuple[str, ...]) -> None:
        report = FetchReport(self._progress, label)
        try:
            self._remote.fetch(*command, lines=lines, report=report)
        except GitRunError as error:
            raise self._explained(error) from error
        finally:
            report.done()
        if report.without_filter:
            self._folder.keep_note(_SENDS_EVERYTHING, b"")

    def _explained(self, error: GitRunError) -> SourceError:
        known = explain(error, self._address, self._folder.git_dir)
        return known or DamagedError(
            f"Could not fetch from {self.label} into {self._folder.git_dir}: {error}. "
            f"If this goes on, 'tfdiff cache --clear' begins anew."
        )

    def _need_network(self, what: str) -> None:
        if self.offline:
            raise UnreachableError(
                f"The cached mirror of {self.label} lacks {what}, and --offline forbids to "
                f"fetch. Run once without it."
            )

    def _healed(self, action: Callable[[], Result]) -> Result:
        """Do it; where the mirror turns out to be damaged, make it anew and do it again."""
        try:
            return action()
        except DamagedError as error:
            self._need_network("objects that can be read")
            logger.warning("Fetching %s anew, the cached mirror is damaged: %s", self.label, error)
        self.repository.git.close()
        self._at_hand.clear()
        with self._folder.locked():
            self._folder.discard()
        if self._fetched:
            self._fetch_commits(self._fetched)
        return action()
