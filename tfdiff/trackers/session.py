"""Requests to one server: retries, redirects, and nothing written twice.

A request that reads may be repeated. A request that writes is repeated only where it certainly
did nothing: no connection came about, or the server refused it for its rate limit. Whatever
else goes wrong with a write, it may have happened, and the next run looks first.
"""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from tfdiff.trackers.errors import AttachError, TooLongError
from tfdiff.trackers.explain import Explainer, is_limited
from tfdiff.trackers.options import AttachOptions
from tfdiff.trackers.secret import Credential
from tfdiff.trackers.ticket import Ticket, is_loopback
from tfdiff.trackers.wire import Broken, Call, Reply, exchange

_LONGEST_WAIT: Final = 120.0  # seconds; a server that asks for more is reported instead
_MOST_REDIRECTS: Final = 5
_PASSING: Final = frozenset({502, 503, 504})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_MOVED_AS_IS: Final = frozenset({307, 308})  # the method and the body go along


class Session:
    """Requests to one server, with one token."""

    def __init__(
        self,
        ticket: Ticket,
        credential: Credential | None,
        options: AttachOptions,
    ) -> None:
        self._explain = Explainer(ticket, credential)
        self._credential = credential
        self._options = options
        self._origins = {_origin(ticket.base)}
        self.planned: list[str] = []

    @property
    def dry(self) -> bool:
        """Whether nothing is sent."""
        return self._options.dry_run

    def trust(self, url: str) -> None:
        """Let the token go to a further address that is part of the same service."""
        self._origins.add(_origin(url))

    def ask(self, call: Call, accept: tuple[int, ...] = ()) -> Reply:
        """Send a request; return the answer if it is a success or its status is accepted.

        Raises:
            TooLongError: the comment is too long for the server.
            AttachError: there is no answer, or it is an error; the message says what to do.
        """
        if self._options.dry_run:
            self.planned.append(self._shown(call))
            return Reply(200, {}, json.dumps(call.stand_in).encode())
        outcome = self._follow(call)
        if isinstance(outcome, Broken):
            raise AttachError(self._explain.no_answer(call, outcome))
        if outcome.ok and call.json and outcome.body and outcome.answer.value is None:
            raise AttachError(self._explain.unreadable(call))
        if outcome.ok or outcome.status in accept:
            return outcome
        if self._explain.is_too_long(call, outcome):
            raise TooLongError(self._explain.refusal(call, outcome), outcome.status)
        raise AttachError(self._explain.refusal(call, outcome), outcome.status)

    def _follow(self, call: Call) -> Reply | Broken:
        for _ in range(_MOST_REDIRECTS):
            outcome = self._persist(call)
            if isinstance(outcome, Broken) or outcome.status not in _MOVED:
                return outcome
            target = _joined(call.url, outcome.headers.get("location", ""))
            if not self._may_follow(call, outcome.status, target):
                raise AttachError(self._explain.sent_away(call, target), outcome.status)
            call = replace(call, url=target)
        return Broken("it sends us in circles", may_have_happened=False, passing=False)

    def _may_follow(self, call: Call, status: int, target: str) -> bool:
        if _origin(target) in self._origins:
            return call.reads or status in _MOVED_AS_IS
        safe = target.startswith("https://") or is_loopback(urlsplit(target).hostname)
        return call.reads and call.elsewhere and safe

    def _persist(self, call: Call) -> Reply | Broken:
        # The token goes to the ticket's own server and to nobody else.
        credential = self._credential if _origin(call.url) in self._origins else None
        attempt = 1
        while True:
            outcome = exchange(call, credential, self._options)
            wait = _pause(call, outcome, attempt)
            if wait is None or wait > _LONGEST_WAIT or attempt >= self._options.attempts:
                return outcome
            time.sleep(wait)
            attempt += 1

    def _shown(self, call: Call) -> str:
        lines = [f"{call.method} {call.url}"]
        lines += [f"  {name}: {value}" for name, value in call.headers]
        if self._credential:
            lines.append(f"  {self._credential.header}: {self._credential.masked}")
        if call.body is not None:
            # A comment is read here by people: its lines are shown as lines.
            body = (call.shown or call.body.decode("utf-8", "replace")).replace("\\n", "\n")
            lines += [f"  | {line}" for line in body.splitlines()]
        return self._explain.redact("\n".join(lines))


def _pause(call: Call, outcome: Reply | Broken, attempt: int) -> float | None:
    """Seconds to wait before the request may be repeated, None if it may not."""
    patience = float(2 ** (attempt - 1))
    if isinstance(outcome, Broken):
        may_repeat = call.reads or not outcome.may_have_happened
        return patience if outcome.passing and may_repeat else None
    asked = asked_to_wait(outcome)
    if is_limited(outcome) or (call.reads and outcome.status in _PASSING):
        return patience if asked is None else asked
    return None


def asked_to_wait(reply: Reply) -> float | None:
    """How many seconds the server asks us to wait, None where it does not say."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    if asked:
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    reset = reply.headers.get("x-ratelimit-reset", "")
    if reply.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return max(0.0, float(reset) - time.time())
    return None


def _joined(url: str, location: str) -> str:
    """Where a redirect leads; "" where that is no address."""
    try:
        target = urljoin(url, location)
        valid = urlsplit(target).port != 0
    except ValueError:
        return ""
    return target if valid else ""


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default
