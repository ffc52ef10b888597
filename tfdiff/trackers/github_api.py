"""GitHub's REST interface as far as it is needed: its headers, its pages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode, urljoin

from tfdiff.trackers import calls
from tfdiff.trackers.answers import Answer
from tfdiff.trackers.session import Session
from tfdiff.trackers.wire import Call

_PAGE: Final = 100
_MOST_PAGES: Final = 50
HEADERS: Final = (
    ("Accept", "application/vnd.github+json"),
    ("X-GitHub-Api-Version", "2022-11-28"),
)


class GitHub:
    """Requests to one GitHub server; paths are relative to ``api`` or whole addresses."""

    def __init__(self, session: Session, api: str) -> None:
        session.trust(api)
        self.session = session
        self.api = api

    def get(self, path: str, doing: str, *, stand_in: object = None, absent: str = "") -> Answer:
        """Read one record; ``absent`` says what a 404 means."""
        call = calls.get(urljoin(f"{self.api}/", path), doing, stand_in=stand_in)
        return self.session.ask(replace(call, headers=HEADERS, absent=absent)).answer

    def log_in(self, accept: tuple[int, ...]) -> Answer:
        """Ask who we are."""
        call = calls.log_in(f"{self.api}/user", self.api)
        return self.session.ask(replace(call, headers=HEADERS), accept).answer

    def pages(self, path: str, doing: str) -> Iterator[Answer]:
        """Read the records of a list, page by page, as far as they are asked for."""
        for page in range(1, _MOST_PAGES + 1):
            query = urlencode({"per_page": _PAGE, "page": page})
            items = list(self.get(f"{path}?{query}", doing, stand_in=[]))
            yield from items
            if len(items) < _PAGE:
                return

    def send(self, method: str, path: str, doing: str, said: object) -> Answer:
        """Write one record."""
        call = calls.send(method, urljoin(f"{self.api}/", path), doing, said)
        return self.ask(call)

    def ask(self, call: Call) -> Answer:
        """Send a request with GitHub's headers."""
        rest = tuple(header for header in call.headers if header[0] != "Accept")
        return self.session.ask(replace(call, headers=(*HEADERS, *rest))).answer
