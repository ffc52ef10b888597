"""A C++ region's source as a list of statements that can be compared one by one.

Read from the tokens alone, and only for regions whose code differs.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from tfdiff.extract.cxx.features import features
from tfdiff.extract.cxx.lex import Token, lex
from tfdiff.extract.cxx.spelling import spelled, words_of
from tfdiff.facts import Region, Statement

_OPENING: Final = {b"(": b")", b"[": b"]", b"{": b"}"}
_ACCESS: Final = frozenset({b"public", b"private", b"protected"})
_LITERAL: Final = re.compile(rb"true|false|nullptr|[-+]?\d[\w.]*")
_ASSIGNED: Final = re.compile(r"[-+*/|&]?=$")
_NO_NAMES: Final = words_of(
    "if else for while do switch case default return break continue auto bool int int32_t int64_t "
    "float double void char T Tindex Tindices true false nullptr class struct template new delete "
    "using typedef namespace operator this static public private protected sizeof"
)


def statements(region: Region) -> tuple[Statement, ...]:
    """The statements of a C++ region, heads of blocks before what they enclose."""
    return _read(region.text, region.span.line)


@lru_cache(maxsize=4096)
def _read(text: str, first: int) -> tuple[Statement, ...]:
    source = text.encode()
    tokens = [token for token in lex(source) if token.kind != "comment"]
    return tuple(_Reader(source, tokens, first).run())


class _Reader:
    """Splits a stream of tokens into statements."""

    def __init__(self, source: bytes, tokens: Sequence[Token], first: int) -> None:
        self._source = source
        self._tokens = tokens
        self._first = first
        self._lines = [match.start() for match in re.finditer(rb"\n", source)]
        self._found: list[Statement] = []
        self._heads: list[int] = []
        self._named: list[dict[str, str]] = [{}]  # constants of each open block

    def run(self) -> Iterator[Statement]:
        """All statements in order."""
        pending: list[Token] = []
        brackets: list[bytes] = []
        for index, token in enumerate(self._tokens):
            text = token.text
            if token.kind == "directive":
                self._add([token])
                continue
            if text == b"{" and self._is_block(index):
                self._add([*pending], head=True)
                pending = []
                brackets.append(b"block")
                self._named.append({})
                continue
            if text == b"}" and brackets[-1:] == [b"block"]:
                self._add(pending)
                pending = []
                brackets.pop()
                self._end(token)
                continue
            if text in _OPENING:
                brackets.append(_OPENING[text])
            elif brackets and text == brackets[-1]:
                brackets.pop()
            pending.append(token)
            inside = bool(brackets) and brackets[-1] != b"block"
            label = text == b":" and len(pending) > 1 and pending[0].text in _ACCESS
            if (text == b";" and not inside) or label:
                self._add(pending)
                pending = []
        self._add(pending)
        return iter(self._found)

    def _is_block(self, opening: int) -> bool:
        """Whether a brace holds statements, and no list of values."""
        depth = 0
        for token in self._tokens[opening:]:
            depth += (token.text == b"{") - (token.text == b"}")
            if token.text == b";" or token.kind == "directive":
                return True
            if depth == 0:
                break
        before = self._tokens[opening - 1].text if opening else b")"
        return before in {b")", b"const", b"override", b"else", b"do", b"try"}

    def _add(self, tokens: Sequence[Token], *, head: bool = False) -> None:
        if not [token for token in tokens if token.text != b";"]:
            if head:
                self._heads.append(len(self._found) - 1)
            return
        words = self._written_out([token for token in tokens if token.text != b";"])
        if not words:
            return
        if "TF_DISALLOW_COPY_AND_ASSIGN" in words[:1] or words[-2:] == ("=", "delete"):
            return  # that a class cannot be copied, in either spelling: the compiler's matter
        if words[:1] == ("XlaBuilder",) and words[-4:] == ("->", "builder", "(", ")"):
            return  # a name for XLA's builder, whose methods became functions
        parent = self._heads[-1] if self._heads else None
        start, end = tokens[0].start, tokens[-1].end
        text = " ".join(self._source[start:end].decode("utf-8", "replace").split())
        one = Statement(
            said=" ".join(words),
            text=text,
            features=features(words),
            binds=_binds(words, head=head),
            reads=tuple(dict.fromkeys(word for word in words if _names(word))),
            parent=parent,
            within=self._said(parent),
            line=self._line(start),
            end_line=self._line(end - 1),
        )
        if head:
            self._heads.append(len(self._found))
        self._found.append(one)

    def _written_out(self, tokens: Sequence[Token]) -> tuple[str, ...]:
        """The words, constants by their values; none where the statement names a constant."""
        names = {name: value for block in self._named for name, value in block.items()}
        words = spelled(tokens)
        if names:
            members = {".", "->", "::"}
            words = tuple(
                names.get(word, word) if before not in members else word
                for before, word in zip(("", *words), words, strict=False)
            )
        match [token.text for token in tokens]:
            case [b"const" | b"constexpr", _, name, b"=", value] if _LITERAL.fullmatch(value):
                self._named[-1][name.decode()] = value.decode()
                return ()
        return words

    def _end(self, token: Token) -> None:
        if len(self._named) > 1:
            self._named.pop()
        parent = self._heads.pop() if self._heads else None
        line = self._line(token.start)
        self._found.append(
            Statement("end", "}", (), (), (), parent, self._said(parent), line, line)
        )

    def _said(self, parent: int | None) -> str:
        return self._found[parent].said if parent is not None and parent >= 0 else ""

    def _line(self, offset: int) -> int:
        return self._first + bisect_left(self._lines, offset)


def _names(word: str) -> bool:
    return word.isidentifier() and word not in _NO_NAMES


def _binds(words: Sequence[str], *, head: bool) -> tuple[str, ...]:
    """What a statement declares or assigns; the parameters of a function or loop head."""
    found: list[str] = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        before = words[index - 1] if index else ""
        if not _names(word) or before in {".", "->", "::"}:
            continue
        assigned = bool(_ASSIGNED.match(following)) and following != "=="
        # behind the sign of an assignment "*" multiplies
        declared = index > 0 and (_names(before) or before in {"&", "*", ">", "auto", "T"} | _TYPES)
        declared = declared and "=" not in words[:index]
        ends = following in {"", ",", ")", "(", "{", "="}
        if assigned or (declared and ends and (head or following in {"", "=", "(", "{"})):
            found.append(word)
    return tuple(dict.fromkeys(found))


_TYPES: Final = frozenset(
    {"bool", "int", "int32_t", "int64_t", "float", "double", "Tindex", "void"}
)
