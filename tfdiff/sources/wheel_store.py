"""What the cache keeps of one wheel: its list of members, and the members read so far."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile
from zlib import crc32

from tfdiff.errors import SourceError
from tfdiff.sources.cache import write_whole
from tfdiff.sources.wheel_archive import RemoteArchive, SparseFile
from tfdiff.sources.wheel_download import Download, local_file

_WHEEL, _DIRECTORY, _ARCHIVE = "wheel.json", "directory", "archive.whl"


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel on the index; ``size`` is None and ``sha256`` "" where it does not say."""

    filename: str
    version: str
    url: str
    size: int | None
    sha256: str


class WheelStore:
    """One wheel, partly in the cache and partly on the index.

    Args:
        folder: the cache's folder for this wheel.
        whole: all of it is here, because the server has no byte ranges.
    """

    def __init__(self, folder: Path, wheel: Wheel, archive: RemoteArchive, *, whole: bool) -> None:
        self.wheel = wheel
        self.whole = whole
        self._folder = folder
        self._archive = archive
        self.members = list(archive.members)

    def bring(self, names: Sequence[str]) -> None:
        """See that these members are in the cache, fetched in as few requests as it takes."""
        lacking = [name for name in names if self._cached(name) is None]
        self._archive.load(lacking)
        for name in lacking:
            write_whole(self._path(name), self._read(name))

    def read(self, name: str) -> bytes:
        """The content of one member."""
        content = self._cached(name)
        if content is None:
            self.bring([name])
            content = self._read(name)
        return content

    def _read(self, name: str) -> bytes:
        try:
            return self._archive.read(name)
        except (BadZipFile, NotImplementedError) as error:
            raise SourceError(
                f"Could not unpack {name} of {self.wheel.filename}: {error}. Clear the cache with "
                f"'tfdiff cache --clear' and try again."
            ) from error

    def _cached(self, name: str) -> bytes | None:
        try:
            content = self._path(name).read_bytes()
        except OSError:
            return None
        return content if crc32(content) == self._archive.members[name].CRC else None

    def _path(self, name: str) -> Path:
        # Named by its hash: a member's own name may lead anywhere.
        return self._folder / "members" / sha256(name.encode()).hexdigest()[:32]


def open_cached(folder: Path, download: Download) -> WheelStore | None:
    """The wheel that the cache keeps in this folder; None where there is none that is sound."""
    try:
        known = json.loads((folder / _WHEEL).read_bytes())
        directory = (folder / _DIRECTORY).read_bytes()
        wheel = Wheel(**known["wheel"])
        whole = folder / _ARCHIVE
        if whole.exists():
            return WheelStore(folder, wheel, RemoteArchive(local_file(whole)), whole=True)
        file = SparseFile(known["size"], download.fetcher(wheel))
        file.add(known["size"] - len(directory), directory)
        return WheelStore(folder, wheel, RemoteArchive(file), whole=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, BadZipFile):
        shutil.rmtree(folder, ignore_errors=True)  # damaged: made anew
        return None


def open_remote(folder: Path, wheel: Wheel, download: Download) -> WheelStore:
    """A wheel on the index; its list of members is fetched and kept.

    Raises:
        UnreachableError: it cannot be fetched.
        SourceError: it is no zip archive.
    """
    file = download.open(wheel, folder / _ARCHIVE)
    try:
        archive = RemoteArchive(file)
    except BadZipFile as error:
        raise SourceError(f"{wheel.filename} on the package index is no wheel: {error}.") from error
    write_whole(folder / _DIRECTORY, archive.directory())
    known = {"wheel": asdict(wheel), "size": file.size}
    write_whole(folder / _WHEEL, json.dumps(known).encode())
    return WheelStore(folder, wheel, archive, whole=(folder / _ARCHIVE).exists())
