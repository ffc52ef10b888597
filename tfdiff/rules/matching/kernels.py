"""Changed statements of kernels and their helpers, by what they have to do with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tfdiff.facts import KernelFacts, Region, Span
from tfdiff.findings import Place
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair, RegionPair, place

_SHOWN: Final = 4
# they stand in every kernel and say nothing about a change
_COMMON: Final = frozenset({"Device", "Eigen", "OpKernelContext", "Status", "Tensor"})
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
        """What either side says in the helpers, where there are any: kernels only call them."""
        helping = [item for item in self.regions if _helps(item)]
        own = {id(one) for item in helping for one in item.changes}
        telling = [one for one in self.changes if id(one) in own] or self.changes
        return (
            frozenset(word for change in telling for word in change.removed),
            frozenset(word for change in telling for word in change.added),
        )

    @property
    def subject(self) -> str:
        """The helpers, which several kernels share, or else the kernels."""
        helpers = [item for item in self.regions if _helps(item)]
        return ", ".join(dict.fromkeys(item.region.symbol for item in helpers or self.regions))

    @property
    def concerns(self) -> str:
        """A sentence on where it is.

        Which kernels call a helper depends on the optimizer, and one finding is for all.
        """
        return f"It concerns {self.subject}, with the kernels that call it if it is a helper."

    @property
    def details(self) -> str:
        """Sentences on the functions and types that one side alone names, "" for none."""
        gone, come = identifiers(self.went)[:_SHOWN], identifiers(self.came)[:_SHOWN]
        said = f" New there: {', '.join(come)}." if come else ""
        return said + (f" Gone there: {', '.join(gone)}." if gone else "")

    def places(self) -> tuple[Place | None, Place | None]:
        """The changed lines of the first region, on each side."""
        lead = self.regions[0]
        own = [change for change in lead.changes if change in self.changes]
        return _hull(lead.old, [one.old for one in own]), _hull(lead.new, [one.new for one in own])


def matters(
    pair: Pair,
    topic: str,
    kinds: Iterable[str] = CXX_KINDS,
    without: frozenset[str] = frozenset(),
) -> tuple[Matter, ...]:
    """Everything open that has to do with one matter, by what brought it.

    Helpers and the statements that name them are one group; kernels that say other things than
    before by themselves are one for each way in which they differ.

    Args:
        pair: both sides.
        topic: the matter.
        kinds: of regions to look at.
        without: symbols of regions that another rule speaks of.
    """
    wanted = frozenset(kinds)
    helped = _helped(pair)
    found = [
        (item, tuple(change for change in item.open if _topic(item, change, helped) == topic))
        for item in pair.regions
        if item.region.kind in wanted
        and item.old
        and item.new
        and item.region.symbol not in without
    ]
    found.sort(key=_rank)
    shared = {base_name(item.region.symbol) for item, changes in found if changes and _helps(item)}
    groups: dict[object, list[tuple[RegionPair, tuple[Change, ...]]]] = {}
    for item, changes in found:
        through = tuple(one for one in changes if _helps(item) or shared & _words(one))
        alone = tuple(one for one in changes if one not in through)
        if through:
            groups.setdefault("", []).append((item, through))
        if alone:
            groups.setdefault(_calls(alone), []).append((item, alone))
    return tuple(
        Matter(
            tuple(item for item, _ in group),
            tuple(change for _, changes in group for change in changes),
        )
        for group in groups.values()
    )


def merged(found: Iterable[Matter]) -> Matter:
    """Several matters as one, helpers first."""
    every = tuple(found)
    regions = dict.fromkeys(item for one in every for item in one.regions)
    return Matter(
        tuple(sorted(regions, key=lambda item: not _helps(item))),
        tuple(change for one in every for change in one.changes),
    )


def _rank(one: tuple[RegionPair, tuple[Change, ...]]) -> tuple[bool, int, str, int]:
    """Helpers first, the one that changed most before all; the same for every optimizer."""
    item, changes = one
    span = item.region.span
    return (False, -len(changes), span.path, span.line) if _helps(item) else (True, 0, "", 0)


def _helps(item: RegionPair) -> bool:
    return item.region.kind == "helper"


def _helped(pair: Pair) -> dict[str, frozenset[str]]:
    """The helpers that changed, by name, each with the matters that it changed in."""
    found: dict[str, frozenset[str]] = {}
    for item in pair.regions:
        topics = frozenset(one.topic for one in item.open if one.topic)
        if topics and _helps(item) and item.old and item.new:
            name = base_name(item.region.symbol)
            found[name] = found.get(name, frozenset()) | topics
    return found


def _topic(item: RegionPair, change: Change, helped: dict[str, frozenset[str]]) -> str:
    """The matter of a change; of a call that passes a helper something else, the helper's."""
    if change.before is None or change.after is None or _helps(item):
        return change.topic
    names = helped.keys() & set(change.removed) & set(change.added)
    topics = frozenset(topic for name in names for topic in helped[name])
    return change.topic if change.topic in topics or not topics else min(topics)


def _words(change: Change) -> frozenset[str]:
    return frozenset((*change.removed, *change.added))


def _calls(changes: Iterable[Change]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What differs but for local names: the functions and types that either side names."""
    gone = frozenset(word for change in changes for word in change.removed)
    come = frozenset(word for change in changes for word in change.added)
    return tuple(identifiers(gone - come)), tuple(identifiers(come - gone))


def _hull(region: Region | None, lines: Sequence[tuple[int, int]]) -> Place | None:
    if region is None:
        return None
    start = max(min(first for first, _ in lines), region.span.line)
    end = min(max(max(last, first) for first, last in lines), region.span.end_line)
    return place(Span(region.span.path, min(start, end), max(start, end)))


def identifiers(words: Iterable[str]) -> list[str]:
    """Names of functions and types among some words, sorted."""
    return sorted(
        word
        for word in frozenset(words) - _COMMON
        if word[:1].isupper() and word.isidentifier() and len(word) > 1
    )


def spots(
    pair: Pair, changes: Iterable[Change], symbols: frozenset[str]
) -> tuple[Place | None, Place | None] | None:
    """The lines of some changes in the first of some regions that has any; None for none."""
    known = tuple(changes)
    for item in pair.regions:
        own = [change for change in item.changes if change in known]
        if own and item.region.symbol in symbols:
            old, new = [one.old for one in own], [one.new for one in own]
            return _hull(item.old, old), _hull(item.new, new)
    return None


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


def written_for(pair: Pair, device: str) -> tuple[Change, ...]:
    """The code that one release alone has for a device that it alone registers ops on."""
    return tuple(
        change
        for item in pair.regions
        if item.region.kind in CXX_KINDS - {"helper"}
        and not (item.old and item.new)
        and (item.region.device or "").upper() == device
        for change in item.open
    )
