"""Thread-safety annotations: all-caps words where C++ has no place for a name.

``void F() EXCLUSIVE_LOCKS_REQUIRED(mu_) {``, ``int n_ GUARDED_BY(mu_);``,
``class SCOPED_LOCKABLE Holder {``. A macro that is called as a statement, or a constant after
a cast, looks alike and is none.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tfdiff.extract.cxx.lex import Token

_ANNOTATION: Final = re.compile(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
_QUALIFIERS: Final = frozenset({b"override", b"const", b"noexcept", b"final"})
_AFTER: Final = frozenset({b"{", b";", b"=", b":"}) | _QUALIFIERS
_HEADED: Final = frozenset(
    {b"if", b"for", b"while", b"switch", b"return", b"else", b"case", b"goto", b"throw", b"do"}
)


def annotates(
    tokens: Sequence[Token], index: int, after: Token, blanked: int, opening: Mapping[int, int]
) -> bool:
    """Does the word at an index stand where only an annotation can?

    Args:
        tokens: a file's tokens without comments and directives.
        index: of the word.
        after: the token after the word and its arguments.
        blanked: where the annotation before this one ended, 0 if there was none.
        opening: index of a closing bracket -> of its opening one.
    """
    if not _ANNOTATION.match(tokens[index].text):
        return False
    if tokens[index - 1].text in {b"class", b"struct"}:
        return after.kind == "word"
    back = index - 1
    while back > 0 and tokens[back].text in _QUALIFIERS:
        back -= 1
    if tokens[back].text == b")":
        follows = tokens[back].end == blanked or _ends_parameters(tokens, back, opening)
    else:
        called = tokens[index + 1].text == b"(" if index + 1 < len(tokens) else False
        follows = called and tokens[back].kind == "word" and tokens[back].text not in _HEADED
    ends = after.text in _AFTER or _ANNOTATION.match(after.text) is not None
    return follows and ends


def _ends_parameters(tokens: Sequence[Token], index: int, opening: Mapping[int, int]) -> bool:
    """Does this ``)`` end a function's parameters, not a cast or the head of an ``if``?"""
    named = tokens[opening.get(index, index) - 1]
    if named.text in {b")", b"]"}:  # operator()(...), a lambda
        return True
    called = named.text in _HEADED or _ANNOTATION.match(named.text)  # as a statement
    return named.kind == "word" and not called
