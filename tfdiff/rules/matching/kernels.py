"""Changed statements of kernels and their helpers, by what they have to do with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tfdiff.facts import KernelFacts, Region, Span
from tfdiff.findings import Place
from tfdiff.rules.pair import Change, Pair, RegionPair, place

CXX_KINDS: Final = frozenset({"kernel", "functor", "cuda", "xla", "helper"})


@dataclass(frozen=True, slots=True)
class Matter:
    """All open changes of one matter, with the regions that they stand in.

    Attributes:
        regions: helpers first, which all kernels share.
    """

    regions: tuple[RegionPair, ...]
    changes: tuple[Change, ...]

    @property
    def came(self) -> frozenset[str]:
        """Words that only the new side says."""
        removed, added = self._words()
        return added - removed

    @property
    def went(self) -> frozenset[str]:
        """Words that only the old side says."""
        removed, added = self._words()
        return removed - added

    def _words(self) -> tuple[frozenset[str], frozenset[str]]:
        return (
            frozenset(word for change in self.changes for word in change.removed),
            frozenset(word for change in self.changes for word in change.added),
        )

    @property
    def names(self) -> str:
        """The regions, for a sentence."""
        return ", ".join(dict.fromkeys(item.region.symbol for item in self.regions))

    def places(self) -> tuple[Place | None, Place | None]:
        """The changed lines of the first region, on each side."""
        lead = self.regions[0]
        own = [change for change in lead.changes if change in self.changes]
        return _hull(lead.old, [one.old for one in own]), _hull(lead.new, [one.new for one in own])


def matter(
    pair: Pair,
    topic: str,
    kinds: Iterable[str] = CXX_KINDS,
    without: frozenset[str] = frozenset(),
) -> Matter | None:
    """Everything open that has to do with one matter; None for nothing.

    Args:
        pair: both sides.
        topic: the matter.
        kinds: of regions to look at.
        without: symbols of regions that another rule speaks of.
    """
    wanted = frozenset(kinds)
    found = [
        (item, [change for change in item.changes if change.open and change.topic == topic])
        for item in pair.regions
        if item.region.kind in wanted
        and item.old
        and item.new
        and item.region.symbol not in without
    ]
    found = [(item, changes) for item, changes in found if changes]
    if not found:
        return None
    found.sort(key=lambda one: one[0].region.kind != "helper")
    return Matter(
        tuple(item for item, _ in found),
        tuple(change for _, changes in found for change in changes),
    )


def _hull(region: Region | None, lines: Sequence[tuple[int, int]]) -> Place | None:
    if region is None:
        return None
    start = max(min(first for first, _ in lines), region.span.line)
    end = min(max(max(last, first) for first, last in lines), region.span.end_line)
    return place(Span(region.span.path, min(start, end), max(start, end)))


def identifiers(words: Iterable[str]) -> list[str]:
    """Names of functions and types among some words, sorted."""
    return sorted(word for word in words if word[:1].isupper() and word.isidentifier())


def topical(pair: Pair, topic: str, symbols: frozenset[str]) -> tuple[Change, ...]:
    """The open changes of one matter in some regions."""
    return tuple(
        change
        for item in pair.regions
        if item.region.symbol in symbols
        for change in item.open
        if change.topic == topic
    )


def declared(pair: Pair, kind: str, ops: Iterable[str]) -> tuple[Change, ...]:
    """The open changes of the regions that define, or register, some ops."""
    names = tuple(f"({op})" for op in ops)
    return tuple(
        change
        for item in pair.regions
        if item.region.kind == kind and any(name in item.region.symbol for name in names)
        for change in item.open
    )


def anew(old: KernelFacts, new: KernelFacts) -> frozenset[str]:
    """The devices that the new release registers an op on, and the old one does not at all."""
    before, after = (
        {registration.device for registration in side.registrations} for side in (old, new)
    )
    return frozenset(after - before)


def written_anew(pair: Pair, device: str) -> tuple[Change, ...]:
    """The code that came for a device that ops are registered on now."""
    return tuple(
        change
        for item in pair.regions
        if item.region.kind in CXX_KINDS - {"helper"}
        and item.old is None
        and (item.region.device or "").upper() == device
        for change in item.open
    )
