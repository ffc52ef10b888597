"""Which names a definition refers to, and under which template flags."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tfdiff.extract.cxx.dtypes import argument_name
from tfdiff.extract.cxx.lex import Token
from tfdiff.extract.cxx.model import Use
from tfdiff.extract.cxx.surface import closing

_MEMBER_ACCESS: Final = frozenset({b".", b"->"})
_KEYWORDS: Final = frozenset(
    b"alignas auto bool break case char class const constexpr const_cast continue default "
    b"delete do double else enum explicit extern false final float for friend if inline int "
    b"long mutable namespace new noexcept nullptr operator override private protected public "
    b"reinterpret_cast return short signed sizeof static static_cast struct switch template "
    b"this throw true try typedef typename union unsigned using virtual void volatile while "
    b"std Eigen ctx context errors TensorShapeUtils InvalidArgument OP_REQUIRES "
    b"OP_REQUIRES_OK".split()
)
_HEADED: Final = frozenset({b"if", b"for", b"while", b"switch"})
_LONGEST_ARGUMENTS: Final = 24


def uses(tokens: Sequence[Token], flags: Sequence[str]) -> tuple[Use, ...]:
    """Names in source order, each with its template arguments and guards, each once.

    Args:
        tokens: the definition's tokens without comments and directives.
        flags: names of the definition's template parameters, which may decide an ``if``.
    """
    arms = tuple(_arms(tokens, {flag.encode() for flag in flags})) if flags else ()
    found: dict[Use, None] = {}
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.text in _KEYWORDS or not _is_free(tokens, index):
            continue
        guards = tuple([arm.guard for arm in arms if arm.start <= index <= arm.end]) if arms else ()
        name = sys.intern(token.text.decode())
        found.setdefault(Use(name, arguments_after(tokens, index), guards))
    return tuple(found)


def arguments_after(tokens: Sequence[Token], index: int) -> tuple[str, ...]:
    """Template arguments that follow the name at ``index``; () where it has none."""
    if index + 1 >= len(tokens) or tokens[index + 1].text != b"<":
        return ()
    arguments: list[str] = []
    current: list[bytes] = []
    depth = 0
    for token in tokens[index + 1 : index + 1 + _LONGEST_ARGUMENTS]:
        text = token.text
        depth += (text == b"<") - (text == b">")
        if (depth == 1 and text == b",") or depth == 0:
            arguments.append(plain(current))
            current = []
            if depth == 0:
                return tuple(arguments)
        elif text in {b";", b"{", b"&&", b"||"}:
            return ()
        elif not (depth == 1 and text == b"<"):
            current.append(text)
    return ()


def plain(tokens: Sequence[bytes]) -> str:
    """A type or value without qualification: ``Eigen::half`` and ``half`` are the same."""
    return sys.intern(argument_name([token.decode("utf-8", "replace") for token in tokens]))


def _is_free(tokens: Sequence[Token], index: int) -> bool:
    if index == 0:
        return True
    before = tokens[index - 1].text
    if before == b"template" and index > 1:
        before = tokens[index - 2].text
    return before not in _MEMBER_ACCESS


class _Arm(NamedTuple):
    """Tokens that only run where a template flag has a value."""

    start: int
    end: int
    guard: tuple[str, str]


def _arms(tokens: Sequence[Token], flags: set[bytes]) -> Iterator[_Arm]:
    for index, token in enumerate(tokens):
        if token.text == b"if" and token.kind == "word":
            yield from _arms_of(tokens, index, flags)


def _arms_of(tokens: Sequence[Token], index: int, flags: set[bytes]) -> Iterator[_Arm]:
    words = [token.text for token in tokens[index + 1 : index + 6]]
    if words[:1] == [b"constexpr"]:
        words.pop(0)
        index += 1
    negated = words[1:2] == [b"!"]
    if negated:
        words.pop(1)
        index += 1
    if len(words) < len("(f)") or words[1] not in flags or words[2] != b")":
        return
    name = words[1].decode()
    then = index + len("if(f)") - 1
    end = _statement_end(tokens, then)
    yield _Arm(then, end, (name, "false" if negated else "true"))
    if end + 1 < len(tokens) and tokens[end + 1].text == b"else":
        other = _statement_end(tokens, end + 2)
        yield _Arm(end + 1, other, (name, "true" if negated else "false"))


def _statement_end(tokens: Sequence[Token], start: int) -> int:
    """Index of the last token of the statement that starts at an index."""
    last = len(tokens) - 1
    if start >= last:
        return last
    text = tokens[start].text
    if text == b"{":
        return closing(tokens, start)
    if text in _HEADED:
        head = start + 1 + (tokens[start + 1].text == b"constexpr")
        end = _statement_end(tokens, closing(tokens, head) + 1)
        if text == b"if" and end < last and tokens[end + 1].text == b"else":
            return _statement_end(tokens, end + 2)
        return end
    end = start
    while end < last and tokens[end].text != b";":
        end = closing(tokens, end) if tokens[end].text in {b"(", b"{", b"["} else end
        end += 1
    return end
