"""Which files a commit has, as far as somebody looked: listed folder by folder.

A folder that nobody looked into stays in the listing as such. What may be in it is not known,
which is something else than not there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sys import intern

from tfdiff.sources.blob_id import BlobIds

Folders = Callable[[str], bool]
_ENTRY = re.compile(rb"(\d+) ([^\0]+)\0(.{20})", re.DOTALL)  # as git keeps them in a tree
_FOLDER = b"40000"
_FILES = frozenset({b"100644", b"100755", b"100664"})  # links and submodules are no files


@dataclass(frozen=True, slots=True)
class Listing:
    """What is known of a commit's files.

    Attributes:
        files: path -> blob id, sorted by path.
        closed: folders that nobody looked into -> the id of their tree.
    """

    files: BlobIds
    closed: Mapping[str, str]

    def wanted(self, folders: Folders) -> dict[str, str]:
        """The closed folders to look into; the commit's top always is."""
        return {
            folder: tree for folder, tree in self.closed.items() if not folder or folders(folder)
        }

    def opened(self, found: Mapping[str, bytes]) -> "Listing":
        """The listing after a look into closed folders.

        Args:
            found: those folders -> the content of their trees.
        """
        if not found:
            return self
        files = dict(self.files)
        closed = {folder: tree for folder, tree in self.closed.items() if folder not in found}
        for folder, content in found.items():
            above = f"{folder}/" if folder else ""
            for mode, name, entry in _ENTRY.findall(content):
                path = above + name.decode("utf-8", "surrogateescape")
                # most releases have most files: their names and ids are kept once for all
                if mode == _FOLDER:
                    closed[path] = entry.hex()
                elif mode in _FILES:
                    files[intern(path)] = intern(entry.hex())
        return Listing(dict(sorted(files.items())), closed)


def way_to(path: str) -> Folders:
    """The folders in which a path stands."""
    return lambda folder: path.startswith(f"{folder}/")
