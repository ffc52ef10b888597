"""Azure DevOps: an attachment, a relation from the work item to it, a comment in HTML."""

from typing import Final
from urllib.parse import urlencode

from tfdiff.trackers import calls
from tfdiff.trackers.answers import Answer
from tfdiff.trackers.desk import Note, Written, find_mark, named, quoted
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.markup.page import to_html
from tfdiff.trackers.markup.tree import fit
from tfdiff.trackers.session import Session
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket

_VERSION: Final = "7.0"
_COMMENTS_VERSION: Final = "7.0-preview.3"
_LOGIN_VERSION: Final = "7.0-preview.1"
_PAGE: Final = 200
_MOST_PAGES: Final = 50
_LONGEST: Final = 150_000


class AzureDesk:
    """One work item in Azure DevOps."""

    takes_files = True

    def __init__(self, session: Session, ticket: Ticket) -> None:
        self.limit: int | None = None
        self.written: Written | None = None
        self.lengths: tuple[int, ...] = (_LONGEST, 30_000)
        self.warnings: list[str] = []
        self._session = session
        self._ticket = ticket
        self._number = quoted(ticket.number)
        self._project = ticket.place
        self._revision: int | None = None
        self._relations: Answer = Answer(None)

    def look(self, summary: Summary) -> None:
        """Read who we are, the work item with its relations, and our comment."""
        login = self._url("", "connectionData", _LOGIN_VERSION)
        whoami = self._session.ask(calls.log_in(login, self._ticket.base)).answer
        me = whoami["authenticatedUser"]["id"].text
        item = self._get(self._item({"$expand": "relations"}), "read the ticket")
        self._took(item)
        # Comments are addressed with the project, and a copied address may lack it.
        self._project = item["fields"]["System.TeamProject"].text or self._project
        token = ""
        for _ in range(_MOST_PAGES):
            query = {"$top": str(_PAGE), **({"continuationToken": token} if token else {})}
            page = self._get(self._comments("", query), "read the comments")
            for comment in page["comments"]:
                digest = find_mark(comment["text"].text, f"#{summary.marker}")
                if digest and comment["createdBy"]["id"].text == me:
                    self.written = Written(comment["id"].text, digest)
                    return
            token = page["continuationToken"].text
            if not token:
                return

    def name_of(self, file: Attachment) -> str | None:
        """The name of an attachment whose relation says that it has these bytes."""
        for relation in self._relations:
            if file.digest in relation["attributes"]["comment"].text:
                return relation["attributes"]["name"].text
        return None

    def attach(self, file: Attachment) -> None:
        """Upload a file and relate the work item to it."""
        url = self._url(self._project, "wit/attachments", _VERSION, {"fileName": file.name})
        stand_in = {"url": "(address of the attachment)"}
        address = self._session.ask(calls.upload(url, file, stand_in=stand_in)).answer["url"].text
        relation = {
            "rel": "AttachedFile",
            "url": address,
            "attributes": {"name": file.name, "comment": f"tfdiff sha256 {file.digest}"},
        }
        steps: list[dict[str, object]] = [
            {"op": "add", "path": "/relations/-", "value": relation},
        ]
        if self._revision is not None:
            # Refused if somebody changed the work item in between, so nothing is overwritten.
            steps.insert(0, {"op": "test", "path": "/rev", "value": self._revision})
        call = calls.send(
            "PATCH",
            self._item({"$expand": "relations"}),
            f"relate {file.name} to the ticket",
            steps,
            kind="application/json-patch+json",
        )
        self._took(self._session.ask(call).answer)

    def tail(self, files: tuple[Attachment, ...]) -> str:
        """Markdown that names the files."""
        return named(files)

    def write(self, note: Note, length: int) -> None:
        """Add or update the comment."""
        # Azure takes comments and attributes out of HTML: the mark hides in a link's address.
        tail = f"{note.tail}\n\n[tfdiff]({self._ticket.url}#{note.mark})"
        text = to_html(
            fit(note.summary.markdown, tail, length, lambda text: len(to_html(text).encode()))
        )
        said = {"text": text}
        if self.written:
            url = self._comments(f"/{quoted(self.written.id)}", {})
            call = calls.send("PATCH", url, "update the comment", said)
        else:
            call = calls.send("POST", self._comments("", {}), "add the comment", said)
        self._session.ask(call)

    def finish(self) -> None:
        """Nothing: the relation is made as soon as the file is there."""

    def _took(self, item: Answer) -> None:
        self._revision = item["rev"].number
        self._relations = item["relations"]

    def _get(self, url: str, doing: str) -> Answer:
        return self._session.ask(calls.get(url, doing)).answer

    def _item(self, query: dict[str, str]) -> str:
        return self._url(self._project, f"wit/workitems/{self._number}", _VERSION, query)

    def _comments(self, path: str, query: dict[str, str]) -> str:
        path = f"wit/workItems/{self._number}/comments{path}"
        return self._url(self._project, path, _COMMENTS_VERSION, query)

    def _url(
        self, project: str, path: str, version: str, query: dict[str, str] | None = None
    ) -> str:
        place = f"/{quoted(project)}" if project else ""
        asked = urlencode({**(query or {}), "api-version": version}, safe="$")
        return f"{self._ticket.base}{place}/_apis/{path}?{asked}"
