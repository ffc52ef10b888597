"""The preprocessor's view of a file: conditions, macro definitions and macro calls, in order.

``#if`` conditions are kept as text and decided later for each build (``expand``), because one
source registers kernels for CPU, CUDA and SYCL.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from typing import Literal as OneOf

from tfdiff.extract.cxx.lex import Token, code, squeeze
from tfdiff.extract.cxx.surface import Invocation

_DIRECTIVE: Final = re.compile(rb"#\s*(\w+)\s*(.*)", re.DOTALL)
_DEFINE: Final = re.compile(rb"(\w+)(\(([^)]*)\))?", re.DOTALL)
_INCLUDE: Final = re.compile(r'"([^"]+)"')
_COMMENT: Final = re.compile(rb"/\*.*?\*/", re.DOTALL)

EventKind = OneOf["if", "elif", "else", "endif", "define", "undef", "call"]


class Macro(NamedTuple):
    """One ``#define``; ``parameters`` is None where it takes no parentheses.

    Attributes:
        body: the replacement as tokens, comments left out.
        start, end: offsets in the file; ``line``, ``end_line`` are 1-based.
    """

    name: str
    parameters: tuple[str, ...] | None
    body: tuple[str, ...]
    start: int
    end: int
    line: int
    end_line: int


class Call(NamedTuple):
    """A macro call between definitions; ``text`` is the whole statement, chain included."""

    name: str
    text: str
    tokens: tuple[str, ...]
    start: int
    end: int
    line: int
    end_line: int


class Event(NamedTuple):
    """Something the preprocessor acts on; ``text`` is the condition or the name."""

    kind: EventKind
    text: str
    start: int
    macro: Macro | None = None
    call: Call | None = None


class Lines:
    """Line numbers of offsets in one file."""

    def __init__(self, source: bytes) -> None:
        self._ends = [match.start() for match in re.finditer(rb"\n", source)]

    def at(self, offset: int) -> int:
        """The 1-based line that holds an offset."""
        return bisect_left(self._ends, offset) + 1


def events(
    source: bytes, directives: Iterable[Token], calls: Iterable[Invocation], lines: Lines
) -> tuple[Event, ...]:
    """Directives and macro calls of a file in source order; ``#include`` is left out."""
    found = [event for token in directives if (event := _event(token, lines)) is not None]
    found += [_call_event(source, call, lines) for call in calls]
    return tuple(sorted(found, key=lambda event: event.start))


def includes(directives: Iterable[Token]) -> tuple[str, ...]:
    """Paths named by ``#include "..."``, in order."""
    named = (_INCLUDE.search(token.text.decode("utf-8", "replace")) for token in directives)
    return tuple(match[1] for match in named if match is not None)


def conditions_at(found: Sequence[Event], offset: int) -> tuple[str, ...]:
    """The conditions under which the code at an offset is compiled, outermost first."""
    stack: list[list[str]] = []
    for event in found:
        if event.start > offset:
            break
        if event.kind == "if":
            stack.append([event.text])
        elif event.kind == "elif" and stack:
            stack[-1] = [*_negated(stack[-1]), event.text]
        elif event.kind == "else" and stack:
            stack[-1] = _negated(stack[-1])
        elif event.kind == "endif" and stack:
            stack.pop()
    return tuple(text for level in stack for text in level)


def _negated(level: list[str]) -> list[str]:
    return [*level[:-1], f"!({level[-1]})"]


def _event(token: Token, lines: Lines) -> Event | None:
    match = _DIRECTIVE.search(token.text)
    if match is None:
        return None
    keyword, rest = match[1].decode(), match[2]
    text = squeeze(_COMMENT.sub(b" ", rest)).decode("utf-8", "replace")
    match keyword:
        case "if" | "elif" | "else" | "endif" | "undef":
            return Event(keyword, text, token.start)
        case "ifdef":
            return Event("if", f"defined({text})", token.start)
        case "ifndef":
            return Event("if", f"!defined({text})", token.start)
        case "define":
            macro = read_macro(token, lines)
            return Event("define", macro.name, token.start, macro) if macro else None
        case _:
            return None


def read_macro(token: Token, lines: Lines) -> Macro | None:
    """The macro that a directive defines; None if it defines none."""
    match = _DIRECTIVE.search(token.text)
    if match is None or match[1] != b"define":
        return None
    rest = match[2]
    head = _DEFINE.match(rest)
    if head is None:
        return None
    parameters = None
    if head[2] is not None:
        parts = squeeze(head[3].replace(b"\\", b" ")).decode().split(",")
        parameters = tuple(part.strip() for part in parts if part.strip())
    body = tuple(_decode(part.text) for part in code(rest[head.end() :]))
    line, end_line = lines.at(token.start), lines.at(token.end)
    return Macro(head[1].decode(), parameters, body, token.start, token.end, line, end_line)


def _call_event(source: bytes, call: Invocation, lines: Lines) -> Event:
    text = source[call.start : call.end]
    tokens = tuple(_decode(token.text) for token in code(text))
    line, end_line = lines.at(call.start), lines.at(call.end)
    found = Call(call.name, _decode(text), tokens, call.start, call.end, line, end_line)
    return Event("call", call.name, call.start, call=found)


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")
