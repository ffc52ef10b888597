"""One pass over a file's tokens: what the grammar must not see, and what macros are called.

Registration in TensorFlow is done by macro calls between the definitions. No C++ grammar
accepts them, so they are taken out here, as ``Invocation``, and blanked at equal length. So
are thread-safety annotations, explicit instantiations and a ``typename`` inside an expression.
A loop macro (``GPU_1D_KERNEL_LOOP(i, n) {``) is written over as ``while``, and
``TF_ASSIGN_OR_RETURN(auto x, F())`` as the assignment that it is, at equal length.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tfdiff.extract.cxx.annotations import annotates
from tfdiff.extract.cxx.lex import Token, lex

_MACRO: Final = re.compile(rb"[A-Z][A-Z0-9]*_[A-Za-z0-9_]*$|[A-Z]{4,}$")
_ASSIGNS: Final = re.compile(rb"[A-Z_]*ASSIGN_OR_[A-Z_]+$")
_STATEMENT_START: Final = frozenset({b";", b"{", b"}", b")", b"else", b":"})
_NO_MACROS: Final = frozenset({b"static_assert", b"decltype", b"alignas", b"__attribute__"})
_NO_CODE: Final = frozenset({"comment", "directive"})
_CLOSING: Final = {b"(": b")", b"{": b"}", b"[": b"]"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes ``start`` to ``end`` of a file, and what was done with them."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Bytes from ``start`` on that the grammar gets as ``text``, which is as long."""

    start: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Invocation:
    """A macro call between definitions: ``REGISTER_KERNELS(CPU, float);``.

    Attributes:
        name: of the macro.
        start, end: the whole statement, with its ``;`` and a chain of member calls.
        arguments: offsets of the text between the parentheses.
    """

    name: str
    start: int
    end: int
    arguments: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Surface:
    """What one pass over the tokens finds.

    Attributes:
        blanked: stretches that the grammar gets as spaces.
        rewritten: macros in bodies, which the grammar gets as what they stand for.
        invocations: macro calls at namespace scope, in source order.
        directives: preprocessor lines, in source order.
        tokens: all tokens of the file, comments included; ``starts`` are their offsets.
    """

    blanked: tuple[Stretch, ...]
    rewritten: tuple[Rewrite, ...]
    invocations: tuple[Invocation, ...]
    directives: tuple[Token, ...]
    tokens: Sequence[Token]
    starts: Sequence[int]

    def between(self, start: int, end: int) -> Sequence[Token]:
        """The tokens that start between two offsets."""
        return self.tokens[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def closing(tokens: Sequence[Token], at: int) -> int:
    """Index of the bracket that closes the one at index ``at``; the last index if none does."""
    opening = tokens[at].text
    ending = _CLOSING[opening]
    depth = 0
    for index in range(at, len(tokens)):
        text = tokens[index].text
        if text == opening:
            depth += 1
        elif text == ending:
            depth -= 1
            if depth == 0:
                return index
    return len(tokens) - 1


def scan(source: bytes) -> Surface:
    """Find what stands between the definitions and what the grammar must not see."""
    return _Scan(lex(source)).run()


def _matching(tokens: Sequence[Token]) -> tuple[dict[int, int], dict[int, int]]:
    """Opening bracket -> closing one, and back; an open end closes with the last token."""
    found: dict[int, int] = {}
    stacks: dict[bytes, list[int]] = {ending: [] for ending in _CLOSING.values()}
    for index, (_, text, _) in enumerate(tokens):
        if text in _CLOSING:
            stacks[_CLOSING[text]].append(index)
            found[index] = len(tokens) - 1
        elif stacks.get(text):
            found[stacks[text].pop()] = index
    return found, {close: start for start, close in found.items()}


class _Scan:
    """The pass itself: where it is, and what it has found so far."""

    def __init__(self, tokens: list[Token]) -> None:
        self._all = tokens
        self._tokens = [token for token in tokens if token.kind not in _NO_CODE]
        self._closing, self._opening = _matching(self._tokens)
        self._blanked: list[Stretch] = []
        self._rewritten: list[Rewrite] = []
        self._invocations: list[Invocation] = []
        self._item = 0  # index where the current item at namespace scope starts

    def run(self) -> Surface:
        """Walk over the tokens, knowing whether we are between definitions or inside one."""
        tokens = self._tokens
        scopes: list[bool] = []  # per open brace: is it a namespace's?
        inside = 0  # open braces that are no namespace's
        index = 0
        while index < len(tokens):
            kind, text, _ = tokens[index]
            if kind == "word":
                starts_item = inside == 0 and index == self._item
                if starts_item or text == b"typename" or text[:1].isupper():
                    index = self._word(index, starts_item=starts_item)
                else:
                    index += 1
                continue
            if text == b"{":
                namespace = inside == 0 and self._is_namespace()
                scopes.append(namespace)
                inside += not namespace
            elif text == b"}" and scopes:
                inside -= not scopes.pop()
            index += 1
            if inside == 0 and text in {b";", b"{", b"}"}:
                self._item = index
        return Surface(
            blanked=tuple(self._blanked),
            rewritten=tuple(self._rewritten),
            invocations=tuple(self._invocations),
            directives=tuple(token for token in self._all if token.kind == "directive"),
            tokens=self._all,
            starts=[token.start for token in self._all],
        )

    def _is_namespace(self) -> bool:
        words = [token.text for token in self._tokens[self._item : self._item + 2]]
        return b"namespace" in words or (words[:1] == [b"extern"] and words[1][:1] == b'"')

    def _word(self, index: int, *, starts_item: bool) -> int:
        """Look at the word at ``index``; the index to go on from."""
        tokens = self._tokens
        text = tokens[index].text
        following = tokens[index + 1].text if index + 1 < len(tokens) else b""
        before = tokens[index - 1].text if index else b";"
        if text == b"template" and following != b"<" and starts_item:
            return self._statement(index, "explicit instantiation")
        if text == b"extern" and following == b"template" and starts_item:
            return self._statement(index, "explicit instantiation elsewhere")
        if text == b"typename" and before in {b"=", b"return"}:
            self._blank(index, index, "typename in an expression")
            return index + 1
        if starts_item and following == b"(" and text not in _NO_MACROS:
            return self._invocation(index)
        if not (text[:1].isupper() and _MACRO.match(text)):
            return index + 1
        return self._in_definition(index, before, following)

    def _statement(self, index: int, reason: str) -> int:
        end = index
        while end < len(self._tokens) - 1 and self._tokens[end].text != b";":
            end += 1
        self._blank(index, end, reason)
        self._item = end + 1
        return end + 1

    def _invocation(self, index: int) -> int:
        tokens = self._tokens
        close = end = self._closing[index + 1]
        following = tokens[end + 1].text if end + 1 < len(tokens) else b""
        if following == b"{":
            return index + 1
        if following in {b".", b";"}:
            while end < len(tokens) - 1 and tokens[end].text != b";":
                end += 1
                if tokens[end].text in _CLOSING:
                    end = self._closing[end]
        name = tokens[index].text.decode()
        arguments = (tokens[index + 1].end, tokens[close].start)
        self._invocations.append(
            Invocation(name, tokens[index].start, tokens[end].end, arguments),
        )
        self._item = end + 1
        return end + 1

    def _in_definition(self, index: int, before: bytes, following: bytes) -> int:
        """An all-caps word inside a definition: an annotation, a loop macro, or just a name."""
        tokens = self._tokens
        word = tokens[index]
        end = self._closing[index + 1] if following == b"(" else index
        after = tokens[end + 1] if end + 1 < len(tokens) else word
        blanked = self._blanked[-1].end if self._blanked else 0
        if annotates(tokens, index, after, blanked, self._opening):
            self._blank(index, end, f"annotation {word.text.decode()}")
            return end + 1
        if before in _STATEMENT_START and following == b"(":
            if after.text == b"{" and len(word.text) >= len(b"while"):
                self._rewritten.append(Rewrite(word.start, b"while".ljust(len(word.text))))
            elif _ASSIGNS.match(word.text):
                self._assignment(index, end)
        return index + 1

    def _assignment(self, index: int, end: int) -> None:
        """``ASSIGN_OR_RETURN(left, right)`` is ``left = right``."""
        tokens = self._tokens
        depth = 0
        for at in range(index + 2, end):
            text = tokens[at].text
            depth += (text in {b"<", b"("}) - (text in {b">", b")"})
            if text == b"," and depth == 0:
                head = tokens[index + 1].end - tokens[index].start
                self._rewritten.append(Rewrite(tokens[index].start, b" " * head))
                self._rewritten.append(Rewrite(tokens[at].start, b"="))
                self._rewritten.append(Rewrite(tokens[end].start, b" "))
                return

    def _blank(self, first: int, last: int, reason: str) -> None:
        self._blanked.append(Stretch(self._tokens[first].start, self._tokens[last].end, reason))
