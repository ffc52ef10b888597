"""What the two catch-all rules have in common: places and words for a changed region."""

from collections.abc import Iterable

from tfdiff.facts import Region, Span
from tfdiff.findings import Place
from tfdiff.rules.pair import Change, RegionPair


def places(pair: RegionPair) -> tuple[Place | None, Place | None]:
    """From the first to the last change that nothing accounts for, on each side."""
    return (
        _hull(pair.old, (change.old for change in pair.open)),
        _hull(pair.new, (change.new for change in pair.open)),
    )


def _hull(region: Region | None, lines: Iterable[tuple[int, int]]) -> Place | None:
    if region is None:
        return None
    ranges = tuple(lines)
    start = min(first for first, _ in ranges)
    end = max(max(last, first) for first, last in ranges)
    start, end = max(start, region.span.line), min(end, region.span.end_line)
    span = Span(region.span.path, min(start, end), max(start, end))
    return Place(span.path, span.line, span.end_line, "")


def words(changes: Iterable[Change]) -> frozenset[str]:
    """Every token that was removed or added."""
    return frozenset(token for change in changes for token in (*change.removed, *change.added))
