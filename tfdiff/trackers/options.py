"""What a caller chooses when a report is attached, and what it is told afterwards."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal as OneOf

Tracker = OneOf["jira", "github", "gitlab", "redmine", "azure"]
Markup = OneOf["textile", "markdown"]
CommentState = OneOf["added", "updated", "unchanged", "planned"]


@dataclass(frozen=True, slots=True)
class AttachOptions:
    """Choices for one call of ``attach``.

    Attributes:
        base_urls: tracker -> base URL from the configuration (``(("jira", "https://..."),)``);
            the environment's ``JIRA_URL``, ``GITLAB_URL`` ... are used where it names none.
        ca_bundle: certificates to trust beside the system's choice, for self-signed servers.
        dry_run: send nothing at all; the result's ``requests`` say what would be sent.
        github_file: where the file goes, since GitHub has no API for attachments:
            ``none``, ``gist`` or ``release:TAG``. A gist is readable by whoever has its address.
        redmine_markup: the text formatting that the Redmine server is set to.
        connect_timeout: seconds to reach the server, and for each piece of an upload.
        read_timeout: seconds that the server may be silent.
        attempts: how often a request that certainly did nothing is tried.
        state_folder: where uploads are remembered until a comment mentions them; the user's
            own state folder where it is None.
        environ: where tokens and base URLs are looked up.
    """

    base_urls: tuple[tuple[Tracker, str], ...] = ()
    ca_bundle: Path | None = None
    dry_run: bool = False
    github_file: str = "none"
    redmine_markup: Markup = "textile"
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    attempts: int = 4
    state_folder: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


@dataclass(frozen=True, slots=True)
class AttachResult:
    """What was done to the ticket.

    Attributes:
        ticket: web address of the ticket.
        comment: what became of the comment; ``planned`` in a dry run.
        attached: names of the files that were attached by this call.
        already: names of the files that the ticket had already, byte for byte.
        warnings: one sentence each, such as who can read the upload.
        requests: in a dry run, every request without its secrets; else empty.
    """

    ticket: str
    comment: CommentState
    attached: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """The result as lines for people."""
        done = {
            "added": "Added a comment to",
            "updated": "Updated the comment on",
            "unchanged": "The comment is up to date on",
            "planned": "Nothing was sent; this is what would be sent to",
        }
        lines = [f"{done[self.comment]} {self.ticket}"]
        attached = "Would attach" if self.comment == "planned" else "Attached"
        lines += [f"{attached} {name}" for name in self.attached]
        lines += [f"{name} is attached already" for name in self.already]
        lines += [f"Warning: {warning}" for warning in self.warnings]
        return (*lines, *self.requests)
