"""The files to attach, read once, so that what is compared is what is sent."""

import mimetypes
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from tfdiff.trackers.errors import AttachError

_TYPES = {".html": "text/html", ".json": "application/json", ".md": "text/markdown"}


@dataclass(frozen=True)
class Attachment:
    """One file with its content."""

    name: str
    content: bytes = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return sha256(self.content).hexdigest()

    @property
    def media_type(self) -> str:
        """What kind of file it is, by its name."""
        suffix = Path(self.name).suffix.lower()
        return (
            _TYPES.get(suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        )

    @property
    def described(self) -> str:
        """The file as a dry run shows it."""
        return f"({self.name}: {len(self.content):,} bytes, sha256 {self.digest})"


def read_attachments(paths: tuple[Path, ...]) -> tuple[Attachment, ...]:
    """Read the files to attach.

    Raises:
        AttachError: one cannot be read, is empty, or has the name of another.
    """
    read: dict[str, Attachment] = {}
    for path in dict.fromkeys(paths):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise AttachError(f"could not read {path}: {error.strerror or error}") from None
        if not content:
            raise AttachError(f"{path} is empty: write the report again before attaching it")
        if path.name in read:
            raise AttachError(f"two files are named {path.name}: give one of them another name")
        read[path.name] = Attachment(path.name, content)
    return tuple(read.values())
