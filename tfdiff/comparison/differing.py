"""What differs between two sequences of statements, and what only looks otherwise."""

from collections.abc import Callable, Iterator, Sequence

from tfdiff.comparison.alignment import align
from tfdiff.comparison.renaming import Renames
from tfdiff.facts import Statement
from tfdiff.rules.pair import Change

RESPELLED = "the same, spelled otherwise"
RENAMED = "a local name was renamed throughout"


def differing(
    left: Sequence[Statement],
    right: Sequence[Statement],
    starts: tuple[int, int],
    tokens: Callable[[Statement], tuple[str, ...]],
) -> Iterator[Change]:
    """One change for every statement that is not the same on both sides, letter by letter.

    Args:
        left: the old side.
        right: the new side.
        starts: the lines at which the two sides begin.
        tokens: a statement's words, as its language counts them.
    """
    names = Renames(left, right)
    old_at, new_at = starts
    for old, new in align(left, right):
        old_lines = (old.line, old.end_line) if old else (old_at, old_at - 1)
        new_lines = (new.line, new.end_line) if new else (new_at, new_at - 1)
        old_at, new_at = max(old_at, old_lines[1] + 1), max(new_at, new_lines[1] + 1)
        harmless = ""
        if old and new and names.same(old, new):
            if old.text == new.text:
                continue
            harmless = RESPELLED if old.said == new.said else RENAMED
        yield Change(
            old=old_lines,
            new=new_lines,
            removed=tokens(old) if old else (),
            added=tokens(new) if new else (),
            harmless=harmless,
            before=old,
            after=new,
        )
