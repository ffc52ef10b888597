"""The address of a repository elsewhere, and what went wrong in talking to it."""

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tfdiff.errors import SourceError, UsageError
from tfdiff.sources.failures import UnreachableError
from tfdiff.sources.git_command import TRANSPORTS, GitRunError

_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!/?/)[\w./~-]+")
_UNREACHABLE = re.compile(
    r"could not resolve|unable to access|timed out|did not complete|timeout|connection"
    r"|couldn't connect|could not read from remote|could not read username|could not read password"
    r"|hung up|early eof|rpc failed|network|authentication failed|transport|proxy|ssl"
    r"|unable to connect|unable to look up|cannot find|repository not found|does not appear to be"
    r"|remote error|not our ref|access denied|low speed",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"no space left|disk quota|file too large|unable to write|write error", re.IGNORECASE
)


def is_address(repo: str) -> bool:
    """Whether a repository is named by an address rather than by a path."""
    return "://" in repo or "::" in repo or _SCP.fullmatch(repo) is not None


def check_address(repo: str) -> str:
    """The address itself, if it is one that git may be given.

    Raises:
        UsageError: it would be read as an option, or it names a transport that is off.
    """
    scheme = repo.partition("://")[0] if "://" in repo else "ssh"
    if repo.startswith("-") or "::" in repo or scheme not in TRANSPORTS.split(":"):
        raise UsageError(
            f"{without_password(repo)!r} is no address that tfdiff fetches from. "
            f"Use https://, ssh://, git:// or file://, or the path of a repository."
        )
    return repo


def without_password(address: str) -> str:
    """The address as it may be shown: without the name and password in it."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def folder_name(address: str) -> str:
    """The name of the folder that keeps a remote's mirror."""
    shown = without_password(address)
    readable = re.sub(r"[^\w.-]+", "-", shown.partition("://")[2] or shown).strip("-.")
    return f"{readable[:60]}-{sha256(shown.encode()).hexdigest()[:10]}"


def explain(error: GitRunError, address: str, folder: Path) -> SourceError | None:
    """The error to raise for a failed fetch; None where the mirror itself may be damaged."""
    said = error.said.replace(address, without_password(address))
    if _FULL.search(said):
        return SourceError(
            f"Could not keep what {without_password(address)} sent in {folder}: {said}. "
            f"Free some room there, or name another folder with TFDIFF_CACHE."
        )
    if _UNREACHABLE.search(said):
        return UnreachableError(
            f"Could not fetch from {without_password(address)}: {said}. "
            f"Check the network and the address, or give a local repository with --repo."
        )
    return None
