"""Where the lines of a commit can be seen on the web."""

import re

from tfdiff.sources.options import TENSORFLOW_REPOSITORY

_GITHUB = re.compile(
    r"(?:https?://(?:[^@/]*@)?|git://|ssh://(?:[^@/]*@)?|[^@/:]+@)(?:www\.)?github\.com(?::\d+)?"
    r"[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/*",
    re.IGNORECASE,
)


def web_address(remote: str) -> str | None:
    """The pages of a repository on GitHub, whichever way its address is written; else None."""
    found = _GITHUB.fullmatch(remote.strip())
    return f"https://github.com/{found[1]}/{found[2]}" if found else None


def web_of_copy(remotes: tuple[str, ...], *, holds_tensorflow: bool) -> str | None:
    """Where the commits of a local repository can be seen.

    A remote on GitHub settles it, TensorFlow's own before others. A copy without one that
    holds TensorFlow's sources is linked to TensorFlow's repository: a commit's id names its
    content, so that such a link leads to these very lines or, for a commit that was never
    published, nowhere; it cannot lead to other lines.
    """
    addresses = [address for remote in remotes if (address := web_address(remote))]
    if TENSORFLOW_REPOSITORY in addresses:
        return TENSORFLOW_REPOSITORY
    if addresses:
        return addresses[0]
    return TENSORFLOW_REPOSITORY if holds_tensorflow else None
