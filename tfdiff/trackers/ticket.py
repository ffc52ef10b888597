"""Which ticket is meant: an address as copied from the browser, or a short form."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tfdiff.trackers.errors import TicketError
from tfdiff.trackers.options import Tracker
from tfdiff.trackers.shapes import Found, find_in_path

PUBLIC: Final[Mapping[Tracker, str]] = {
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "azure": "https://dev.azure.com",
}
BASE_VARIABLES: Final[Mapping[Tracker, tuple[str, ...]]] = {
    "jira": ("JIRA_URL",),
    "github": ("GITHUB_URL", "GITHUB_SERVER_URL"),
    "gitlab": ("GITLAB_URL", "CI_SERVER_URL"),
    "redmine": ("REDMINE_URL",),
    "azure": ("AZURE_DEVOPS_URL",),
}
SHORT_FORMS: Final[Mapping[Tracker, tuple[re.Pattern[str], str]]] = {
    "jira": (re.compile(r"(?P<number>[A-Za-z][A-Za-z0-9_]*-\d+)"), "jira:PROJ-12"),
    "github": (re.compile(r"(?P<place>[\w.-]+/[\w.-]+)#(?P<number>\d+)"), "github:owner/repo#34"),
    "gitlab": (
        re.compile(r"(?P<place>[\w.-]+(?:/[\w.-]+)+)#(?P<number>\d+)"),
        "gitlab:group/project#5",
    ),
    "redmine": (re.compile(r"#?(?P<number>\d+)"), "redmine:77"),
    "azure": (
        re.compile(r"(?P<organization>[^/#?]+)/(?P<place>[^/#?]+)/(?P<number>\d+)"),
        "azure:org/project/123",
    ),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket on one server.

    Attributes:
        base: the server's address without a slash at the end: ``https://acme.atlassian.net``,
            ``https://tracker.corp/redmine``; for Azure with the organization.
        place: ``owner/repo``, ``group/project``, the Azure project; "" for Jira and Redmine.
        number: the number, for Jira the key (``PROJ-12``).
    """

    tracker: Tracker
    base: str
    place: str
    number: str

    @property
    def url(self) -> str:
        """The ticket's address for a browser."""
        place = quote(self.place)
        paths: Mapping[Tracker, str] = {
            "jira": f"browse/{self.number}",
            "github": f"{place}/issues/{self.number}",
            "gitlab": f"{place}/-/issues/{self.number}",
            "redmine": f"issues/{self.number}",
            "azure": f"{place}/_workitems/edit/{self.number}".lstrip("/"),
        }
        return f"{self.base}/{paths[self.tracker]}"


def configured_bases(
    base_urls: Iterable[tuple[Tracker, str]], environ: Mapping[str, str]
) -> dict[Tracker, str]:
    """The servers that the user has named: tracker -> base URL; the configuration wins."""
    bases: dict[Tracker, str] = {}
    for tracker, names in BASE_VARIABLES.items():
        for name in names:
            if environ.get(name) and tracker not in bases:
                bases[tracker] = _checked_base(environ[name], name)
    for tracker, base in base_urls:
        bases[tracker] = _checked_base(base, f"the base URL of {tracker}")
    return bases


def parse_ticket(text: str, bases: Mapping[Tracker, str]) -> Ticket:
    """Understand a ticket as people write it.

    Args:
        text: a URL as copied from the browser, or a short form such as ``jira:PROJ-12``.
        bases: the servers that the user has named (see ``configured_bases``).

    Raises:
        TicketError: it is neither, or the address is not allowed (``http://`` beyond this
            machine, a password in the address).
    """
    text = text.strip().strip("<>")
    if "://" in text:
        return _from_url(text, bases)
    tracker, colon, rest = text.partition(":")
    for known, (pattern, example) in SHORT_FORMS.items():
        if colon and tracker.lower() == known:
            match = pattern.fullmatch(rest.strip())
            if not match:
                raise TicketError(f"{text!r} does not name a ticket: write it like {example}")
            return _from_short_form(known, match.groupdict(), bases)
    examples = ", ".join(example for _, example in SHORT_FORMS.values())
    raise TicketError(
        f"{text!r} does not name a ticket: give its address as copied from the browser, or one "
        f"of {examples}"
    )


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _from_short_form(
    tracker: Tracker, parts: Mapping[str, str | None], bases: Mapping[Tracker, str]
) -> Ticket:
    base = bases.get(tracker) or PUBLIC.get(tracker)
    if base is None:
        variable = BASE_VARIABLES[tracker][0]
        raise TicketError(
            f"{tracker}:{parts['number']} names no server: set {variable} to its address, or "
            "give the ticket's own address as copied from the browser"
        )
    if organization := parts.get("organization"):
        base = f"{base}/{quote(organization)}"
    number = parts["number"] or ""
    return Ticket(tracker, base, parts.get("place") or "", number.upper())


def _from_url(text: str, bases: Mapping[Tracker, str]) -> Ticket:
    parts = _checked_url(text, "the ticket's address")
    address = f"{parts.scheme}://{_host_and_port(parts)}{parts.path}"
    for tracker, base in sorted(bases.items(), key=lambda named: -len(named[1])):
        if f"{address}/".startswith(f"{base}/"):
            found = find_in_path(address.removeprefix(base), parts.query, tracker=tracker)
            if found:
                return _ticket(base, found)
    address = address.replace("://www.github.com/", "://github.com/", 1)
    server = _by_host(urlsplit(address).hostname or "")
    found = find_in_path(parts.path, parts.query, tracker=server)
    if found is None:
        raise TicketError(
            f"no ticket is recognised in {address}: give the address of the ticket itself; if it "
            "is, say which tracker it is with a short form and its base URL (for example "
            "GITLAB_URL and gitlab:group/project#5)"
        )
    return _ticket(address.removesuffix(parts.path), found)


def _ticket(server: str, found: Found) -> Ticket:
    base, place = f"{server}{found.base_path}", found.place
    inside_host = (urlsplit(base).hostname or "").endswith(".visualstudio.com")
    if found.tracker == "azure" and not urlsplit(base).path and not inside_host:
        # There is always an organization; with one name only the project is left out.
        base, place = f"{base}/{place}", ""
    return Ticket(found.tracker, base, unquote(place), found.number)


def _by_host(host: str) -> Tracker | None:
    if host == "github.com":
        return "github"
    if host == "gitlab.com":
        return "gitlab"
    if host == "dev.azure.com" or host.endswith(".visualstudio.com"):
        return "azure"
    return "jira" if host.endswith(".atlassian.net") else None


def _checked_url(text: str, what: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise TicketError(f"{what} is no valid address") from None
    if parts.username is not None or parts.password is not None:
        # Not repeated in the message: it may hold a password.
        raise TicketError(
            f"{what} carries a user name or password: take it out, and put the token into the "
            "environment, netrc or the keyring"
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise TicketError(f"{what} must start with https:// and name a server")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise TicketError(
            f"{what} starts with http://, which would show the token to everyone on the way: "
            f"use https://{parts.hostname}"
        )
    return parts


def _checked_base(text: str, what: str) -> str:
    parts = _checked_url(text.strip(), what)
    return f"{parts.scheme}://{_host_and_port(parts)}{parts.path}".rstrip("/")


def _host_and_port(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[parts.scheme]
    return host if parts.port in {None, default} else f"{host}:{parts.port}"
