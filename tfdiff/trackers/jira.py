"""Jira Cloud (REST v3, comments in ADF) and Data Center (REST v2, wiki text)."""

import json
from typing import Final

from tfdiff.trackers import calls
from tfdiff.trackers.answers import Answer
from tfdiff.trackers.desk import Note, Written, find_mark, named, quoted, same_content
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.markup.adf import Node, text_length, to_adf
from tfdiff.trackers.markup.tree import fit
from tfdiff.trackers.markup.wiki import to_wiki
from tfdiff.trackers.session import Session
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket

_PAGE: Final = 100
_FORBIDDEN: Final = 403
_MISSING: Final = 404


class JiraDesk:
    """One issue in Jira; which of the two products it is, the server says itself."""

    takes_files = True

    def __init__(self, session: Session, ticket: Ticket) -> None:
        self.limit: int | None = None
        self.written: Written | None = None
        # 32,767 is the default; the administrator of a Data Center may have set another.
        self.lengths: tuple[int, ...] = (32_767, 16_000, 8_000, 4_000)
        self.warnings: list[str] = []
        self._session = session
        self._ticket = ticket
        self._cloud = ticket.base.endswith(".atlassian.net")
        self._me = ""
        self._attachments: list[tuple[str, int, str]] = []

    @property
    def _api(self) -> str:
        return f"{self._ticket.base}/rest/api/{3 if self._cloud else 2}"

    @property
    def _issue(self) -> str:
        return f"{self._api}/issue/{quoted(self._ticket.number)}"

    def look(self, summary: Summary) -> None:
        """Read the kind of server, its limit, the issue's attachments and our comment."""
        kind = "Cloud" if self._cloud else "Server"
        info = calls.get(
            f"{self._ticket.base}/rest/api/2/serverInfo",
            "ask which Jira it is",
            stand_in={"deploymentType": kind},
        )
        self._cloud = self._session.ask(info).answer["deploymentType"].text == "Cloud"
        whoami = calls.log_in(f"{self._api}/myself", self._ticket.base)
        self._me = _name_of(self._session.ask(whoami).answer)
        issue = calls.get(self._issue, "read the ticket", {"fields": "attachment"})
        for item in self._session.ask(issue).answer["fields"]["attachment"]:
            size = item["size"].number or 0
            self._attachments.append((item["filename"].text, size, item["id"].text))
        meta = calls.get(
            f"{self._api}/attachment/meta",
            "ask for the size limit",
            stand_in={"enabled": True},
        )
        said = self._session.ask(meta, accept=(_FORBIDDEN, _MISSING)).answer
        if said["enabled"].truth is False:
            raise AttachError("attachments are switched off on this Jira: ask its administrator")
        self.limit = said["uploadLimit"].number
        self._find_comment(summary.marker)

    def name_of(self, file: Attachment) -> str | None:
        """The name of an attachment with these bytes; only those of its size are fetched."""
        for name, size, number in self._attachments:
            if size == len(file.content):
                path = f"rest/api/3/attachment/content/{quoted(number)}"
                if not self._cloud:
                    path = f"secure/attachment/{quoted(number)}/{quoted(name)}"
                url = f"{self._ticket.base}/{path}"
                if same_content(self._session, url, file):
                    return name
        return None

    def attach(self, file: Attachment) -> None:
        """Attach a file to the issue."""
        headers = (("X-Atlassian-Token", "no-check"),)
        self._session.ask(calls.form(f"{self._issue}/attachments", file, headers=headers))

    def tail(self, files: tuple[Attachment, ...]) -> str:
        """Markdown that names the files."""
        return named(files)

    def write(self, note: Note, length: int) -> None:
        """Add or update the comment."""
        body = self._adf(note, length) if self._cloud else self._wiki(note, length)
        url = f"{self._issue}/comment"
        if self.written:
            call = calls.send(
                "PUT", f"{url}/{quoted(self.written.id)}", "update the comment", {"body": body}
            )
        else:
            call = calls.send("POST", url, "add the comment", {"body": body})
        self._session.ask(call)

    def finish(self) -> None:
        """Nothing: an attachment is on the issue as soon as it is sent."""

    def _adf(self, note: Note, length: int) -> Node:
        # ADF has no comments: the mark hides in the address of a link to the ticket itself.
        tail = f"{note.tail}\n\n[tfdiff]({self._ticket.url}#{note.mark})"
        return to_adf(
            fit(note.summary.markdown, tail, length, lambda text: text_length(to_adf(text)))
        )

    def _wiki(self, note: Note, length: int) -> str:
        head = f"{{anchor:{note.mark}}}\n"
        text = fit(
            note.summary.markdown,
            note.tail,
            length - len(head),
            lambda text: len(to_wiki(text).encode("utf-16-le")) // 2,
        )
        return head + to_wiki(text)

    def _find_comment(self, marker: str) -> None:
        start = 0
        while True:
            query: dict[str, str | int] = {"startAt": start, "maxResults": _PAGE}
            call = calls.get(f"{self._issue}/comment", "read the comments", query)
            page = self._session.ask(call).answer
            comments = list(page["comments"])
            for comment in comments:
                digest = self._digest_of(comment["body"].value, marker)
                if digest and _name_of(comment["author"]) == self._me:
                    self.written = Written(comment["id"].text, digest)
                    return
            start += len(comments)
            if not comments or start >= (page["total"].number or 0):
                return

    @staticmethod
    def _digest_of(body: object, marker: str) -> str | None:
        if isinstance(body, str):
            return find_mark(body, marker, before=r"\{anchor:")
        return find_mark(json.dumps(body), f"#{marker}")


def _name_of(user: Answer) -> str:
    return user["accountId"].text or user["key"].text or user["name"].text
