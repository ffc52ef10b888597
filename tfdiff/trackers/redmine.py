"""Redmine: files are uploaded first, then come to the issue together with the note."""

from typing import Final
from urllib.parse import urlencode

from tfdiff.trackers import calls
from tfdiff.trackers.desk import Note, Written, find_mark, named, quoted, same_content
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.markup.textile import to_textile
from tfdiff.trackers.markup.tree import fit
from tfdiff.trackers.options import Markup
from tfdiff.trackers.session import Session
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket

_LONGEST: Final = 65_535  # bytes: the column that MySQL keeps a note in
_MISSING: Final = 404


class RedmineDesk:
    """One issue in Redmine."""

    takes_files = True

    def __init__(self, session: Session, ticket: Ticket, markup: Markup) -> None:
        self.limit: int | None = None
        self.written: Written | None = None
        self.lengths: tuple[int, ...] = (_LONGEST,)
        self.warnings: list[str] = []
        self._session = session
        self._base = ticket.base
        self._issue = f"{ticket.base}/issues/{quoted(ticket.number)}.json"
        self._textile = markup == "textile"
        self._attachments: list[tuple[str, int, str]] = []
        self._uploaded: list[dict[str, str]] = []

    def look(self, summary: Summary) -> None:
        """Read who we are, the issue's attachments and our note."""
        whoami = calls.log_in(f"{self._base}/users/current.json", self._base)
        me = self._session.ask(whoami).answer["user"]["id"].text
        query: dict[str, str | int] = {"include": "attachments,journals"}
        issue = self._session.ask(calls.get(self._issue, "read the ticket", query)).answer["issue"]
        self._attachments = [
            (item["filename"].text, item["filesize"].number or 0, item["id"].text)
            for item in issue["attachments"]
        ]
        before = r"(?:h[1-6]|p)\(#|\["
        for journal in issue["journals"]:
            digest = find_mark(journal["notes"].text, summary.marker, before)
            # The last one counts: before Redmine 5.0 a note cannot be changed, only added.
            if digest and journal["user"]["id"].text == me:
                self.written = Written(journal["id"].text, digest)

    def name_of(self, file: Attachment) -> str | None:
        """The name of an attachment with these bytes; only those of its size are fetched."""
        for name, size, number in self._attachments:
            if size == len(file.content):
                url = f"{self._base}/attachments/download/{quoted(number)}/{quoted(name)}"
                if same_content(self._session, url, file):
                    return name
        return None

    def attach(self, file: Attachment) -> None:
        """Upload a file; it comes to the issue with the note."""
        url = f"{self._base}/uploads.json?{urlencode({'filename': file.name})}"
        stand_in = {"upload": {"token": "(token of the upload)"}}
        answer = self._session.ask(calls.upload(url, file, stand_in=stand_in)).answer
        token = answer["upload"]["token"].text
        self._uploaded.append(
            {"token": token, "filename": file.name, "content_type": file.media_type}
        )

    def tail(self, files: tuple[Attachment, ...]) -> str:
        """Markdown that names the files."""
        return named(files)

    def write(self, note: Note, length: int) -> None:
        """Add or update the note; the uploaded files come along."""
        text = self._text(note, length)
        if self.written:
            self.finish()
            url = f"{self._base}/journals/{quoted(self.written.id)}.json"
            call = calls.send("PUT", url, "update the comment", {"journal": {"notes": text}})
            if self._session.ask(call, accept=(_MISSING,)).status != _MISSING:
                return
            self.warnings.append("this Redmine cannot change a note (5.0 can): a new one is added")
        self._put({"notes": text}, "add the comment")
        self.written = None
        self._check(note)

    def finish(self) -> None:
        """Bring the uploaded files to the issue where no new note takes them along."""
        if self._uploaded:
            self._put({}, "attach the uploaded files")

    def _put(self, fields: dict[str, str], doing: str) -> None:
        said: dict[str, object] = {**fields}
        if self._uploaded:
            said["uploads"] = list(self._uploaded)
        self._session.ask(calls.send("PUT", self._issue, doing, {"issue": said}))
        self._uploaded.clear()

    def _check(self, note: Note) -> None:
        # Redmine answers 204 although it drops what the account may not write.
        if self._session.dry:
            return
        self.look(note.summary)
        if self.written is None or self.written.digest != note.digest:
            raise AttachError(
                "could not add the comment: Redmine took the request and dropped the note. The "
                "account needs the permission Add notes in the project"
            )

    def _text(self, note: Note, length: int) -> str:
        def written(markdown: str) -> str:
            if self._textile:
                return to_textile(markdown, note.mark)
            # A definition that nothing refers to: no Markdown shows it.
            return f"[{note.mark}]: #\n\n{markdown}"

        def size(markdown: str) -> int:
            return len(written(markdown).encode())

        return written(fit(note.summary.markdown, note.tail, length, size))
