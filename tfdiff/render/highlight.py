"""Source lines as runs of characters that look alike: syntax, and which words changed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pygments.lexer import Lexer
from pygments.lexers.c_cpp import CppLexer
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType

from tfdiff.render.visible import cut, lines, visible

_CLASSES: Final = (
    (Comment, "c"),
    (String, "s"),
    (Number, "m"),
    (Keyword, "k"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
)
_LEXERS: Final[dict[str, Lexer]] = {
    "python": PythonLexer(stripnl=False, ensurenl=False),
    "c++": CppLexer(stripnl=False, ensurenl=False),  # type: ignore[no-untyped-call]
}
_WORD: Final = re.compile(r"\w+|[^\w\s]")
_MOST_WORDS: Final = 1500  # comparing words takes time in the square of their number
_LEAST_ALIKE: Final = 0.3

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look: ``kind`` is a class of the stylesheet or empty."""

    text: str
    kind: str
    changed: bool


Line = tuple[Run, ...]


def highlighted(text: str, path: str) -> tuple[Line, ...]:
    """The lines of a source text, coloured by the language of the file."""
    return _highlighted(text, "python" if path.endswith(".py") else "c++")


@lru_cache(maxsize=4096)  # a page that became too big is made again with less
def _highlighted(text: str, language: str) -> tuple[Line, ...]:
    shown = "\n".join(cut(visible(line)) for line in lines(text))
    done: list[Line] = []
    runs: list[Run] = []
    for kind, value in _LEXERS[language].get_tokens(shown):
        first, *others = value.split("\n")
        _append(runs, first, _class(kind))
        for part in others:
            done.append(tuple(runs))
            runs = []
            _append(runs, part, _class(kind))
    return (*done, tuple(runs))


def _append(runs: list[Run], text: str, kind: str) -> None:
    if not text:
        return
    if runs and (runs[-1].kind == kind or text.isspace()):
        runs[-1] = Run(runs[-1].text + text, runs[-1].kind, changed=False)
    else:
        runs.append(Run(text, kind, changed=False))


@lru_cache(maxsize=256)
def _class(kind: _TokenType) -> str:
    return next((short for token, short in _CLASSES if kind[: len(token)] == token), "")


def marked(line: Line, ranges: Ranges) -> Line:
    """The line with the characters in ``ranges`` told apart as changed."""
    if not ranges:
        return line
    edges = sorted({edge for span in ranges for edge in span})
    found: list[Run] = []
    start = 0
    for run in line:
        end = start + len(run.text)
        cuts = [start, *(edge for edge in edges if start < edge < end), end]
        for left, right in pairwise(cuts):
            changed = any(low <= left < high for low, high in ranges)
            found.append(Run(run.text[left - start : right - start], run.kind, changed))
        start = end
    return tuple(found)


def changed_words(
    old: Sequence[Line], new: Sequence[Line]
) -> tuple[tuple[Ranges, ...], tuple[Ranges, ...]]:
    """Per line of each side, the stretches of words that the other side does not have.

    Nothing is marked where the sides have little in common: it was written anew.
    """
    none = ((),) * len(old), ((),) * len(new)
    before, after = _words(old), _words(new)
    if not before or not after or max(len(before), len(after)) > _MOST_WORDS:
        return none
    matcher = SequenceMatcher(
        None, [word for *_, word in before], [word for *_, word in after], autojunk=False
    )
    if matcher.ratio() < _LEAST_ALIKE:
        return none
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        _ranges((before[code[1] : code[2]] for code in codes), len(old)),
        _ranges((after[code[3] : code[4]] for code in codes), len(new)),
    )


Word = tuple[int, int, int, str]  # line, start, end, text


def _words(code: Sequence[Line]) -> list[Word]:
    return [
        (number, match.start(), match.end(), match.group())
        for number, line in enumerate(code)
        for match in _WORD.finditer("".join(run.text for run in line))
    ]


def _ranges(stretches: Iterable[list[Word]], count: int) -> tuple[Ranges, ...]:
    """Per line the marked stretches; neighbouring words are marked with what is between."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for stretch in stretches:
        edges: dict[int, tuple[int, int]] = {}
        for number, start, end, _ in stretch:
            edges[number] = (edges.get(number, (start, end))[0], end)
        for number, edge in edges.items():
            found[number].append(edge)
    return tuple(map(tuple, found))
