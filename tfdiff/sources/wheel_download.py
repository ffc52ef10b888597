"""Fetches parts of a wheel by byte ranges, or all of it where the server has none."""

from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from tfdiff.sources.cache import not_writable
from tfdiff.sources.failures import UnreachableError
from tfdiff.sources.options import Progress
from tfdiff.sources.wheel_archive import SparseFile

if TYPE_CHECKING:
    from requests import Response, Session

    from tfdiff.sources.wheel_store import Wheel

# Holds the list of members of every TensorFlow wheel up to 2.8; a longer one costs one request.
_TAIL = 1 << 20
_CHUNK = 1 << 18


class Download:
    """Fetches from one index with one session.

    Args:
        offline: refuse to.
        progress: who hears how far it is.
    """

    def __init__(self, progress: Progress, *, offline: bool) -> None:
        self._offline = offline
        self._progress = progress

    @cached_property
    def session(self) -> "Session":
        """The session, made when something has to be fetched."""
        if self._offline:
            raise UnreachableError(
                "What is needed is not in the cache, and --offline forbids to fetch it. "
                "Run once without it."
            )
        from tfdiff.sources.http import new_session  # noqa: PLC0415 - takes 0.1 s, seldom needed

        return new_session()

    def open(self, wheel: "Wheel", archive: Path) -> SparseFile:
        """A wheel as a file; its end is here, or all of it, kept as ``archive``."""
        from tfdiff.sources.http import ask, reaching  # noqa: PLC0415 - as above

        with reaching(wheel.filename):
            answer, partial = ask(self.session, wheel.url, f"bytes=-{_TAIL}")
            with answer:
                if not partial:
                    self._keep_whole(wheel, answer, archive)
                    return local_file(archive)
                tail = answer.content
        size = int(answer.headers["Content-Range"].rpartition("/")[2])
        file = SparseFile(size, self.fetcher(wheel))
        file.add(size - len(tail), tail)
        return file

    def fetcher(self, wheel: "Wheel") -> Callable[[int, int], bytes]:
        """What fetches a span of a wheel."""

        def fetch(start: int, end: int) -> bytes:
            from tfdiff.sources.http import ask, reaching  # noqa: PLC0415 - as above

            handle = self._progress.start(f"Fetching from {wheel.filename}", end - start)
            try:
                with reaching(wheel.filename):
                    answer, partial = ask(self.session, wheel.url, f"bytes={start}-{end - 1}")
                    with answer:
                        content = answer.content if partial else answer.content[start:end]
                handle.advance(len(content))
            finally:
                handle.done()
            if len(content) != end - start:
                raise UnreachableError(f"{wheel.filename} was cut off. Try again.")
            return content

        return fetch

    def _keep_whole(self, wheel: "Wheel", answer: "Response", archive: Path) -> None:
        handle = self._progress.start(f"Downloading {wheel.filename}", wheel.size)
        from requests import RequestException  # noqa: PLC0415 - as above

        digest = sha256()
        try:
            archive.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=archive.parent, prefix="new-", delete=False) as file:
                try:
                    for chunk in answer.iter_content(_CHUNK):
                        file.write(chunk)
                        digest.update(chunk)
                        handle.advance(len(chunk))
                except BaseException:
                    Path(file.name).unlink()
                    raise
            if wheel.sha256 and digest.hexdigest() != wheel.sha256:
                Path(file.name).unlink()
                raise UnreachableError(f"{wheel.filename} arrived damaged. Try again.")
            Path(file.name).replace(archive)
        except RequestException:  # an OSError too
            raise
        except OSError as error:
            raise not_writable(archive.parent, error) from error
        finally:
            handle.done()


def local_file(archive: Path) -> SparseFile:
    """An archive on this machine, read like one elsewhere."""

    def fetch(start: int, end: int) -> bytes:
        with archive.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    return SparseFile(archive.stat().st_size, fetch)
