"""How to get at releases: which source, which repository, and who hears of the progress."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal as OneOf
from typing import Protocol

TENSORFLOW_REPOSITORY = "https://github.com/tensorflow/tensorflow"
KERAS_REPOSITORY = "https://github.com/keras-team/keras"

SourceKind = OneOf["auto", "git", "wheel", "folder"]


class ProgressHandle(Protocol):
    """One running task of a ``Progress``."""

    def advance(self, amount: int) -> None:
        """Say that ``amount`` more of the total is done."""

    def done(self) -> None:
        """Say that the task has ended, well or badly; called exactly once."""


class Progress(Protocol):
    """Where sources tell how far they are with what takes longer."""

    def start(self, label: str, total: int | None) -> ProgressHandle:
        """Begin a task; ``total`` is None where nobody knows how much there is to do."""


class _Silent:
    def start(self, label: str, total: int | None) -> ProgressHandle:
        del label, total
        return self

    def advance(self, amount: int) -> None:
        """Tell nobody."""

    def done(self) -> None:
        """Tell nobody."""


SILENT: Progress = _Silent()


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """Where releases come from.

    Attributes:
        kind: ``auto`` takes ``repo``, else the cached mirror of TensorFlow's repository, else
            the repository itself, else wheels.
        repo: address or path of a git repository; None for TensorFlow's on GitHub.
        keras_repo: address or path of Keras' repository; None for Keras' on GitHub, and its
            wheel where that cannot be reached.
        offline: use nothing but what is on this machine.
        cache: where mirrors and wheels are kept; None for the user's cache folder.
        progress: who hears of the progress; None for nobody.
    """

    kind: SourceKind = "auto"
    repo: str | None = None
    offline: bool = False
    cache: Path | None = None
    progress: Progress | None = None
    keras_repo: str | None = None
