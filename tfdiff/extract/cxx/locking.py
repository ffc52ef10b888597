"""What a kernel's constructor reads and what its ``Compute`` locks, from its tokens."""

import re
from collections.abc import Sequence
from typing import Final

from tfdiff.extract.cxx.lex import Token
from tfdiff.extract.cxx.model import Bindings
from tfdiff.extract.cxx.surface import closing
from tfdiff.facts import Locking

_IN_ORDER: Final = re.compile(rb"MaybeLock\w*InOrder$")
_LOCKS: Final = frozenset({b"mutex_lock", b"tf_shared_lock", b"MutexLock"})
_MUTEX_OF: Final = frozenset({b"input_ref_mutex", b"GetTrainingVariableMutex"})
_DECIDES: Final = "use_locking"


def attributes(tokens: Sequence[Token]) -> Bindings:
    """Op attribute -> member, for every ``GetAttr("use_locking", &use_exclusive_lock_)``."""
    found: list[tuple[str, str]] = []
    for index, token in enumerate(tokens):
        if token.text == b"GetAttr" and tokens[index + 1].text == b"(":
            inside = tokens[index + 2 : closing(tokens, index + 1)]
            names = [token.text.decode() for token in inside if token.kind in {"string", "word"}]
            if inside and inside[0].kind == "string" and len(names) > 1:
                found.append((names[0].strip('"'), names[-1]))
    return tuple(found)


def locking(tokens: Sequence[Token], read: Bindings) -> Locking:
    """What is locked, in source order; ``read`` says which member holds ``use_locking``."""
    member = dict(read).get(_DECIDES, "")
    call = ""
    inputs: list[str] = []
    exclusive = ""
    for index, token in enumerate(tokens):
        if token.kind != "word":
            continue
        if _IN_ORDER.match(token.text):
            inside = _arguments(tokens, index)
            call = call or token.text.decode()
            inputs += [part.text.decode() for part in inside if part.kind == "number"]
            exclusive = exclusive or _named(inside, member)
        elif token.text in _MUTEX_OF:
            inside = _arguments(tokens, index)
            inputs += [part.text.decode() for part in inside if part.kind == "number"]
        elif token.text in _LOCKS and tokens[index + 1].kind == "word":
            call = call or token.text.decode()
            exclusive = exclusive or _named(tokens[:index], member)
        elif token.text == b"lock" and _is_called_on(tokens, index):
            call = call or "mutex::lock"
            exclusive = exclusive or _named(tokens[:index], member)
    return Locking(call, tuple(dict.fromkeys(inputs)), exclusive)


def _is_called_on(tokens: Sequence[Token], index: int) -> bool:
    """Whether this is the method of a mutex that is called: ``mu->lock()``."""
    around = [token.text for token in tokens[index - 1 : index + 3]]
    return len(around) == 4 and around[0] in {b"->", b"."} and around[2:] == [b"(", b")"]  # noqa: PLR2004


def _arguments(tokens: Sequence[Token], index: int) -> Sequence[Token]:
    opening = index + 1
    while opening < len(tokens) - 1 and tokens[opening].text not in {b"(", b";"}:
        opening += 1
    return tokens[opening : closing(tokens, opening)] if tokens[opening].text == b"(" else ()


def _named(tokens: Sequence[Token], member: str) -> str:
    """The member, if these tokens decide by it: they name it and not only its address."""
    wanted = member.encode()
    named = any(
        token.text == wanted and tokens[index - 1].text != b"&"
        for index, token in enumerate(tokens)
        if index
    )
    return member if named and member else ""
