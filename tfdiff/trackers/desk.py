"""What every tracker's module offers, and how it recognises its own comment."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol
from urllib.parse import quote

from tfdiff.trackers import calls
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.markup.tree import fit
from tfdiff.trackers.session import Session
from tfdiff.trackers.summary import Summary

_DIGITS: Final = 12
_UNREADABLE: Final = (403, 404)


@dataclass(frozen=True, slots=True)
class Written:
    """A comment of ours that is on the ticket already; ``digest`` tells what it says."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Note:
    """A comment to write.

    Attributes:
        summary: what it is about.
        tail: Markdown at its end that is never cut, such as the links to the files.
    """

    summary: Summary
    tail: str

    @property
    def digest(self) -> str:
        """What it says, in short: two notes with the same digest say the same."""
        said = f"{self.summary.markdown}\0{self.tail}"
        return sha256(said.encode()).hexdigest()[:_DIGITS]

    @property
    def mark(self) -> str:
        """What is hidden in the comment, so that the next run finds it."""
        return f"{self.summary.marker}-{self.digest}"


class Desk(Protocol):
    """One ticket on one tracker: read it, attach files, write the comment.

    Attributes:
        limit: the largest file in bytes that the server takes, None where it does not say.
        written: our comment as ``look`` found it.
        lengths: how long a comment may be, the longest first; the next is tried where the
            server refuses one for its length.
        warnings: what the user should know, one sentence each.
    """

    limit: int | None
    written: Written | None
    lengths: tuple[int, ...]
    warnings: list[str]

    @property
    def takes_files(self) -> bool:
        """Whether files can be attached."""

    def look(self, summary: Summary) -> None:
        """Read what is on the ticket already."""

    def name_of(self, file: Attachment) -> str | None:
        """The name under which the ticket has exactly these bytes already, None if it has not."""

    def attach(self, file: Attachment) -> None:
        """Attach a file, or bring it to where the comment can take it along."""

    def tail(self, files: tuple[Attachment, ...]) -> str:
        """Markdown that says which files belong to the comment."""

    def write(self, note: Note, length: int) -> None:
        """Add our comment, or update it if ``look`` found it."""

    def finish(self) -> None:
        """Finish attaching where the comment is up to date, and no ``write`` follows."""


def find_mark(text: str, marker: str, before: str = "") -> str | None:
    """The digest of a comment of ours, None if it is none.

    Args:
        text: the comment as the tracker keeps it.
        marker: what our comment about this report has in it.
        before: pattern of what the text has to start with, up to the marker: a comment that
            quotes ours has it further down. Where it is empty the mark may stand anywhere.
    """
    pattern = rf"{re.escape(marker)}-([0-9a-f]{{{_DIGITS}}})\b"
    if before:
        pattern = rf"\s*(?:{before}){pattern}"
    match = re.match(pattern, text) if before else re.search(pattern, text)
    return match[1] if match else None


def same_content(session: Session, url: str, file: Attachment) -> bool:
    """Whether the server has these bytes there; what may not be read is not the same."""
    call = calls.download(url, f"compare {file.name} with what is attached")
    reply = session.ask(call, accept=_UNREADABLE)
    return reply.ok and reply.body == file.content


def named(files: tuple[Attachment, ...]) -> str:
    """The files by name, as Markdown."""
    names = ", ".join(f"`{file.name}`" for file in files)
    return f"Attached: {names}" if names else ""


def commented_markdown(note: Note, length: int) -> str:
    """The note in Markdown for GitHub and GitLab, the mark in an HTML comment."""
    tail = note.tail
    head = f"<!-- {note.mark} -->\n"
    return head + fit(
        note.summary.markdown, tail, length - len(head), lambda text: len(text.encode())
    )


def quoted(part: str) -> str:
    """A part of a path, with everything quoted."""
    return quote(part, safe="")
