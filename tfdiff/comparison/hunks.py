"""Which lines of a region differ, and what accounts for each stretch of them."""

from collections import defaultdict
from difflib import SequenceMatcher

from tfdiff.comparison.tokens import tokens
from tfdiff.facts import Region
from tfdiff.findings import Hunk
from tfdiff.rules.pair import Change, RegionPair


def hunks(pair: RegionPair) -> tuple[Hunk, ...]:
    """Every differing stretch of lines of a region, each with what accounts for it.

    Lines that differ although their tokens do not are comments, docstrings or layout.
    """
    if not all(region.text for region in (pair.old, pair.new) if region):
        return tuple(_hunk(pair, change.old, change.new) for change in pair.changes)
    old_lines = pair.old.text.splitlines() if pair.old else []
    new_lines = pair.new.text.splitlines() if pair.new else []
    old_first = pair.old.span.line if pair.old else 1
    new_first = pair.new.span.line if pair.new else 1
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    return tuple(
        _hunk(
            pair,
            (old_first + old_start, old_first + old_end - 1),
            (new_first + new_start, new_first + new_end - 1),
        )
        for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    )


def _hunk(pair: RegionPair, old: tuple[int, int], new: tuple[int, int]) -> Hunk:
    inside = [
        change for change in pair.changes if overlaps(change.old, old) or overlaps(change.new, new)
    ]
    if not inside and pair.changes and _said(pair.old, old) != _said(pair.new, new):
        inside = [_nearest(pair, old, new)]  # a line that moved past the one that was aligned
    still_open = [change for change in inside if change.open]
    explained = next((change.explained for change in inside if change.explained), None)
    if still_open:
        return Hunk(old, new, "not classified")
    if explained:
        return Hunk(old, new, "finding", finding=explained)
    reason = next((change.harmless for change in inside if change.harmless), "")
    return Hunk(old, new, "no effect", reason=reason or "comments, docstrings or layout")


def _said(region: Region | None, lines: tuple[int, int]) -> list[str]:
    """The tokens of some lines of a region."""
    if region is None or lines[0] > lines[1]:
        return []
    found: dict[int, list[str]] = defaultdict(list)
    for text, line in tokens(region):
        found[line].append(text)
    return [text for line in range(lines[0], lines[1] + 1) for text in found[line]]


def _nearest(pair: RegionPair, old: tuple[int, int], new: tuple[int, int]) -> Change:
    """The change of a region that stands next to some lines."""
    return min(
        pair.changes,
        key=lambda one: min(abs(one.old[0] - old[0]), abs(one.new[0] - new[0])),
    )


def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two line ranges share a line; an empty range shares none."""
    return max(one[0], other[0]) <= min(one[1], other[1])
