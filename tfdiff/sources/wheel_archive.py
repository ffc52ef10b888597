"""Reads members of a zip archive elsewhere without fetching the rest of it."""

import io
from bisect import bisect_right
from collections.abc import Callable, Iterable
from operator import attrgetter
from zipfile import ZipFile, ZipInfo

# One request for members that lie this close costs less than two.
_GAP = 65_536

Fetch = Callable[[int, int], bytes]


class SparseFile(io.RawIOBase):
    """A file of which only some spans are here; others are fetched when they are read.

    Args:
        size: of the whole file, in bytes.
        fetch: brings the bytes from a start up to an end.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        super().__init__()
        self.size = size
        self.fetch = fetch
        self._position = 0
        self._starts: list[int] = []
        self._spans: list[bytes] = []

    def add(self, start: int, content: bytes) -> None:
        """Keep a span that is here already."""
        place = bisect_right(self._starts, start)
        self._starts.insert(place, start)
        self._spans.insert(place, content)

    def seekable(self) -> bool:
        """True: any place may be asked for."""
        return True

    def readable(self) -> bool:
        """True: this is a file to read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as in any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning of the file")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Where the next read begins."""
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, fetched if need be."""
        start = self._position
        end = self.size if size is None or size < 0 else min(start + size, self.size)
        if end <= start:
            return b""
        self._position = end
        here = self._here(start, end)
        if here is None:
            here = self.fetch(start, end)
            self.add(start, here)
        return here

    def has(self, start: int, end: int) -> bool:
        """Whether all bytes from a start up to an end are here."""
        return self._here(start, end) is not None

    def _here(self, start: int, end: int) -> bytes | None:
        place = bisect_right(self._starts, start) - 1
        if place < 0:
            return None
        offset = start - self._starts[place]
        found = self._spans[place][offset : offset + end - start]
        return found if len(found) == end - start else None


class RemoteArchive:
    """The members of an archive that lies elsewhere.

    Raises:
        zipfile.BadZipFile: it is no zip archive.
    """

    def __init__(self, file: SparseFile) -> None:
        self._file = file
        self._zip = ZipFile(file)
        self.members = {info.filename: info for info in self._zip.infolist()}
        ordered = sorted(self.members.values(), key=attrgetter("header_offset"))
        starts = [info.header_offset for info in ordered]
        self._end = dict(zip(starts, [*starts[1:], self._zip.start_dir], strict=True))

    def load(self, names: Iterable[str]) -> None:
        """Fetch these members, neighbours in one request."""
        spans = [self._span(self.members[name]) for name in names]
        for start, end in coalesce(span for span in spans if not self._file.has(*span)):
            self._file.add(start, self._file.fetch(start, end))

    def read(self, name: str) -> bytes:
        """The content of one member, checked against its CRC-32."""
        return self._zip.read(name)

    def directory(self) -> bytes:
        """All bytes from where the list of members begins to the archive's end."""
        self._file.seek(self._zip.start_dir)
        return self._file.read()

    def _span(self, info: ZipInfo) -> tuple[int, int]:
        return info.header_offset, self._end[info.header_offset]


def coalesce(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans with those that touch, overlap or nearly touch made one, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= _GAP:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
