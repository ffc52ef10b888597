"""The folder of one mirror: made at once or not at all, changed by one run at a time."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock, Timeout

from tfdiff.errors import SourceError
from tfdiff.sources.cache import not_writable, write_whole

_LOCK_SECONDS = 900.0  # another run may be fetching over a slow line
# What git needs to take this for a repository that may lack blobs; the remote itself is named
# on each call, so that no password gets to the disk.
_CONFIG = """[core]
\trepositoryformatversion = 1
\tfilemode = true
\tbare = true
[extensions]
\tpartialClone = origin
"""


class MirrorFolder:
    """Where one mirror lives.

    Args:
        git_dir: the bare repository; it need not exist yet.
    """

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out, see that the repository is there, and clear what a killed run left.

        Raises:
            SourceError: another run does not end, or the folder cannot be written.
        """
        try:
            self.git_dir.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.git_dir}.lock", timeout=_LOCK_SECONDS):
                self._create()
                self._clear_leftovers()
                try:
                    yield
                except BaseException:
                    self._clear_leftovers()  # the room that half a pack takes may be all there was
                    raise
        except Timeout as error:
            raise SourceError(
                f"Another run has held {self.git_dir} for {_LOCK_SECONDS / 60:.0f} minutes. "
                f"Wait for it or end it, then try again."
            ) from error
        except OSError as error:
            raise not_writable(self.git_dir.parent, error) from error

    def discard(self) -> None:
        """Throw the repository away and begin an empty one; only while locked."""
        with suppress(FileNotFoundError):
            away = mkdtemp(prefix="damaged-", dir=self.git_dir.parent)
            self.git_dir.rename(Path(away, "git"))
            shutil.rmtree(away, ignore_errors=True)
        self._create()

    def note(self, name: str) -> bytes | None:
        """A note kept beside git's own files, or None where there is none."""
        try:
            return (self.git_dir / f"tfdiff-{name}").read_bytes()
        except OSError:
            return None

    def keep_note(self, name: str, content: bytes) -> None:
        """Keep a note for later runs; only while locked."""
        write_whole(self.git_dir / f"tfdiff-{name}", content)

    def _create(self) -> None:
        if self.git_dir.exists():
            return
        fresh = Path(mkdtemp(prefix="new-", dir=self.git_dir.parent))
        for folder in ("objects/info", "objects/pack", "refs/tags", "refs/heads", "info"):
            (fresh / folder).mkdir(parents=True)
        (fresh / "HEAD").write_text("ref: refs/heads/master\n", encoding="ascii")
        (fresh / "config").write_text(_CONFIG, encoding="ascii")
        fresh.rename(self.git_dir)

    def _clear_leftovers(self) -> None:
        """Remove the locks and half-written packs of runs that were killed."""
        for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/tmp_*"):
            for file in self.git_dir.glob(pattern):
                with suppress(OSError):
                    file.unlink()
