"""GitHub: comments; files go where the user says (see ``github_files``)."""

from typing import Final
from urllib.parse import urlsplit

from tfdiff.trackers.desk import Note, Written, commented_markdown, find_mark, quoted
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.github_api import GitHub
from tfdiff.trackers.github_files import FilePlace
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket

_NOT_A_PERSON: Final = 403


def api_of(base: str) -> str:
    """Where the server whose pages are at ``base`` has its REST interface."""
    host = urlsplit(base).hostname or ""
    if host == "github.com" or host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"{base}/api/v3"


class GitHubDesk:
    """One issue or pull request on GitHub."""

    def __init__(self, github: GitHub, ticket: Ticket, place: FilePlace | None) -> None:
        self.limit: int | None = None
        self.written: Written | None = None
        self.lengths: tuple[int, ...] = (65_536, 32_768, 16_384)
        self.warnings: list[str] = []
        self.takes_files = place is not None
        self._github = github
        self._issues = f"{github.api}/repos/{ticket.place}/issues"
        self._issue = f"{self._issues}/{quoted(ticket.number)}"
        self._place = place
        self._addresses: dict[str, str] = {}

    def look(self, summary: Summary) -> None:
        """Read who we are, the issue, our comment, and our files where they go."""
        me = self._github.log_in(accept=(_NOT_A_PERSON,))["login"].text
        issue = self._github.get(self._issue, "read the ticket")
        if issue["locked"].truth:
            self.warnings.append("the ticket is locked: only collaborators can comment on it")
        for comment in self._github.pages(f"{self._issue}/comments", "read the comments"):
            digest = find_mark(comment["body"].text, summary.marker, before="<!-- ")
            user = comment["user"]
            # In Actions we are an app, which has no name of its own to ask for.
            if digest and (user["login"].text == me if me else user["type"].text == "Bot"):
                self.written = Written(comment["id"].text, digest)
                break
        if self._place:
            self._place.look(summary.marker)
            self.warnings += self._place.warnings
        else:
            self.warnings.append(
                "GitHub has no API that attaches files to an issue, so the comment carries the "
                "summary only: --github-file gist or --github-file release:TAG says where the "
                "file may go"
            )

    def name_of(self, file: Attachment) -> str | None:
        """The name of our gist or release asset with these bytes."""
        name, address = self._place.find(file) if self._place else ("", "")
        if not address:
            return None
        self._addresses[name] = address
        return name

    def attach(self, file: Attachment) -> None:
        """Put the file where the user said."""
        if self._place:
            self._addresses[file.name] = self._place.put(file)

    def tail(self, files: tuple[Attachment, ...]) -> str:
        """Markdown that links to the files."""
        links = [f"[{file.name}]({self._addresses[file.name]})" for file in files]
        return f"Files: {', '.join(links)}" if links else ""

    def write(self, note: Note, length: int) -> None:
        """Add or update the comment."""
        said = {"body": commented_markdown(note, length)}
        if self.written:
            url = f"{self._issues}/comments/{quoted(self.written.id)}"
            self._github.send("PATCH", url, "update the comment", said)
        else:
            self._github.send("POST", f"{self._issue}/comments", "add the comment", said)

    def finish(self) -> None:
        """Nothing: gists and assets stand for themselves."""
