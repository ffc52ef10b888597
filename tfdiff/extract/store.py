"""Facts kept between runs, by the blob that they were read from.

A fact about one file depends on nothing but the file's content and the extractor's code, so
its key is the blob id and the extractor's version. The store lives in the user's own cache
folder; an entry that cannot be read back (cut off, written by another version) is made anew.
"""

import os
import pickle
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from tfdiff.errors import SourceError

Fact = TypeVar("Fact")
Entry = tuple[str, str, object]
"""Kind, key and fact."""


def extractor_version() -> str:
    """Hash of the code that makes facts: facts made by other code are not used."""
    root = Path(__file__).parent.parent
    files = [
        root / "facts.py",
        root / "findings.py",
        *sorted(root.glob("comparison/*.py")),
        root / "rules" / "pair.py",
        *sorted(root.glob("rules/matching/*.py")),
        *sorted(root.glob("ir/*.py")),
        *sorted(root.glob("extract/**/*.py")),
    ]
    stamp = sha256()
    for file in files:
        stamp.update(file.read_bytes())
    return stamp.hexdigest()[:16]


class FactStore:
    """Facts by kind and blob id: in memory for this run, in ``folder`` for the next.

    Args:
        folder: where entries are kept; None keeps them for this run only.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / extractor_version() if folder else None
        self._memory: dict[tuple[str, str], object] = {}

    def get(self, kind: str, key: str, make: Callable[[], Fact]) -> Fact:
        """The fact of that kind for that key; made, and kept, where there is none yet.

        Args:
            kind: which extractor, a plain word (``python-module``).
            key: blob id, or a hash over the blob ids that the fact depends on.
            make: makes the fact from nothing but what the key stands for.
        """
        known = self.find(kind, key)
        if known is None:
            known = make()
            self.put(kind, key, known)
        return known  # type: ignore[return-value]  # the kind decides the type

    def find(self, kind: str, key: str) -> object | None:
        """The fact of that kind for that key; None where there is none yet."""
        known = self._memory.get((kind, key))
        if known is None:
            known = self._load(kind, key)
            if known is not None:
                self._memory[kind, key] = known
        return known

    def has(self, kind: str, key: str) -> bool:
        """Whether there is a fact of that kind for that key."""
        path = self._path(kind, key)
        return (kind, key) in self._memory or (path is not None and path.exists())

    def held(self, kinds: Collection[str]) -> tuple[Entry, ...]:
        """What this run has found or made of some kinds, for another machine's store."""
        return tuple(
            (kind, key, fact) for (kind, key), fact in self._memory.items() if kind in kinds
        )

    def adopt(self, entries: Iterable[Entry]) -> None:
        """Keep what another store held, unless it is here already."""
        for kind, key, fact in entries:
            if not self.has(kind, key):
                self._save(kind, key, fact)

    def put(self, kind: str, key: str, fact: object) -> None:
        """Keep a fact, in place of the one that there may be."""
        self._save(kind, key, fact)
        self._memory[kind, key] = fact

    def _path(self, kind: str, key: str) -> Path | None:
        return self._folder / kind / key[:2] / key if self._folder else None

    def _load(self, kind: str, key: str) -> object | None:
        path = self._path(kind, key)
        if path is None:
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, body = content[:32], content[32:]
        if sha256(body).digest() != digest:
            return None
        loaded: object = pickle.loads(body)  # noqa: S301 - our own entry, digest checked
        return loaded

    def _save(self, kind: str, key: str, fact: object) -> None:
        path = self._path(kind, key)
        if path is None:
            return
        body = pickle.dumps(fact, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(sha256(body).digest() + body)
            os.replace(file.name, path)  # noqa: PTH105 - atomic on the same folder
        except OSError as error:
            with suppress(OSError, NameError):
                os.unlink(file.name)  # noqa: PTH108
            raise SourceError(
                f"Could not keep facts in {path.parent}: {error}. Free some room there, or "
                f"name another folder with TFDIFF_CACHE."
            ) from error
