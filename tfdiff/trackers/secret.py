"""Tokens: where they are found, whom they are for, and how they are kept out of sight."""

import base64
import netrc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.options import Tracker
from tfdiff.trackers.ticket import BASE_VARIABLES, PUBLIC, Ticket

VARIABLES: Final[Mapping[Tracker, tuple[str, ...]]] = {
    "jira": ("JIRA_TOKEN", "JIRA_API_TOKEN"),
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
    "redmine": ("REDMINE_API_KEY",),
    "azure": ("AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN"),
}
SERVICE: Final = "tfdiff"


class Secret:
    """A text that shows itself to nobody but to who asks for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def reveal(self) -> str:
        """The text itself, for the one header that carries it."""
        return self._text


@dataclass(frozen=True, slots=True)
class Credential:
    """The header that proves who we are; ``scheme`` is its readable part (``Bearer``).

    Attributes:
        found: where the token was found, for messages (``JIRA_TOKEN``, ``netrc``).
    """

    header: str
    scheme: str
    secret: Secret
    found: str
    raw: Secret

    @property
    def masked(self) -> str:
        """The header's value as a dry run shows it."""
        return f"{self.scheme} ***".strip()

    def value(self) -> str:
        """The header's value as the server needs it."""
        return f"{self.scheme} {self.secret.reveal()}".strip()

    def redact(self, text: str) -> str:
        """The text with every form of the token blanked out."""
        raw = self.raw.reveal()
        for form in {raw, self.secret.reveal(), quote(raw, safe="")} - {""}:
            text = text.replace(form, "***")
        return text


def find_credential(
    ticket: Ticket, bases: Mapping[Tracker, str], environ: Mapping[str, str]
) -> Credential | None:
    """Look for the token in the environment, netrc and the keyring, in that order.

    A token from the environment is meant for one server: it is used only where the ticket is on
    the tracker's public service, or on the server that the user has named.

    Raises:
        AttachError: the environment has a token, but it is for another server.
    """
    host = urlsplit(ticket.base).hostname or ""
    tracker = ticket.tracker
    set_here = [name for name in VARIABLES[tracker] if environ.get(name, "").strip()]
    if set_here and _is_meant_for(ticket, bases):
        variable = set_here[0]
        return _credential(tracker, environ.get("JIRA_EMAIL", ""), environ[variable], variable)
    found = _from_netrc(host, environ) or _from_keyring(host)
    if found:
        return _credential(tracker, *found)
    if set_here:
        raise AttachError(
            f"{set_here[0]} is not sent to {host}: nobody said that it is for that server. If it "
            f"is, set {BASE_VARIABLES[tracker][0]}={ticket.base}; or keep a token for {host} in "
            "netrc"
        )
    return None


def how_to_give_a_token(tracker: Tracker, host: str) -> str:
    """One sentence: where a token for this server can be put."""
    email = " (and JIRA_EMAIL, on Jira Cloud)" if tracker == "jira" else ""
    return (
        f"set {VARIABLES[tracker][0]}{email}, or keep a token for {host} in netrc or in the "
        f"keyring (keyring set {SERVICE} {host})"
    )


def _is_meant_for(ticket: Ticket, bases: Mapping[Tracker, str]) -> bool:
    named = bases.get(ticket.tracker)
    if named is not None:
        return f"{ticket.base}/".startswith(f"{named}/")
    host = urlsplit(ticket.base).hostname or ""
    if ticket.tracker == "jira":
        return host.endswith(".atlassian.net")
    if ticket.tracker == "azure" and host.endswith(".visualstudio.com"):
        return True
    public = PUBLIC.get(ticket.tracker)
    return public is not None and f"{ticket.base}/".startswith(f"{public}/")


def _credential(tracker: Tracker, login: str, token: str, found: str) -> Credential:
    token = token.strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise AttachError(f"the token from {found} holds characters that no token has: set it anew")
    raw = Secret(token)
    if tracker == "redmine":
        return Credential("X-Redmine-API-Key", "", raw, found, raw)
    if tracker == "gitlab":
        return Credential("PRIVATE-TOKEN", "", raw, found, raw)
    if tracker == "jira" and "@" in login:
        return Credential("Authorization", "Basic", _basic(login, token), found, raw)
    if tracker == "azure" and found != "SYSTEM_ACCESSTOKEN":
        return Credential("Authorization", "Basic", _basic("", token), found, raw)
    return Credential("Authorization", "Bearer", raw, found, raw)


def _basic(login: str, token: str) -> Secret:
    return Secret(base64.b64encode(f"{login}:{token}".encode()).decode())


def _from_netrc(host: str, environ: Mapping[str, str]) -> tuple[str, str, str] | None:
    # Not requests' own look-up: that falls back to netrc's "default" entry, whatever the host.
    named = environ.get("NETRC")
    home = Path(environ.get("HOME") or Path.home())
    path = Path(named) if named else home / ".netrc"
    hosts = _netrc_hosts(path) if path.is_file() else {}
    if hosts is None:
        raise AttachError(f"{path} cannot be read as netrc: correct it, or set NETRC=/dev/null")
    login, _, token = hosts.get(host, ("", "", ""))
    return (login, token, "netrc") if token else None


def _netrc_hosts(path: Path) -> Mapping[str, tuple[str, str, str]] | None:
    # None for a broken file, not an exception: the parser's message quotes what it stumbles on.
    try:
        return netrc.netrc(path).hosts
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError):
        return None


def _from_keyring(host: str) -> tuple[str, str, str] | None:
    try:
        import keyring  # noqa: PLC0415 - optional, and slow to import
        from keyring.errors import KeyringError  # noqa: PLC0415 - as above
    except ImportError:
        return None
    try:
        token = keyring.get_password(SERVICE, host)
    except KeyringError:
        return None  # no usable keyring on this machine is the same as no entry in it
    if not token:
        return None
    login, colon, rest = token.partition(":")
    return (login, rest, "the keyring") if colon and "@" in login else ("", token, "the keyring")
