"""The folder of an atlas: replaced as a whole, and only where it is one."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import Final

from tfdiff.errors import OutputError, UsageError

MANIFEST: Final = "atlas.json"


class Site:
    """A folder that holds an atlas, or will.

    Args:
        folder: where; its parent must exist.

    Raises:
        UsageError: something stands there that no atlas wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._refuse_what_is_not_ours()

    def _refuse_what_is_not_ours(self) -> None:
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise UsageError(f"{self.folder} is a file; an atlas is a folder. Name another one.")
        there = {path for path in self.folder.rglob("*") if not path.is_dir() or path.is_symlink()}
        ours = {self.folder / name for name in self._written()}
        foreign = sorted(there - ours - {self.folder / MANIFEST})
        if foreign:
            raise UsageError(
                f"{self.folder} holds what is not of an atlas ({foreign[0].name}), and an atlas "
                f"replaces its whole folder. Name an empty one, or one that does not exist."
            )

    def _written(self) -> dict[str, str]:
        """What the manifest lists: path -> digest."""
        try:
            said = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            return {str(name): str(digest) for name, digest in said["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def replace(self, files: Mapping[str, str], said: Mapping[str, object]) -> None:
        """Put an atlas in the folder's place: readers see the old one or the new one.

        Args:
            files: path in the folder -> text.
            said: what the manifest says besides of these files.

        Raises:
            OutputError: it cannot be written; what stood there before still does.
        """
        encoded = {name: text.encode() for name, text in sorted(files.items())}
        digests = {name: sha256(content).hexdigest() for name, content in encoded.items()}
        manifest = json.dumps({**said, "files": digests}, indent=1) + "\n"
        if self._holds(manifest, encoded):
            return
        beside = self.folder.with_name(f".{self.folder.name[:80]}.{token_hex(6)}.part")
        try:
            for name, content in {**encoded, MANIFEST: manifest.encode()}.items():
                if not self._taken_over(name, content, beside):
                    _write(beside / name, content)
            self._swap(beside)
        except OSError as error:
            raise OutputError(
                f"Could not write the atlas to {self.folder}: {error.strerror or error}. "
                f"Nothing was changed there; make room, or name another folder with -o."
            ) from error
        finally:
            rmtree(beside, ignore_errors=True)

    def _holds(self, manifest: str, encoded: Mapping[str, bytes]) -> bool:
        """Whether exactly these files stand there already."""
        try:
            return (self.folder / MANIFEST).read_text(encoding="utf-8") == manifest and all(
                (self.folder / name).read_bytes() == content for name, content in encoded.items()
            )
        except OSError:
            return False

    def _taken_over(self, name: str, content: bytes, beside: Path) -> bool:
        """Whether a file that stays as it is was linked from the folder, not written again."""
        stands = self.folder / name
        try:
            if stands.is_symlink() or stands.read_bytes() != content:
                return False
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).hardlink_to(stands)
        except OSError:  # there is none, or the file system knows no links
            return False
        return True

    def _swap(self, beside: Path) -> None:
        self._refuse_what_is_not_ours()  # it was looked at long ago
        if not self.folder.exists():
            beside.rename(self.folder)
            return
        aside = beside.with_suffix(".old")
        self.folder.rename(aside)
        try:
            beside.rename(self.folder)
        except OSError:
            aside.rename(self.folder)
            raise
        with suppress(OSError):
            rmtree(aside)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # a full disk may only say so now
