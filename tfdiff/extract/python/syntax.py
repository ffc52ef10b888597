"""The standard library's syntax trees together with the text that they were read from.

``ast`` keeps neither text nor grouping parentheses, but it has the place of every expression:
``Source`` gives the text back. That is ten times as fast as a parser that keeps the layout.
"""

import ast
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from io import BytesIO
from itertools import chain, zip_longest
from keyword import iskeyword
from typing import Final

_BOM: Final = b"\xef\xbb\xbf"
_BREAK: Final = re.compile(rb"\r\n?")
_SKIPPED: Final = re.compile(rb"(?:\s|\\\n|#[^\n]*)*")
# Strings and comments are matched so that what is inside them is not taken for parentheses.
_PARENTHESES: Final = re.compile(
    rb"'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^\\'\n])*'|\"(?:\\.|[^\\\"\n])*\""
    rb"|#[^\n]*|(?P<word>\w++)[ \t]*+(?P<after_word>\()?"
    rb"|(?P<close>\))(?:[ \t]*+(?P<after_call>\())?|[\]}][ \t]*+(?P<after_item>\()|(?P<open>\()",
    re.DOTALL,
)
_GAP: Final = re.compile(r"\s*\\?\n\s*|\s+")
_OPENING: Final = re.compile(r"([(\[{]) ")
_CLOSING: Final = re.compile(r",? ?([)\]}])")
_NOT_WALKED: Final = frozenset({"ctx", "op", "ops", "type_comment", "kind", "conversion"})


class Source:
    """One parsed file.

    Raises:
        SyntaxError: it does not parse.
        ValueError: likewise, for a null byte or an encoding that it has not.
        RecursionError: likewise, nested too deeply.
    """

    def __init__(self, source: bytes) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" in their docstrings
            self.tree = ast.parse(source)
        encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
        plain = _BREAK.sub(b"\n", source.removeprefix(_BOM))
        if not encoding.startswith("utf-8"):
            plain = plain.decode(encoding, "replace").encode()
        self._source = plain  # the offsets of the tree are of UTF-8
        self._starts = [0, *(found.end() for found in re.finditer(rb"\n", plain))]

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, without their ends."""
        return self._source.decode("utf-8", "replace").split("\n")

    def text(self, node: ast.expr) -> str:
        """An expression as written, in one line: no line breaks, comments or trailing commas."""
        start, end = self._place(node)
        first, last = self._grouped(start, end)
        if isinstance(node, ast.Attribute) and first == start:
            return f"{self.text(node.value)}.{node.attr}"
        if isinstance(node, ast.GeneratorExp) and start in self._called:
            first, last = start + 1, end - 1  # the parentheses are those of the call
        return _in_one_line(self._source[first:last].decode("utf-8", "replace"))

    def _place(self, node: ast.expr) -> tuple[int, int]:
        """Where a node starts and ends, without the parentheses that group it."""
        end_line = node.end_lineno or node.lineno
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[end_line - 1] + (node.end_col_offset or 0)

    def _grouped(self, start: int, end: int) -> tuple[int, int]:
        """Where something starts and ends with the parentheses that group it."""
        while True:
            close = _after(self._source, end)
            opening = self._groups.get(close)
            if opening is None or _after(self._source, opening + 1) != start:
                return start, end
            start, end = opening, close + 1

    @property
    def _groups(self) -> dict[int, int]:
        """Closing parenthesis -> opening one, of those that are no call's."""
        return self._parentheses[0]

    @property
    def _called(self) -> frozenset[int]:
        """The opening parentheses that follow what they call, or a name that is defined."""
        return self._parentheses[1]

    @cached_property
    def _parentheses(self) -> tuple[dict[int, int], frozenset[int]]:
        groups: dict[int, int] = {}
        called: set[int] = set()
        unclosed: list[int] = []
        for found in _PARENTHESES.finditer(self._source):
            kind = found.lastgroup
            if kind is None or kind == "word":
                continue
            if kind in {"close", "after_call"}:
                opening = unclosed.pop() if unclosed else -1
                if opening not in called:
                    groups[found.start()] = opening
            if kind != "close":
                opening = found.end() - 1
                unclosed.append(opening)
                operator = kind == "after_word" and iskeyword(found["word"].decode("utf-8"))
                if kind != "open" and not operator:
                    called.add(opening)
        return groups, frozenset(called)


def _after(source: bytes, offset: int) -> int:
    """Where the next code stands."""
    found = _SKIPPED.match(source, offset)
    return offset if found is None else found.end()


def _in_one_line(code: str) -> str:
    if "\n" in code or "  " in code or ", )" in code or ",)" in code or ",]" in code:
        if "#" in code:
            code = "\n".join(_without_comment(line) for line in code.split("\n"))
        code = _GAP.sub(" ", code)
        code = _CLOSING.sub(_closing, _OPENING.sub(r"\1", code))
    return code.strip()


def _closing(match: re.Match[str]) -> str:
    # (x,) is a tuple, (x) is none: a comma before a parenthesis may carry meaning
    before = match.string[: match.start()]
    opened = before.rfind("(")
    lone = match[1] == ")" and "," in match[0] and "," not in before[opened + 1 :]
    called = opened > 0 and (before[opened - 1].isalnum() or before[opened - 1] in "_)]")
    return f",{match[1]}" if lone and not called else match[1]


def _without_comment(line: str) -> str:
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote and line[index - 1] != "\\" else quote
        elif char in "'\"":
            quote = char
        elif char == "#":
            return line[:index]
    return line


def dotted(node: ast.AST) -> str | None:
    """``a.b.c`` for names and attributes; ``super(X, self).b`` gives ``super().b``."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            base = dotted(value)
            return None if base is None else f"{base}.{attr}"
        case ast.Call(func=ast.Name(id="super")):
            return "super()"
        case ast.Constant(value=None | True | False as value):
            return repr(value)
    return None


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below that are evaluated, in the order that they are."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            given = [*args, *(one.value for one in keywords)]
            return [func, *sorted(given, key=_place)] if args and keywords else [func, *given]
        case ast.Dict(keys=keys, values=values):
            pairs = chain.from_iterable(zip_longest(keys, values))
            return [one for one in pairs if one is not None]
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None) if name not in _NOT_WALKED else None
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
    return found


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def arms(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """The blocks of a compound statement, in source order, ``if`` with its else arm last."""
    if body := getattr(statement, "body", None):
        yield body
    for field in ("handlers", "cases"):
        for one in getattr(statement, field, ()):
            yield one.body
    for field in ("orelse", "finalbody"):
        if block := getattr(statement, field, None):
            yield block
