"""What a refusal means and what to do about it."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from tfdiff.render.visible import one_line
from tfdiff.trackers.options import Tracker
from tfdiff.trackers.secret import Credential, how_to_give_a_token
from tfdiff.trackers.ticket import Ticket
from tfdiff.trackers.wire import Broken, Call, Reply

RUN_AGAIN: Final = "Run the same command again: it looks first and does only what is missing"
SMALLER: Final = (
    "Attach a smaller report: one optimizer only, or the JSON or Markdown instead of the HTML"
)
_MOST_SAID: Final = 300
_TOO_LONG: Final = re.compile(r"too long|exceeds? the (?:maximum|allowed)|CONTENT_LIMIT_EXCEEDED")
# "5 MB", "10 MiB", "1024 Bytes"; Redmine writes bytes without a unit: "(5242880)".
_SIZE: Final = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMG]?)(?:i?B|Bytes)\b|\((?P<bytes>\d+)\)", re.IGNORECASE
)
_PERMISSION: Final[Mapping[Tracker, str]] = {
    "jira": "the account needs Browse Projects, Add Comments and Create Attachments there",
    "github": (
        "the token needs write access to issues (in Actions: permissions: issues: write; for a "
        "gist the scope gist, for a release contents: write)"
    ),
    "gitlab": "the token needs the scope api and at least the role Reporter in the project",
    "redmine": (
        "the account needs Add notes, Edit own notes and Edit issues in the project (and the "
        "administrator must have enabled the REST API)"
    ),
    "azure": "the token needs the scope Work Items (Read & write)",
}
_TOKENS: Final[Mapping[Tracker, str]] = {
    "jira": "On Jira Cloud it must be an API token together with JIRA_EMAIL; on Data Center a "
    "personal access token without it",
    "github": "Make a new one at the account's Settings > Developer settings",
    "gitlab": "Make a new one with the scope api",
    "redmine": "Take the API key from My account, and have the administrator enable the REST API",
    "azure": "Make a new personal access token with the scope Work Items (Read & write)",
}


class Explainer:
    """Messages about one ticket's server, with no token in them."""

    def __init__(self, ticket: Ticket, credential: Credential | None) -> None:
        self._ticket = ticket
        self._host = urlsplit(ticket.base).netloc
        self._credential = credential

    def redact(self, text: str) -> str:
        """The text without the token, in whatever form a server may repeat it."""
        return self._credential.redact(text) if self._credential else text

    def refusal(self, call: Call, reply: Reply) -> str:
        """The message for an answer that is an error."""
        # Cut after the token is out: of a token that is cut in two, half would stay.
        said = self.redact(reply.said)[:_MOST_SAID].rstrip(".")
        told = f" It says: {said}." if said else ""
        advice = self._advice(call, reply)
        return f"could not {call.doing}: {self._host} answered {reply.status}.{told} {advice}."

    def no_answer(self, call: Call, broken: Broken) -> str:
        """The message for a request without an answer."""
        if broken.why == "certificate":
            return (
                f"could not {call.doing}: the certificate of {self._host} is not trusted. Give the "
                "certificates of its authority with --ca-bundle FILE"
            )
        doubt = "Check the address and the network, then run the same command again"
        if not call.reads and broken.may_have_happened:
            doubt = f"Whether it was done is not known. {RUN_AGAIN}"
        return f"could not {call.doing}: {self._host}: {broken.why}. {doubt}."

    def sent_away(self, call: Call, target: str) -> str:
        """The message for a redirect that is not followed."""
        parts = urlsplit(target)
        # Without its query, which may hold anything, and without a user name.
        place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        return self.redact(
            f"could not {call.doing}: {self._host} sends us on to {one_line(place)}, and the token "
            "does not go along. If the tracker has moved, give the ticket's new address; if that "
            "is a log-in page, the token was not accepted."
        )

    def unreadable(self, call: Call) -> str:
        """The message for a success whose answer is no JSON."""
        doubt = "" if call.reads else f"It was probably done. {RUN_AGAIN}. "
        return (
            f"could not {call.doing} for certain: {self._host} answered with something that is no "
            f"JSON, a page for people or a piece of an answer. {doubt}Check that "
            f"{self._ticket.base} is the tracker's base URL, and no log-in page stands before it."
        )

    @staticmethod
    def is_too_long(call: Call, reply: Reply) -> bool:
        """Whether a comment was refused for its length."""
        if call.size is not None or call.reads:
            return False
        too_large = reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return too_large or bool(_TOO_LONG.search(reply.said))

    def _advice(self, call: Call, reply: Reply) -> str:  # noqa: PLR0911 - one for each status
        if is_limited(reply):
            after = reply.headers.get("retry-after", "")
            when = f"in {after} seconds" if after.isdigit() else "in some minutes"
            return f"Its rate limit is used up. {RUN_AGAIN}, {when}"
        if call.size is not None and is_about_size(reply):
            return too_large(call.size, _limit_in(reply.said))
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            doubt = "" if call.reads else "Whether it was done is not known. "
            return f"The server is in trouble. {doubt}{RUN_AGAIN}"
        match reply.status:
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.NON_AUTHORITATIVE_INFORMATION:
                return self._token_advice()
            case HTTPStatus.FORBIDDEN:
                return f"No permission: {_PERMISSION[self._ticket.tracker]}"
            case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
                return call.absent or (
                    f"There is no such ticket ({self._ticket.url}), or the token may not see it"
                )
            case HTTPStatus.NOT_ACCEPTABLE:
                return "It does not serve this through a REST API: check that it is enabled there"
            case HTTPStatus.CONFLICT | HTTPStatus.PRECONDITION_FAILED:
                return f"Somebody changed the ticket at the same time. {RUN_AGAIN}"
        return "Correct what it names, then run the same command again"

    def _token_advice(self) -> str:
        if self._credential is None:
            return f"It wants a token: {how_to_give_a_token(self._ticket.tracker, self._host)}"
        hint = _TOKENS[self._ticket.tracker]
        return f"The token from {self._credential.found} is not accepted. {hint}"


def too_large(size: int, limit: int | None) -> str:
    """What to do about a file that the server does not take."""
    if limit is None:
        return f"The file has {size:,} bytes, more than the server takes. {SMALLER}"
    over = f", {size - limit:,} bytes too many" if size > limit else ""
    return f"The file has {size:,} bytes and the server takes {limit:,}{over}. {SMALLER}"


def is_limited(reply: Reply) -> bool:
    """Whether the server refused a request for its rate limit, so that it did nothing."""
    told_to_wait = (
        "retry-after" in reply.headers or reply.headers.get("x-ratelimit-remaining") == "0"
    )
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS or (
        reply.status == HTTPStatus.FORBIDDEN and told_to_wait
    )


def is_about_size(reply: Reply) -> bool:
    """Whether the server refused a file for its size."""
    if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return True
    return reply.status in {400, 422} and bool(_SIZE.search(reply.said))


def _limit_in(said: str) -> int | None:
    match = _SIZE.search(said)
    if not match:
        return None
    if match["bytes"]:
        return int(match["bytes"])
    return int(float(match["number"]) * 1024 ** " KMG".index(match["unit"].upper() or " "))
