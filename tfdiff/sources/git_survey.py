"""Lists the files of a mirror's commits without the folders that nobody will read from.

The trees of a whole release are a megabyte, two thirds of it for folders in which no optimizer
can be. So trees are fetched level by level, for all commits at once, and what is below a folder
of no interest stays where it is. GitHub's server takes no other depth than zero
(``tree filter allows max depth 0``) and no two filters together.
"""

from collections.abc import Iterable

from tfdiff.sources.blob_id import BlobIds
from tfdiff.sources.failures import DamagedError
from tfdiff.sources.git_fetch import Fetcher
from tfdiff.sources.git_listing import Folders, Listing, way_to
from tfdiff.sources.git_mirror_folder import MirrorFolder
from tfdiff.sources.git_repository import GitRepository

# From this level on folders are fetched with all that is below them: it costs less than the
# round trips would.
_WHOLE = 4


class Survey:
    """The listings of a mirror's commits.

    Args:
        folder: the mirror.
        remote: what fetches into it.
        repository: reads it.
        folders: tells which folders are looked into.
    """

    def __init__(
        self, folder: MirrorFolder, remote: Fetcher, repository: GitRepository, folders: Folders
    ) -> None:
        self._folder = folder
        self._remote = remote
        self._repository = repository
        self._folders = folders
        self._listings: dict[str, Listing] = {}
        self._listed: set[str] = set()
        self._expected: set[str] = set()
        self._here: set[str] = set()

    def expect(self, commits: Iterable[str]) -> None:
        """Say which commits will be listed, so that their trees come together."""
        self._expected.update(commits)

    def forget(self) -> None:
        """Drop what was read: the mirror begins anew."""
        self._listings.clear()
        self._listed.clear()
        self._here.clear()

    def files(self, commit: str) -> BlobIds:
        """The files of a commit in the folders that are looked into, sorted by path.

        Raises:
            UnreachableError: trees have to be fetched and cannot be.
        """
        if commit not in self._listed:
            together = {commit, *self._expected} - self._listed
            self._look(together, self._folders)
            self._listed |= together
        return self._listings[commit].files

    def blob_id(self, commit: str, path: str) -> str | None:
        """The blob of a path, None where the commit has none; looks into its folder if need be."""
        self.files(commit)
        way = way_to(path)
        if self._listings[commit].wanted(way):
            self._look({commit}, way)
        return self._listings[commit].files.get(path)

    def _look(self, commits: set[str], folders: Folders) -> None:
        for commit in commits - self._listings.keys():
            self._listings[commit] = Listing({}, {"": self._repository.root(commit)})
        while wanted := {
            commit: chosen
            for commit in commits
            if (chosen := self._listings[commit].wanted(folders))
        }:
            trees = {tree for chosen in wanted.values() for tree in chosen.values()}
            level = min(_depth(folder) for chosen in wanted.values() for folder in chosen)
            self._bring(trees, "tree:0" if level < _WHOLE else "blob:none")
            contents = self._repository.trees(trees)
            for commit, chosen in wanted.items():
                found = {folder: contents[tree] for folder, tree in chosen.items()}
                self._listings[commit] = self._listings[commit].opened(found)

    def _bring(self, trees: set[str], left_out: str) -> None:
        if not trees <= self._here:
            self._here |= self._repository.objects()
        if trees <= self._here:
            return
        self._remote.need_network("folders that are needed")
        with self._folder.locked():
            self._here |= self._repository.objects()  # another run may have brought them
            missing = tuple(sorted(trees - self._here))
            if missing:
                label = f"Looking into {len(missing)} folders"
                self._remote.fetch(label, left_out, missing, named=True)
                self._here |= self._repository.objects()
        if not trees <= self._here:
            raise DamagedError(
                f"{self._remote.label} did not send all folders that were asked for. "
                f"Try again, or name another repository with --repo."
            )


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0
