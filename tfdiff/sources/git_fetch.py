"""Talks to one remote on behalf of a mirror: lists its names, fetches from it."""

import re
from dataclasses import dataclass
from pathlib import Path

from tfdiff.errors import SourceError
from tfdiff.sources.failures import DamagedError, UnreachableError
from tfdiff.sources.git_command import GitCommand, GitRunError
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_progress import FetchReport
from tfdiff.sources.git_remote import explain, without_password
from tfdiff.sources.options import SILENT, SourceOptions

_LOST = re.compile(r"not our ref ([0-9a-f]{40})")
_REFUSED = re.compile(r"filter '[^']*' not supported|tree filter allows max depth")
_NOT_SENT = "did not send all necessary objects"
_LISTING_SECONDS = 8.0  # the fall-back to wheels shall come within seconds
_FETCH = ("fetch", "--progress", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no")
# To offer the commits that are here would cost a round trip and save nothing where objects are
# asked for by their ids.
_NAMED_OBJECTS = ("-c", "fetch.negotiationAlgorithm=noop")
_FROM_BASE = ("-c", "fetch.negotiationAlgorithm=consecutive")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a fetch of blobs.

    Attributes:
        lost: ids that the remote does not have any more.
        without_filter: the server sent more than was asked for.
    """

    lost: tuple[str, ...]
    without_filter: bool


class Fetcher:
    """Fetches from one remote into one mirror.

    Args:
        address: the remote, checked.
        folder: the mirror.
        options: whether to fetch, and who hears of it.
        objects: object folders to read from beside the mirror's own.
    """

    def __init__(
        self,
        address: str,
        folder: MirrorFolder,
        options: SourceOptions,
        objects: tuple[Path, ...] = (),
    ) -> None:
        self.label = without_password(address)
        self.offline = options.offline
        self._address = address
        self._folder = folder
        self._progress = options.progress or SILENT
        remote = {"remote.origin.url": address, "remote.origin.promisor": "true"}
        self.git = GitCommand(folder.git_dir, network=True, objects=objects, settings=remote)
        self._replacing = GitCommand(
            folder.git_dir, network=True, settings=remote, replacements=True
        )

    def names(self) -> bytes:
        """What ``ls-remote`` says of the remote's tags and branches; only while locked.

        Raises:
            UnreachableError: the remote did not answer within seconds.
        """
        handle = self._progress.start(f"Asking {self.label}", None)
        try:
            return self.git.run(
                "ls-remote", "--tags", "--heads", "origin", timeout=_LISTING_SECONDS
            )
        except GitRunError as error:
            raise self._explained(error) from error
        finally:
            handle.done()

    def fetch(
        self, label: str, left_out: str, lines: tuple[str, ...], *options: str, named: bool = False
    ) -> FetchReport:
        """Fetch refspecs or objects; only while locked.

        Args:
            label: for the progress.
            left_out: what the server shall not send, as ``--filter`` takes it.
            lines: refspecs or object ids.
            options: further ones of ``git fetch``.
            named: whether the lines are ids of objects, and of nothing else.
        """
        command = (*(_NAMED_OBJECTS if named else ()), *_FETCH, *options)
        try:
            return self._fetch(self.git, label, left_out, command, lines)
        except GitRunError as error:
            raise self._explained(error) from error

    def fetch_beyond(self, base: str, tip: str) -> bool:
        """Fetch a commit and those behind it, but for ``base`` and what is behind that.

        Args:
            base: a commit that is here, with a replacement that has no parents.
            tip: the other commit, which is not here.

        Returns:
            whether there was anything to send; else ``tip`` itself is behind ``base``.
        """
        command = (*_FROM_BASE, *_FETCH, f"--negotiation-tip={base}")
        label = f"Fetching the history of {self.label}"
        try:
            self._fetch(self._replacing, label, "tree:0", command, (f"{tip}:refs/commits/{tip}",))
        except GitRunError as error:
            if _NOT_SENT not in error.said:
                raise self._explained(error) from error
            return False
        return True

    def _fetch(
        self,
        git: GitCommand,
        label: str,
        left_out: str,
        command: tuple[str, ...],
        lines: tuple[str, ...],
    ) -> FetchReport:
        for filter_ in dict.fromkeys((left_out, "blob:none")):
            report = FetchReport(self._progress, label)
            try:
                git.fetch(
                    *command, f"--filter={filter_}", "--stdin", "origin", lines=lines, report=report
                )
            except GitRunError as error:
                if _REFUSED.search(error.said) and filter_ != "blob:none":
                    continue  # a server may know only the filter that everybody uses
                raise
            finally:
                report.done()
            return report
        raise AssertionError("the last filter was refused and that was not raised")

    def fetch_blobs(self, blob_ids: tuple[str, ...]) -> Fetched:
        """Fetch blobs, without those that the remote says it has lost; only while locked.

        TensorFlow's own repository lacks two since 1.6.0, and one lost blob fails the batch.
        """
        without: tuple[str, ...] = ()
        while blob_ids:
            label = f"Fetching {len(blob_ids)} files"
            try:
                report = self.fetch(label, "blob:none", blob_ids, named=True)
            except UnreachableError as error:
                lost = set(_LOST.findall(str(error)))
                if lost.isdisjoint(blob_ids):
                    raise
                without += tuple(blob_id for blob_id in blob_ids if blob_id in lost)
                blob_ids = tuple(blob_id for blob_id in blob_ids if blob_id not in lost)
            else:
                return Fetched(without, without_filter=report.without_filter)
        return Fetched(without, without_filter=False)

    def need_network(self, what: str) -> None:
        """Refuse to go on where ``what`` has to be fetched and may not be."""
        if self.offline:
            raise UnreachableError(
                f"The cached mirror of {self.label} lacks {what}, and --offline forbids to "
                f"fetch. Run once without it."
            )

    def _explained(self, error: GitRunError) -> SourceError:
        known = explain(error, self._address, self._folder.git_dir)
        return known or DamagedError(
            f"Could not fetch from {self.label} into {self._folder.git_dir}: {error}. "
            f"If this goes on, 'tfdiff cache --clear' begins anew."
        )
