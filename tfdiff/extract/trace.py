"""What a fact was read from, so that it is read again only where one of these things changed.

While a fact is read, the readers note every question that they ask of the release and the
answer: the content of a file (or that there is none), what a name stands for, the rule of a
kernel. The fact is kept with these answers. Another release that gives the same answers has the
same fact, whatever else is new in it: that costs a look at the answers and no reading.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar

from tfdiff.extract.store import FactStore

Question = tuple[str, ...]
Asked = dict[Question, str]
Trace = tuple[tuple[Question, str], ...]
Fact = TypeVar("Fact")


class Journal:
    """The questions asked of a release while facts are being read.

    Recordings may be nested: what is noted belongs to all that are open. What is asked only to
    find an answer that is noted itself is ``muted``.
    """

    def __init__(self) -> None:
        self._open: list[Asked] = []
        self._muted = 0

    def note(self, question: Question, answer: str) -> None:
        """Note a question and its answer."""
        if not self._muted:
            for asked in self._open:
                asked[question] = answer

    def replay(self, asked: Asked) -> None:
        """Note again what led to something that is now taken from memory."""
        if not self._muted:
            for others in self._open:
                others.update(asked)

    @contextmanager
    def recording(self) -> Iterator[Asked]:
        """Collect what is noted."""
        asked: Asked = {}
        self._open.append(asked)
        try:
            yield asked
        finally:
            self._open.pop()

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Note nothing."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1


class Kept(NamedTuple, Generic[Fact]):
    """A fact and the key that it is kept under; the same key means the same fact."""

    key: str
    fact: Fact


class Traces:
    """Facts of one release, kept with the answers that they were read from.

    Args:
        store: keeps them.
        journal: hears of every question while a fact is being read.
        answer: the release's answer to a question.
    """

    def __init__(
        self, store: FactStore, journal: Journal, answer: Callable[[Question], str]
    ) -> None:
        self._store = store
        self._journal = journal
        self._answer = answer
        self._answers: Asked = {}

    def get(self, kind: str, subject: str, make: Callable[[], Fact]) -> Kept[Fact]:
        """The fact about a subject; made where no release read so far gives the same answers.

        Args:
            kind: a plain word, as for ``FactStore.get``.
            subject: what it is about, such as a class and its file.
            make: reads it, noting every question.
        """
        place = sha256(subject.encode()).hexdigest()
        traces = self._known(kind, place)
        for trace in reversed(traces):  # the last release is most like this one
            if self._holds(trace):
                key = _key(subject, trace)
                return Kept(key, self._store.get(kind, key, make))
        with self._journal.recording() as asked:
            fact = make()
        self._answers |= asked
        trace = tuple(sorted(asked.items()))
        key = _key(subject, trace)
        self._store.put(kind, key, fact)
        # Others may have added theirs; one that is lost is read once more, and no harm done.
        self._store.put(f"{kind}-traces", place, (*traces, trace))
        return Kept(key, fact)

    def _known(self, kind: str, place: str) -> tuple[Trace, ...]:
        known: tuple[Trace, ...] = self._store.get(f"{kind}-traces", place, tuple)
        return known

    def _holds(self, trace: Trace) -> bool:
        return all(self._said(question) == answer for question, answer in trace)

    def _said(self, question: Question) -> str:
        known = self._answers.get(question)
        if known is None:
            with self._journal.muted():
                known = self._answers[question] = self._answer(question)
        return known


def digest(text: str) -> str:
    """A short answer that stands for a long one."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _key(subject: str, trace: Trace) -> str:
    return digest(repr((subject, trace)))
