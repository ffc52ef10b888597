"""What the two catch-all rules have in common: places and words for a changed region."""

import re
from collections.abc import Iterable

from tfdiff.facts import Region, Span
from tfdiff.findings import Place
from tfdiff.rules.pair import Change, RegionPair

_UPDATES = re.compile(
    r"^_(?!distributed)(\w*_)?apply(_|$)(?!gradients)|^get_updates$|^update_step$|^_resource_scatter|^_finish$"
)


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


def grouped(pairs: Iterable[RegionPair]) -> tuple[tuple[RegionPair, ...], ...]:
    """Open region pairs by root cause: what came or went with a change stands behind it.

    A helper that only one side has is there because something that both have calls it, or no
    longer does.
    """
    changed = [pair for pair in pairs if pair.open]
    groups: dict[int, list[RegionPair]] = {}
    for pair in changed:
        root = _root(pair, changed)
        members = groups.setdefault(id(root), [root])
        if pair is not root:
            members.append(pair)
    return tuple(tuple(members) for members in groups.values())


def _root(pair: RegionPair, changed: list[RegionPair]) -> RegionPair:
    seen = [pair]
    while (parent := _parent(seen[-1], changed)) and parent not in seen:
        seen.append(parent)
    return seen[-1]


def _parent(pair: RegionPair, changed: list[RegionPair]) -> RegionPair | None:
    """The change that brought or dropped a region that only one side has."""
    if pair.old and pair.new:
        return None
    name, home = base_name(pair.region.symbol), pair.region.symbol.rpartition(".")[0]
    naming = [
        other
        for other in changed
        if other is not pair
        and base_name(other.region.symbol) != name
        and any(
            {name, home} & set(change.added if pair.new else change.removed)
            for change in other.open
        )
    ]
    return next((other for other in naming if other.old and other.new), next(iter(naming), None))


def companions(with_it: Iterable[RegionPair]) -> str:
    """A sentence on what came or went with a change, "" for nothing."""
    came = ", ".join(pair.region.symbol for pair in with_it if pair.new and not pair.old)
    went = ", ".join(pair.region.symbol for pair in with_it if pair.old and not pair.new)
    return (f" It brings {came}." if came else "") + (f" It drops {went}." if went else "")


def base_name(symbol: str) -> str:
    """``DenseUpdate`` of ``DenseUpdate<CPUDevice>``, ``_finish`` of ``AdamOptimizer._finish``."""
    plain = symbol.partition("<")[0].partition(" #")[0]
    return plain.rpartition(".")[2].rpartition("::")[2]


def computes_update(name: str) -> bool:
    """Whether a method of that name computes the update of a variable, and little else."""
    return _UPDATES.search(name) is not None


def words(changes: Iterable[Change]) -> frozenset[str]:
    """Every token that was removed or added."""
    return frozenset(token for change in changes for token in (*change.removed, *change.added))
