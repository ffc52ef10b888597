"""Facts kept between runs, by the blob that they were read from.

A fact about one file depends on nothing but the file's content and the extractor's code, so
its key is the blob id and the extractor's version. The store is a database in the user's own
cache folder; a run over all optimizers makes some thousand entries, and a file for each cost a
tenth of its time. An entry that cannot be read back (cut off, written by another version) is
made anew, and so is a damaged database.
"""

import sqlite3
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TypeVar

from tfdiff.errors import SourceError
from tfdiff.extract.pickled import pickled, unpickled

Fact = TypeVar("Fact")
Entry = tuple[str, str, object]
"""Kind, key and fact."""

_DIGEST = 16  # bytes
_MOST_HELD = 16_000_000  # bytes that wait to be written
_PATIENCE = 60.0  # seconds to wait while another run writes
_CREATE = "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, content BLOB)"
_SELECT = "SELECT content FROM facts WHERE name = ?"
_HAS = "SELECT 1 FROM facts WHERE name = ?"
_INSERT = "INSERT OR REPLACE INTO facts VALUES (?, ?)"


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
        self._kept = _Database(folder / f"{extractor_version()}.sqlite") if folder else None
        self._memory: dict[tuple[str, str], object] = {}
        self._waiting: dict[str, bytes] = {}
        self._size = 0
        if self._kept is not None:
            weakref.finalize(self, _finish, self._kept, self._waiting)

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
        if known is None and self._kept is not None:
            content = self._kept.read(f"{kind} {key}")
            known = None if content is None else _intact(content)
            if known is not None:
                self._memory[kind, key] = known
        return known

    def has(self, kind: str, key: str) -> bool:
        """Whether there is a fact of that kind for that key."""
        kept = self._kept is not None and self._kept.has(f"{kind} {key}")
        return (kind, key) in self._memory or kept

    def held(self, kinds: Collection[str]) -> tuple[Entry, ...]:
        """What this run has found or made of some kinds, for another machine's store."""
        return tuple(
            (kind, key, fact) for (kind, key), fact in self._memory.items() if kind in kinds
        )

    def adopt(self, entries: Iterable[Entry]) -> None:
        """Keep what another store held, unless it is here already."""
        for kind, key, fact in entries:
            if not self.has(kind, key):
                self.put(kind, key, fact)

    def put(self, kind: str, key: str, fact: object) -> None:
        """Keep a fact, in place of the one that there may be."""
        self._memory[kind, key] = fact
        if self._kept is not None:
            body = pickled(fact)
            self._waiting[f"{kind} {key}"] = blake2b(body, digest_size=_DIGEST).digest() + body
            self._size += len(body)
            if self._size > _MOST_HELD:
                self.save()

    def save(self) -> None:
        """Write what was put since the last time; the end of the process does so in any case.

        Raises:
            SourceError: the folder cannot be written to.
        """
        if self._kept is not None and self._waiting:
            self._kept.write(self._waiting)
        self._waiting.clear()
        self._size = 0


def _intact(content: bytes) -> object | None:
    digest, body = content[:_DIGEST], content[_DIGEST:]
    if blake2b(body, digest_size=_DIGEST).digest() != digest:
        return None
    return unpickled(body)


def _finish(kept: "_Database", waiting: Mapping[str, bytes]) -> None:
    with suppress(SourceError):  # the process ends, and nobody would hear of it
        if waiting:
            kept.write(waiting)
    kept.close()


class _Database:
    """One file of entries, opened when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def has(self, name: str) -> bool:
        """Whether there is an entry of that name."""
        return self._first(_HAS, name) is not None

    def read(self, name: str) -> bytes | None:
        """One entry; None where there is none that can be read."""
        found = self._first(_SELECT, name)
        return found if isinstance(found, bytes) else None

    def _first(self, query: str, name: str) -> object | None:
        if self._connection is None and not self._path.exists():
            return None  # reading makes no file
        try:
            row = self._open().execute(query, (name,)).fetchone()
        except sqlite3.Error:
            return None
        return None if row is None else row[0]

    def write(self, entries: Mapping[str, bytes]) -> None:
        """Add entries, in place of those of the same names."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._insert(entries)
            except sqlite3.OperationalError:
                raise  # no room, no permission: another file would fare no better
            except sqlite3.DatabaseError:  # damaged
                self.close()
                self._path.unlink(missing_ok=True)
                self._insert(entries)
        except (OSError, sqlite3.Error) as error:
            raise SourceError(
                f"Could not keep facts in {self._path.parent}: {error}. Free some room there, or "
                f"name another folder with TFDIFF_CACHE."
            ) from error

    def _insert(self, entries: Mapping[str, bytes]) -> None:
        connection = self._open()
        with connection:
            connection.execute(_CREATE)
            connection.executemany(_INSERT, entries.items())

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            made = sqlite3.connect(self._path, timeout=_PATIENCE, check_same_thread=False)
            made.execute("PRAGMA synchronous = OFF")  # what a power cut takes is read again
            self._connection = made
        return self._connection

    def close(self) -> None:
        """Close the file; it is opened again where something else is asked of it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
