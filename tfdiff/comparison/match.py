"""Which region of the old release is which of the new one, wherever it moved."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from tfdiff.comparison.carried import carried
from tfdiff.comparison.specialised import written_out
from tfdiff.extract.store import FactStore
from tfdiff.facts import Device, OptimizerFacts, Region
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, RegionPair

Both = tuple[Region | None, Region | None]


def regions(facts: OptimizerFacts) -> tuple[Region, ...]:
    """All regions that the optimizer reaches, Python first, each once."""
    found = (*facts.regions, *(region for kernel in facts.kernels for region in kernel.regions))
    return _each_once({_identity(region): region for region in reversed(found)}.values())[::-1]


def _each_once(found: Iterable[Region]) -> tuple[Region, ...]:
    """Each stretch of source once; what one op reaches on a device another reaches on all."""
    devices: dict[tuple[object, ...], set[Device | None]] = {}
    kept: dict[tuple[object, ...], Region] = {}
    for region in found:
        place = (region.kind, region.symbol, region.span.path, region.span.line)
        devices.setdefault(place, set()).add(region.device)
        kept[place] = region
    return tuple(
        replace(region, device=None) if len(devices[place]) > 1 else region
        for place, region in kept.items()
    )


def match_regions(
    old: OptimizerFacts, new: OptimizerFacts, store: FactStore
) -> tuple[RegionPair, ...]:
    """Regions by symbol, then by what they say, exactly or mostly, then by name.

    The order is that in which both releases have them; what only one of them has follows what
    stands before it there.

    Args:
        old: the old release's facts.
        new: the new release's.
        store: keeps what changed in the regions for the next run.
    """
    before, after = list(regions(old)), list(regions(new))
    left, right = written_out(before, after), written_out(after, before)
    partner: dict[int, Region] = {}
    for agreed in (_identity, _content, _symbol):
        _match(left, right, partner, agreed)
    taken = {id(region) for region in partner.values()}
    for mine, its in carried(
        [region for region in left if id(region) not in taken],
        [region for region in right if id(region) not in partner],
    ):
        partner[id(its)] = mine
    _match(left, right, partner, _name)
    pairs = _in_order(left, right, partner)
    differing = [pair for pair in pairs if _differs(*pair)]
    key = sha256(repr(differing).encode()).hexdigest()
    found = store.get("changes", key, lambda: _changes(differing))
    changed = iter(found)
    return tuple(RegionPair(*pair, next(changed) if _differs(*pair) else ()) for pair in pairs)


def _in_order(old: list[Region], new: list[Region], partner: dict[int, Region]) -> list[Both]:
    """All pairs in an order that is the same with the releases the other way round."""
    of_old = {id(mine): its for its in new if (mine := partner.get(id(its)))}
    ranks = _ranks(old, of_old), _ranks(new, partner)
    both = [(mine, its) for its in new if (mine := partner.get(id(its)))]
    place = {id(its): ranks[0][id(mine)] + ranks[1][id(its)] for mine, its in both}
    keyed: list[tuple[tuple[object, ...], Both]] = [
        ((place[id(its)], 0, 0, *sorted((mine.symbol, its.symbol))), (mine, its))
        for mine, its in both
    ]
    at = {id(mine): place[id(its)] for mine, its in both}
    keyed += [(key, (region, None)) for key, region in _behind(old, at)]
    keyed += [(key, (None, region)) for key, region in _behind(new, place)]
    return [pair for _, pair in sorted(keyed, key=lambda one: one[0])]


def _ranks(side: list[Region], common: dict[int, Region]) -> dict[int, int]:
    return {id(region): nth for nth, region in enumerate(one for one in side if id(one) in common)}


def _behind(
    side: list[Region], place: dict[int, int]
) -> Iterator[tuple[tuple[object, ...], Region]]:
    """What only one side has, each with the place of the common region before it."""
    before = -1
    for nth, region in enumerate(side):
        if id(region) in place:
            before = place[id(region)]
        else:
            yield (before, 1, nth, region.symbol), region


def _changes(pairs: Iterable[Both]) -> tuple[tuple[Change, ...], ...]:
    from tfdiff.comparison.changes import changes  # noqa: PLC0415 - it brings parsers of statements

    return tuple(changes(*pair) for pair in pairs)


def _differs(old: Region | None, new: Region | None) -> bool:
    return not (old and new and old.tokens == new.tokens)


def _match(
    old: Iterable[Region],
    new: Iterable[Region],
    partner: dict[int, Region],
    key: Callable[[Region], Hashable],
) -> None:
    """Pair what is still alone on both sides and agrees on ``key``; doubtful keys are left."""
    taken = {id(region) for region in partner.values()}
    by_key: dict[Hashable, list[Region]] = {}
    for region in old:
        if id(region) not in taken:
            by_key.setdefault(key(region), []).append(region)
    alone = [region for region in new if id(region) not in partner]
    wanted: dict[Hashable, int] = {}
    for region in alone:
        wanted[key(region)] = wanted.get(key(region), 0) + 1
    for region in alone:
        candidates = by_key.get(key(region), [])
        if len(candidates) == 1 and wanted[key(region)] == 1:
            partner[id(region)] = candidates[0]


def _identity(region: Region) -> tuple[object, ...]:
    return region.kind, region.symbol, region.device


def _content(region: Region) -> tuple[object, ...]:
    return region.kind, region.device, region.tokens


def _symbol(region: Region) -> tuple[object, ...]:
    """A functor for all devices that became one for a single device is still the same."""
    return region.kind, region.symbol


def _name(region: Region) -> tuple[object, ...]:
    """A method by its name: in a renamed class, moved to a base class, or overridden now."""
    return region.kind, region.device, base_name(region.symbol)
