"""Where a file may go on GitHub: a gist, or an asset of a release."""

import json
import re
from dataclasses import replace
from pathlib import PurePath
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit

from tfdiff.trackers import calls
from tfdiff.trackers.desk import quoted
from tfdiff.trackers.errors import AttachError, TicketError
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.github_api import GitHub
from tfdiff.trackers.wire import Call

_DIGITS: Final = 16


class FilePlace(Protocol):
    """A place that files are put to, and found again by their content."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know, one sentence each."""

    def look(self, marker: str) -> None:
        """Read which of our files are there."""

    def find(self, file: Attachment) -> tuple[str, str]:
        """Name and address of a file with exactly these bytes, both empty if there is none."""

    def put(self, file: Attachment) -> str:
        """Put the file there and return its address."""


def place_for(github: GitHub, repository: str, choice: str) -> FilePlace | None:
    """The place that ``--github-file`` names, None for ``none``.

    Raises:
        TicketError: the choice is none of ``none``, ``gist`` and ``release:TAG``.
    """
    where, _, tag = choice.partition(":")
    if choice == "none":
        return None
    if choice == "gist":
        return Gists(github)
    if where == "release" and tag:
        return Release(github, repository, tag)
    raise TicketError(f"--github-file {choice}: it is none, gist or release:TAG")


class Gists:
    """One secret gist for each file; its description says what it holds."""

    warnings: tuple[str, ...] = (
        (
            "a gist is not private: whoever has its address can read it, and it shows HTML as "
            "text (download it to open it)"
        ),
    )

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self._marker = ""
        self._found: dict[str, tuple[str, str, str]] = {}  # name -> digest, id, address

    def look(self, marker: str) -> None:
        """Read which of our gists belong to this report."""
        self._marker = marker
        for gist in self._github.pages("gists", "read your gists"):
            words = gist["description"].text.split(" ", 3)
            if words[:2] == ["tfdiff", marker] and len(words) == 4:  # noqa: PLR2004 - and a name
                self._found[words[3]] = words[2], gist["id"].text, gist["html_url"].text

    def find(self, file: Attachment) -> tuple[str, str]:
        """Name and address of our gist with these bytes."""
        for name, (digest, _, address) in self._found.items():
            if digest == file.digest:
                return name, address
        return "", ""

    def put(self, file: Attachment) -> str:
        """Create the file's gist, or bring it up to date."""
        try:
            content = file.content.decode()
        except UnicodeDecodeError:
            raise AttachError(f"{file.name} is no text, and a gist takes only text") from None
        said: dict[str, object] = {
            "description": f"tfdiff {self._marker} {file.digest} {file.name}",
            "files": {file.name: {"content": content}},
        }
        doing = f"put {file.name} into a gist"
        if file.name in self._found:
            url = f"{self._github.api}/gists/{quoted(self._found[file.name][1])}"
            call = calls.send("PATCH", url, doing, said)
        else:
            call = calls.send("POST", f"{self._github.api}/gists", doing, {**said, "public": False})
        shown = call.shown.replace(json.dumps(content, ensure_ascii=False), file.described)
        stand_in = {"html_url": "(address of the gist)"}
        call = replace(call, shown=shown, size=len(file.content), stand_in=stand_in)
        return self._github.ask(call)["html_url"].text


class Release:
    """Assets of one release.

    An asset's name carries its content's digest: none is ever replaced, and links stay true.
    """

    warnings: tuple[str, ...] = (
        "the file is as public as the release: whoever can read the repository has it",
    )

    def __init__(self, github: GitHub, repository: str, tag: str) -> None:
        self._github = github
        self._releases = f"{github.api}/repos/{repository}/releases"
        self._tag = tag
        self._uploads = ""
        self._found: dict[str, str] = {}
        self._unfinished: dict[str, str] = {}

    def look(self, marker: str) -> None:
        """Read the release's assets."""
        del marker
        stand_in = {"upload_url": f"{self._releases}/(id)/assets"}
        release = self._github.get(
            f"{self._releases}/tags/{quoted(self._tag)}",
            f"find the release {self._tag}",
            stand_in=stand_in,
            absent=f"There is no release for the tag {self._tag}: make it first",
        )
        self._uploads = release["upload_url"].text.partition("{")[0]
        for asset in release["assets"]:
            name = asset["name"].text
            if asset["state"].text == "uploaded":
                self._found[name] = asset["browser_download_url"].text
            else:
                self._unfinished[name] = asset["id"].text

    def find(self, file: Attachment) -> tuple[str, str]:
        """Name and address of the asset with these bytes."""
        if own := self._found.get(_asset_name(file)):
            return file.name, own
        for name, address in self._found.items():
            if PurePath(name).stem.endswith(f"-{file.digest[:_DIGITS]}"):
                return name, address
        return "", ""

    def put(self, file: Attachment) -> str:
        """Upload the file; what an upload that broke off left behind is removed first."""
        self._trust_uploads()
        name = _asset_name(file)
        if number := self._unfinished.get(name):
            url = f"{self._releases}/assets/{quoted(number)}"
            doing = f"remove what an earlier upload of {file.name} left unfinished"
            self._github.ask(Call("DELETE", url, doing))
        url = f"{self._uploads}?{urlencode({'name': name})}"
        stand_in = {"browser_download_url": "(address of the asset)"}
        call = calls.upload(url, file, stand_in=stand_in)
        return self._github.ask(call)["browser_download_url"].text

    def _trust_uploads(self) -> None:
        # GitHub takes uploads on a host of its own. The address is an answer, so it is checked.
        target, api = urlsplit(self._uploads), urlsplit(self._github.api)
        hosts = {api.netloc, api.netloc.replace("api.", "uploads.", 1)}
        if target.scheme != api.scheme or target.netloc not in hosts:
            raise AttachError(
                f"the release is to be uploaded to {target.netloc}, which is not part of "
                f"{api.netloc}: the token is not sent there"
            )
        self._github.session.trust(self._uploads)


def _asset_name(file: Attachment) -> str:
    # GitHub renames whatever has other characters than these.
    path = PurePath(re.sub(r"[^A-Za-z0-9._-]+", ".", file.name))
    return f"{path.stem}-{file.digest[:_DIGITS]}{path.suffix}"
