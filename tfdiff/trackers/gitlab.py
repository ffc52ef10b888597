"""GitLab: an upload first, then a note that links to it."""

import re
from typing import Final
from urllib.parse import unquote

from tfdiff.trackers import calls
from tfdiff.trackers.answers import Answer
from tfdiff.trackers.desk import Note, Written, commented_markdown, find_mark, quoted
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.memory import Memory
from tfdiff.trackers.session import Session
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket

_PAGE: Final = 100
_MOST_PAGES: Final = 50
_LISTED: Final = re.compile(r"<!-- tfdiff-file ([0-9a-f]{64}) (\S+) (\S+) -->")


class GitLabDesk:
    """One issue in a GitLab project."""

    takes_files = True

    def __init__(self, session: Session, ticket: Ticket, memory: Memory) -> None:
        self.limit: int | None = None
        self.written: Written | None = None
        self.lengths: tuple[int, ...] = (1_000_000, 100_000)
        self.warnings: list[str] = []
        self._session = session
        self._base = ticket.base
        self._api = f"{ticket.base}/api/v4"
        self._place = f"{ticket.base} {ticket.place}"
        self._project = f"{self._api}/projects/{quoted(ticket.place)}"
        self._issue = f"{self._project}/issues/{quoted(ticket.number)}"
        self._memory = memory
        self._listed: dict[str, tuple[str, str]] = {}  # digest -> name, address

    def look(self, summary: Summary) -> None:
        """Read who we are, who can see the project, the issue and our note."""
        me = self._session.ask(calls.log_in(f"{self._api}/user", self._base)).answer["id"].text
        project = self._get(self._project, "read the project")
        self._get(self._issue, "read the ticket")
        if project["visibility"].text in {"public", "internal"}:
            who = "anyone" if project["visibility"].text == "public" else "everyone with an account"
            self.warnings.append(
                f"the project is {project['visibility'].text}: {who} can read an uploaded file "
                "who has its address"
            )
        for page in range(1, _MOST_PAGES + 1):
            query: dict[str, str | int] = {"per_page": _PAGE, "page": page, "sort": "asc"}
            notes = list(self._get(f"{self._issue}/notes", "read the comments", query, []))
            for note in notes:
                body = note["body"].text
                digest = find_mark(body, summary.marker, before="<!-- ")
                if digest and note["author"]["id"].text == me:
                    self.written = Written(note["id"].text, digest)
                    for listed, name, address in _LISTED.findall(body):
                        self._listed[listed] = unquote(name), address
                    return
            if len(notes) < _PAGE:
                return

    def name_of(self, file: Attachment) -> str | None:
        """The name of an upload of these bytes that our note, or this machine, knows."""
        remembered = None if self._session.dry else self._memory.recall(self._key(file.digest))
        if file.digest not in self._listed and remembered:
            self._listed[file.digest] = file.name, remembered
        return self._listed.get(file.digest, (None, ""))[0]

    def attach(self, file: Attachment) -> None:
        """Upload a file to the project."""
        stand_in = {"url": f"/uploads/(secret)/{quoted(file.name)}"}
        call = calls.form(f"{self._project}/uploads", file, stand_in=stand_in)
        address = self._session.ask(call).answer["url"].text
        self._listed[file.digest] = file.name, address
        if not self._session.dry:
            self._memory.remember(self._key(file.digest), address)

    def tail(self, files: tuple[Attachment, ...]) -> str:
        """Markdown that links to the uploads, and lists them for the next run."""
        pairs = [(file, self._listed[file.digest][1]) for file in files]
        links = ", ".join(f"[{file.name}]({address})" for file, address in pairs)
        listed = "\n".join(
            f"<!-- tfdiff-file {file.digest} {quoted(file.name)} {address} -->"
            for file, address in pairs
        )
        return f"Attached: {links}\n\n{listed}" if pairs else ""

    def write(self, note: Note, length: int) -> None:
        """Add or update the note."""
        said = {"body": commented_markdown(note, length)}
        if self.written:
            url = f"{self._issue}/notes/{quoted(self.written.id)}"
            self._session.ask(calls.send("PUT", url, "update the comment", said))
        else:
            call = calls.send("POST", f"{self._issue}/notes", "add the comment", said)
            self._session.ask(call)
        if not self._session.dry:
            self._memory.forget(tuple(self._key(digest) for digest in self._listed))

    def finish(self) -> None:
        """Nothing: uploads stand for themselves."""

    def _key(self, digest: str) -> str:
        return f"{self._place} {digest}"

    def _get(
        self,
        url: str,
        doing: str,
        query: dict[str, str | int] | None = None,
        stand_in: object = None,
    ) -> Answer:
        return self._session.ask(calls.get(url, doing, query, stand_in=stand_in)).answer
