"""Decides ``#if`` conditions for one build: which macros are defined, and as what."""

import re
from collections.abc import Mapping
from typing import Final

_TOKEN: Final = re.compile(r"defined|\w+|&&|\|\||[=!<>]=|[()!<>]|\S")
_LEVELS: Final = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="))


def decide(condition: str, defined: Mapping[str, int | None]) -> bool | None:
    """Does the condition hold? None where it asks for something that is not known.

    Args:
        condition: the text after ``#if``.
        defined: macro -> its value; None for one whose value is no number.
    """
    parser = _Parser(_TOKEN.findall(condition), defined)
    value = parser.binary(0)
    return None if value is None or parser.left() else bool(value)


class _Parser:
    """Recursive descent over the condition's tokens."""

    def __init__(self, tokens: list[str], defined: Mapping[str, int | None]) -> None:
        self._tokens = tokens
        self._defined = defined
        self._at = 0

    def left(self) -> bool:
        """Is there something after the expression?"""
        return self._at < len(self._tokens)

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""

    def _peek(self) -> str:
        return self._tokens[self._at] if self.left() else ""

    def binary(self, level: int) -> int | None:
        """An expression of operators that bind at least as tightly as ``level``."""
        if level == len(_LEVELS):
            return self._unary()
        value = self.binary(level + 1)
        while self._peek() in _LEVELS[level]:
            value = _apply(self._next(), value, self.binary(level + 1))
        return value

    def _unary(self) -> int | None:
        word = self._next()
        if word == "!":
            value = self._unary()
            return None if value is None else int(not value)
        if word == "(":
            value = self.binary(0)
            return value if self._next() == ")" else None
        if word == "defined":
            return self._is_defined()
        return int(word) if word.isdigit() else self._name(word)

    def _name(self, word: str) -> int | None:
        """The value of a macro; 0 where it is not defined, None for a call or an operator."""
        if self._peek() == "(":
            self._skip()
            return None
        return self._defined.get(word, 0) if word.isidentifier() else None

    def _skip(self) -> None:
        """Pass over the arguments of a call."""
        depth = 0
        while self.left():
            word = self._next()
            depth += (word == "(") - (word == ")")
            if depth == 0:
                return

    def _is_defined(self) -> int | None:
        name = self._next()
        if name == "(":
            name = self._next()
            if self._next() != ")":
                return None
        return int(name in self._defined)


def _apply(operator: str, left: int | None, right: int | None) -> int | None:
    known = {value for value in (left, right) if value is not None}
    if operator == "||":
        return 1 if any(known) else (0 if None not in (left, right) else None)
    if operator == "&&":
        return 0 if 0 in known else (1 if None not in (left, right) else None)
    if left is None or right is None:
        return None
    return int(
        {
            "==": left == right,
            "!=": left != right,
            "<": left < right,
            ">": left > right,
            "<=": left <= right,
            ">=": left >= right,
        }[operator]
    )
