"""The differing stretches of two texts, found fast also where blank lines and braces abound.

Lines that occur once on either side anchor the comparison (as in the "patience" diff); only
what lies between two anchors is compared line by line.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Stretch = tuple[int, int, int, int]
"""Start and end on the old side, start and end on the new side, as slices."""

_MOST = 400_000  # pairs of lines that are compared one with another between two anchors


def stretches(old: Sequence[str], new: Sequence[str]) -> tuple[Stretch, ...]:
    """The stretches that differ, in order; nothing between two of them does."""
    return tuple(_joined(_differing(old, new, (0, len(old), 0, len(new)))))


def _joined(found: Iterator[Stretch]) -> Iterator[Stretch]:
    """Stretches with nothing between them, as one."""
    last: Stretch | None = None
    for one in found:
        if last and (last[1], last[3]) == (one[0], one[2]):
            last = (last[0], one[1], last[2], one[3])
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _differing(old: Sequence[str], new: Sequence[str], bounds: Stretch) -> Iterator[Stretch]:
    start, end, new_start, new_end = bounds
    while start < end and new_start < new_end and old[start] == new[new_start]:
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    if start == end or new_start == new_end:
        if start < end or new_start < new_end:
            yield start, end, new_start, new_end
        return
    anchors = _anchors(old, new, (start, end, new_start, new_end))
    if not anchors:
        yield from _small(old, new, (start, end, new_start, new_end))
        return
    for place, new_place in (*anchors, (end, new_end)):
        yield from _differing(old, new, (start, place, new_start, new_place))
        start, new_start = place, new_place


def _small(old: Sequence[str], new: Sequence[str], bounds: Stretch) -> Iterator[Stretch]:
    start, end, new_start, new_end = bounds
    if (end - start) * (new_end - new_start) > _MOST:
        yield bounds
        return
    matcher = SequenceMatcher(None, old[start:end], new[new_start:new_end], autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            yield start + first, start + last, new_start + new_first, new_start + new_last


def _anchors(old: Sequence[str], new: Sequence[str], bounds: Stretch) -> list[tuple[int, int]]:
    """Lines that are there once on either side, the longest run of them in the same order."""
    start, end, new_start, new_end = bounds
    counts, new_counts = Counter(old[start:end]), Counter(new[new_start:new_end])
    where = {
        line: place
        for place, line in enumerate(new[new_start:new_end], new_start)
        if new_counts[line] == 1
    }
    pairs = [
        (place, where[line])
        for place, line in enumerate(old[start:end], start)
        if counts[line] == 1 and line in where
    ]
    tops: list[int] = []
    top_pairs: list[int] = []
    before: list[int | None] = []
    for number, (_, new_place) in enumerate(pairs):
        pile = bisect_left(tops, new_place)
        before.append(top_pairs[pile - 1] if pile else None)
        tops[pile : pile + 1] = [new_place]
        top_pairs[pile : pile + 1] = [number]
    chosen: list[tuple[int, int]] = []
    place_in: int | None = top_pairs[-1] if top_pairs else None
    while place_in is not None:
        chosen.append(pairs[place_in])
        place_in = before[place_in]
    return chosen[::-1]
