"""Which statement of a Python region is which of its new version."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from tfdiff.comparison.renaming import END, Renames
from tfdiff.facts import Statement

Aligned = tuple[Statement | None, Statement | None]

_WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")
_ALIKE = 0.5
_FAINT = 0.1
_LARGE = 40_000


def align(old: Sequence[Statement], new: Sequence[Statement]) -> tuple[Aligned, ...]:
    """All statements of both sides in order, each with its counterpart or alone.

    Statements that say the same are counterparts, and so are those that are much alike in
    between. Local names that were renamed throughout count as the same.
    """
    names = Renames(old, new)
    left = [_key(one, one.said) for one in old]
    right = [_key(one, names.said(one)) for one in new]
    return tuple(_aligned(old, new, left, right))


def _key(one: Statement, said: str) -> str:
    """What a statement is found again by; the end of a function is none of a branch."""
    return f"end {_kind(one.within)}" if one.said == END else said


def _aligned(
    old: Sequence[Statement], new: Sequence[Statement], left: list[str], right: list[str]
) -> Iterator[Aligned]:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(old[old_start:old_end], new[new_start:new_end], strict=True)
            continue
        here, there = range(old_start, old_end), range(new_start, new_end)
        pairs = _alike([left[i] for i in here], [right[j] for j in there])
        at = 0
        for i, j in (*pairs, (len(here), len(there))):
            yield from ((old[here[k]], None) for k in range(at, i))
            yield from ((None, new[there[k]]) for k in range(_after(pairs, i, j), j))
            if i < len(here):
                yield old[here[i]], new[there[j]]
            at = i + 1


def _after(pairs: Sequence[tuple[int, int]], i: int, j: int) -> int:
    """The first new statement behind the pair before this one."""
    before = [pair for pair in pairs if pair[0] < i and pair[1] < j]
    return before[-1][1] + 1 if before else 0


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Counterparts of a replaced run, in order: the choice with the most in common."""
    if not (old and new) or len(old) * len(new) > _LARGE:
        return []
    score = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], score[i][j] + best[i + 1][j + 1])
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if score[i][j] and best[i][j] == score[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(old: str, new: str) -> float:
    """How much two statements have in common, 0 where it is not much."""
    if old.startswith("end ") or new.startswith("end ") or _kind(old) != _kind(new):
        return float(old == new)
    left, right = _WORD.findall(old), _WORD.findall(new)
    target, assigned, _ = old.partition(" = ")
    if assigned and new.startswith(f"{target} = ") and "(" not in target:
        return 1.0
    common = len(set(left) & set(right)) / max(len(set(left) | set(right)), 1)
    if _kind(old) == "return":
        return max(common, _FAINT)  # what is returned stands for what was
    return common if common >= _ALIKE else 0.0


def _kind(said: str) -> str:
    word = said.partition(" ")[0].rstrip(":")
    heads = {"if", "for", "while", "with", "return", "raise", "assert", "def", "class", "try"}
    return word if word in heads or word.startswith("@") else ""
