"""Runs git on one repository so that nothing from outside can steer it.

Every call names its repository, never asks for a password, takes paths literally, and may
use a transport only where the caller allows the network. Names from outside are checked
before they get here (``git_refs``) or go in on standard input.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from weakref import finalize

from git.cmd import Git
from git.exc import GitCommandError, GitError

from tfdiff.errors import SourceError
from tfdiff.sources.git_progress import FetchReport

# ext:: runs any command, and nobody keeps TensorFlow behind the other helpers.
TRANSPORTS = "file:git:http:https:ssh"
_SETTINGS = {
    "gc.auto": "0",  # a repack in the background would race with the reader
    "maintenance.auto": "0",
    "credential.interactive": "never",
    "core.askPass": "",
    "fetch.unpackLimit": "1",  # keep what was sent as it was sent
    "fetch.writeCommitGraph": "false",
    "http.lowSpeedLimit": "100",  # bytes a second; a dead connection ends after ...
    "http.lowSpeedTime": "30",  # ... this many seconds
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "log.showSignature": "false",  # it starts a program that the repository names
    "advice.detachedHead": "false",
}


class GitRunError(SourceError):
    """A git command failed; ``said`` is what git wrote to standard error."""

    def __init__(self, command: str, said: str) -> None:
        super().__init__(f"git {command} failed: {said or 'it said nothing'}")
        self.said = said


class GitCommand:
    """Git on one repository.

    Args:
        git_dir: the repository itself (``.git`` or a bare one).
        network: whether git may use its transports.
        objects: further object folders to read from.
        settings: further configuration; it stays out of the command line and of the disk.
        replacements: whether objects are replaced as the repository's references say.
    """

    def __init__(
        self,
        git_dir: Path,
        *,
        network: bool,
        objects: tuple[Path, ...] = (),
        settings: Mapping[str, str] | None = None,
        replacements: bool = False,
    ) -> None:
        self.git_dir = git_dir
        self._network = network
        self._objects = objects
        self._settings = {**_SETTINGS, **(settings or {})}
        self._replacements = replacements

    def run(
        self, *arguments: str, lines: tuple[str, ...] = (), timeout: float | None = None
    ) -> bytes:
        """Run one command and give its standard output.

        Args:
            arguments: the command and its arguments; nothing unchecked from outside.
            lines: what it reads on standard input, a line each.
            timeout: seconds after which it is ended.

        Raises:
            GitRunError: it did not end with 0.
        """
        with _standard_input(lines) as given:
            try:
                return self._git.execute(
                    ["git", *arguments],
                    istream=given.fileno(),
                    stdout_as_string=False,
                    kill_after_timeout=None if os.name == "nt" else timeout,  # not to be had there
                    strip_newline_in_stdout=False,
                )
            except GitCommandError as error:
                raise GitRunError(arguments[0], _text(error.stderr)) from error
            except (GitError, OSError) as error:
                raise GitRunError(arguments[0], str(error)) from error

    def fetch(self, *arguments: str, lines: tuple[str, ...] = (), report: FetchReport) -> None:
        """Run a command that talks to a remote, and hear how far it is.

        Raises:
            GitRunError: it did not end with 0.
        """
        with _standard_input(lines) as given:
            process = self._git.execute(
                ["git", *arguments], istream=given.fileno(), as_process=True
            )
            if process.stderr is not None:
                # Progress lines end with a carriage return, which is a line's end here too.
                with TextIOWrapper(process.stderr, "utf-8", errors="replace") as lines_said:
                    for line in lines_said:
                        report.hear(line)
            try:
                process.wait()
            except GitCommandError as error:
                raise GitRunError("fetch", report.said) from error

    def content(self, object_id: str) -> bytes:
        """The content of one object, read through one process that stays open.

        Raises:
            GitRunError: there is no such object, or it cannot be read.
        """
        try:
            _, _, size, content = self._git.get_object_data(object_id)
        except (GitError, OSError, ValueError) as error:
            self.close()  # what follows in the pipe belongs to nobody
            raise GitRunError("cat-file", str(error)) from error
        if len(content) != size:
            self.close()
            raise GitRunError("cat-file", f"{object_id} was cut off")
        return content

    def close(self) -> None:
        """End the process that ``content`` keeps open."""
        if "_git" in self.__dict__:
            with suppress(OSError):
                self._git.clear_cache()

    @cached_property
    def _git(self) -> Git:
        git = Git(self.git_dir)
        git.update_environment(**self._environment())
        # The open process ends with this object; the collector alone may find it still running.
        finalize(self, git.clear_cache)
        return git

    def _environment(self) -> Mapping[str, str]:
        first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)  # what the user set stays
        settings = {
            f"GIT_CONFIG_{part}_{number}": text
            for number, setting in enumerate(self._settings.items(), first)
            for part, text in zip(("KEY", "VALUE"), setting, strict=True)
        }
        return {
            "GIT_DIR": str(self.git_dir),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(map(str, self._objects)),
            "GIT_ALLOW_PROTOCOL": TRANSPORTS if self._network else "",
            "GIT_NO_LAZY_FETCH": "0" if self._network else "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            **_ssh(),
            "GIT_LITERAL_PATHSPECS": "1",
            **({} if self._replacements else {"GIT_NO_REPLACE_OBJECTS": "1"}),
            "GIT_OPTIONAL_LOCKS": "0",
            "LC_ALL": "C",
            "GIT_CONFIG_COUNT": str(first + len(self._settings)),
            **settings,
        }


def _ssh() -> dict[str, str]:
    if {"GIT_SSH_COMMAND", "GIT_SSH"} & os.environ.keys():
        return {}  # the user's own way to connect
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=8 -o ServerAliveInterval=15"}


def _standard_input(lines: tuple[str, ...]) -> IO[bytes]:
    given = TemporaryFile(buffering=0)  # noqa: SIM115 - the caller closes it
    given.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    given.seek(0)
    return given


def _text(stderr: str | bytes | None) -> str:
    text = stderr.decode("utf-8", "replace") if isinstance(stderr, bytes) else stderr or ""
    # GitPython wraps what git wrote: "stderr: '...'".
    return text.strip().removeprefix("stderr:").strip().strip("'").strip()
