"""Which lines of a region differ in what they say, and which only in how they look."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from tfdiff.comparison.statements import statement_changes
from tfdiff.comparison.tokens import Token, tokens
from tfdiff.facts import Region
from tfdiff.rules.pair import Change

_NEARBY = 3  # tokens: changes with no more unchanged tokens between them read as one


def changes(old: Region | None, new: Region | None) -> tuple[Change, ...]:
    """The runs of tokens that differ; none where code is the same, comments apart.

    Aligning is not symmetric: it is done in one order of the texts, so that the order of the
    releases makes no difference.
    """
    if old and new and old.tokens == new.tokens:
        return ()
    if old and new and old.tokens > new.tokens:
        return tuple(change.mirrored for change in _changes(new, old))
    return _changes(old, new)


def _changes(old: Region | None, new: Region | None) -> tuple[Change, ...]:
    if not all(region.text for region in (old, new) if region):
        return (_whole(old, new),)  # a snapshot has no text: that it differs is all there is to say
    if old and new and (by_statement := statement_changes(old, new)) is not None:
        return by_statement
    old_tokens = tokens(old) if old else ()
    new_tokens = tokens(new) if new else ()
    opcodes = SequenceMatcher(
        None, [text for text, _ in old_tokens], [text for text, _ in new_tokens], autojunk=False
    ).get_opcodes()
    runs = _merged([code[1:] for code in opcodes if code[0] != "equal"])
    return tuple(
        Change(
            old=_lines(old_tokens, run[0], run[1]),
            new=_lines(new_tokens, run[2], run[3]),
            removed=tuple(text for text, _ in old_tokens[run[0] : run[1]]),
            added=tuple(text for text, _ in new_tokens[run[2] : run[3]]),
        )
        for run in runs
    )


def _whole(old: Region | None, new: Region | None) -> Change:
    return Change(
        old=(old.span.line, old.span.end_line) if old else (0, -1),
        new=(new.span.line, new.span.end_line) if new else (0, -1),
        removed=(old.tokens,) if old else (),
        added=(new.tokens,) if new else (),
    )


def _merged(runs: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Runs with hardly an unchanged token between them, joined."""
    joined: list[tuple[int, int, int, int]] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last and run[0] - last[1] <= _NEARBY and run[2] - last[3] <= _NEARBY:
            joined[-1] = (last[0], run[1], last[2], run[3])
        else:
            joined.append(run)
    return joined


def _lines(stream: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    if start < end:
        return stream[start][1], stream[end - 1][1]
    if not stream:
        return 0, -1
    before = stream[start][1] if start < len(stream) else stream[-1][1] + 1
    return before, before - 1
