"""The tokens of C++ and CUDA source, and hashes that do not depend on comments and layout.

Everything works on bytes: offsets are the same as tree-sitter's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

_RAW_STRING: Final = rb'(?:u8|[uUL])?R"(?P<fence>[^()\\\s]{0,16})\(.*?\)(?P=fence)"'
_STRING: Final = rb'(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"'
_DIRECTIVE: Final = rb"^[ \t]*\#(?:[^\\\n/]|\\\r?\n|\\.|/(?![/*])|/\*.*?\*/)*"
_TOKEN: Final = re.compile(
    rb"(?P<comment>//(?:[^\\\n]|\\\r?\n|\\.)*|/\*.*?\*/)"
    rb"|(?P<directive>" + _DIRECTIVE + rb")"
    rb"|(?P<string>" + _RAW_STRING + rb"|" + _STRING + rb"|'(?:[^'\\\n]|\\.)+')"
    rb"|(?P<word>[A-Za-z_$][A-Za-z0-9_$]*)"
    rb"|(?P<number>\.?[0-9](?:[eEpP][+-]|'(?=[0-9a-fA-F])|[0-9A-Za-z_.])*)"
    rb"|(?P<mark>->|::|\+\+|--|&&|\|\||<<=|>>=|<<|[-+*/%&|^!=<]=|\#\#|\.\.\.|[^\s\\])"
    rb"|\n+|[ \t]+",  # a run at once: what matched nothing would be tried at every byte
    re.MULTILINE | re.DOTALL,
)
_SPACE: Final = re.compile(rb"(?:\\\r?\n|\s)+")
# TensorFlow's own names for the fixed-width types became the standard ones in 2.6.
_SAME_TYPE: Final = {
    f"{sign}int{bits}".encode(): f"{sign}int{bits}_t".encode()
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}


class Token(NamedTuple):
    """One token: its kind (a group name of the lexer), its bytes and where it starts."""

    kind: str
    text: bytes
    start: int

    @property
    def end(self) -> int:
        """Offset of the first byte after the token."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Hashes:
    """Hash of the code without comments and layout, and hash of the comments."""

    tokens: str
    docs: str


def lex(source: bytes, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens between two offsets, comments and directives included.

    A whole preprocessor directive, continuation lines included, is one token.
    """
    found = _TOKEN.finditer(source, start, len(source) if end is None else end)
    # Not Token(...): a file has ten thousands, and a named tuple's own function is slow.
    return [
        tuple.__new__(Token, (match.lastgroup, match[0], match.start()))
        for match in found
        if match.lastgroup
    ]


def code(source: bytes) -> list[Token]:
    """The tokens of a piece of code without its comments."""
    return [token for token in lex(source) if token.kind != "comment"]


def normal(tokens: list[Token]) -> bytes:
    """One spelling for all layouts of the same code.

    Adjacent string literals are joined (clang-format splits them), space in directives is
    collapsed, and the two spellings of fixed-width integer types are one.
    """
    words: list[bytes] = []
    for kind, text, _ in tokens:
        if kind == "string" and words and words[-1][-1:] == b'"' == text[:1]:
            words[-1] = words[-1][:-1] + text[1:]
        elif kind == "directive":
            words.append(b" ".join(t.text for t in code(_SPACE.sub(b" ", text).strip()[1:])))
        elif kind == "word":
            words.append(_SAME_TYPE.get(text, text))
        else:
            words.append(text)
    return b"\n".join(words)


def hashes(found: Iterable[Token]) -> Hashes:
    """Both hashes of a stretch of source, given all its tokens."""
    tokens: list[Token] = []
    comments: list[bytes] = []
    for token in found:
        if token.kind == "comment":
            comments.append(b" ".join(token.text.strip(b"/* \t").split()))
        else:
            tokens.append(token)
    return Hashes(tokens=digest(normal(tokens)), docs=digest(b" ".join(comments)))


def digest(content: bytes) -> str:
    """Short hash of normalised content; empty content has the empty hash."""
    return sha256(content).hexdigest()[:16] if content else ""


def squeeze(text: bytes) -> bytes:
    """Text with every run of space and continued lines made one space."""
    return _SPACE.sub(b" ", text).strip()
