"""Brackets and macro bodies in lists of tokens: what one expansion step needs."""

from collections.abc import Sequence
from typing import Final

from tfdiff.extract.cxx.macros import Macro

_OPEN: Final = frozenset("([{")
_CLOSE: Final = frozenset(")]}")


def split(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    """Split at the commas that stand in no bracket."""
    parts: list[list[str]] = [[]]
    depth = 0
    for text in tokens:
        depth += (text in _OPEN) - (text in _CLOSE)
        if text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(text)
    return [tuple(part) for part in parts]


def closing_bracket(tokens: Sequence[str], at: int) -> int:
    """Index of the bracket that closes the one at an index; the length if none does."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index] in _OPEN) - (tokens[index] in _CLOSE)
        if depth == 0:
            return index
    return len(tokens)


def statement_end(tokens: Sequence[str], at: int) -> int:
    """The ``;`` after a chain of member calls that follows index ``at``; ``at`` without one."""
    end = at
    while end + 1 < len(tokens) and tokens[end + 1] == ".":
        end += 2
        while end + 1 < len(tokens) and tokens[end] not in _OPEN:
            end += 1
        end = closing_bracket(tokens, end)
    return min(end + 1, len(tokens)) if end > at else at


def substituted(macro: Macro, tokens: Sequence[str]) -> tuple[str, ...]:
    """The macro's body with arguments in place; ``##`` pastes, ``#`` makes a string."""
    if macro.parameters is None:
        return macro.body
    arguments = dict(zip(macro.parameters, split(tokens), strict=False))
    if macro.parameters[-1:] == ("...",):
        rest = split(tokens)[len(macro.parameters) - 1 :]
        arguments["__VA_ARGS__"] = tuple(
            token for at, part in enumerate(rest) for token in ((",",) if at else ()) + part
        )
    result: list[str] = []
    body = macro.body
    paste = False
    for index, text in enumerate(body):
        if text == "##":
            paste = True
            continue
        if text == "#" and index + 1 < len(body) and body[index + 1] in arguments:
            continue
        new = arguments.get(text, (text,))
        if index and body[index - 1] == "#" and text in arguments:
            new = ('"' + "".join(new) + '"',)
        if paste and result and new:
            new = (result.pop() + new[0], *new[1:])
        paste = False
        result += new
    return tuple(result)
