"""State or ops live on another device.

What it reports:
Where state and ops are placed (``colocate_with``, ``device``), where that came, went or changed.

Effect on training:
It decides on which device state and updates live; on a single device nothing differs.

Not reported:
Placement by a distribution strategy (distribution-strategy-changed). State that was read to be
placed with the same as before, by whatever statements, is told to be without effect.

Example:
The beta powers are placed with the variable of the smallest name instead of the first one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tfdiff.facts import Slot, Span
from tfdiff.findings import Finding, Place
from tfdiff.rules.matching import slots
from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, listed, touched
from tfdiff.rules.pair import Change, Pair, RegionPair, place
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="placement-changed",
    topic="placement",
    facet="device-placement",
    effect="distributed",
    condition="there are several devices or parameter servers",
    came="Is placed on a device, or with something, where it was free",
    went="Is no longer placed on a device or with anything",
    changed="Is placed with something else",
    meaning="It decides on which device state and updates live; on a single device nothing "
    "differs.",
    remedy="Set devices around the optimizer yourself where the placement matters.",
)
_SAME = replace(
    _MATTER,
    effect="none",
    came="Is placed with the same by other statements",
    went="Is placed with the same by other statements",
    changed="Is placed with the same by other statements",
    meaning="What each piece of state is placed with was read on both sides and is the same.",
    remedy="Nothing to do.",
)


def check(pair: Pair) -> Iterator[Told]:
    """State that is placed with something else, then whatever else is in each file."""
    told: set[Change] = set()
    moved: dict[tuple[str | None, str | None], list[tuple[Slot, Slot]]] = {}
    for old, new in slots.matched(pair).kept:
        if old.placement != new.placement:
            moved.setdefault((old.placement, new.placement), []).append((old, new))
    for (before, after), entries in moved.items():
        homes = slots.creating(pair, entries)
        changes = tuple(one for item in homes for one in item.open if one.topic == "placement")
        told.update(changes)
        yield Told(_state(pair, entries, (before, after), changes), changes)
    rest: list[Touched] = []
    same: list[Touched] = []
    for item, changes in touched(pair, "placement"):
        left = tuple(change for change in changes if change not in told)
        if left:
            alike = _placed_alike(pair, item) or _spelled_alike(pair, left)
            (same if alike else rest).append((item, left))
    yield from (finding(pair, _MATTER, group) for group in by_home(rest))
    yield from (finding(pair, _SAME, group) for group in by_home(same))


def _placed_alike(pair: Pair, item: RegionPair) -> bool:
    """Whether all state that a function creates is placed, on both sides, with the same."""
    old, new = slots.created(pair.old, item.old), slots.created(pair.new, item.new)
    before, after = ([(one.name, one.placement) for one in side] for side in (old, new))
    return before == after and any(place for _, place in before)


def _spelled_alike(pair: Pair, changes: Iterable[Change]) -> bool:
    """Whether state that was an attribute is held in a local now, or the reverse, and no more."""
    kept = [old.name for old, _ in slots.matched(pair).kept if not old.per_variable]
    names = [re.escape(name) for name in kept if name.isidentifier()]
    if not names:
        return False
    attribute = re.compile(rf"\bself\._?({'|'.join(names)})\b")
    fetched = re.compile(rf"(?:{'|'.join(names)})(?:, (?:{'|'.join(names)}))* = self\.")
    return all(
        attribute.sub(r"\1", change.before.said) == attribute.sub(r"\1", change.after.said)
        if change.before and change.after
        else any(one and fetched.match(one.said) for one in (change.before, change.after))
        for change in changes
    )


def _state(
    pair: Pair,
    entries: list[tuple[Slot, Slot]],
    placements: tuple[str | None, str | None],
    changes: tuple[Change, ...],
) -> Finding:
    before, after = placements
    names = [new.name for _, new in entries]
    verb = "are" if len(names) > 1 else "is"
    now = f"{verb} placed with {after}" if after else f"{verb} no longer placed with anything"
    was = f" instead of {before}" if before else " instead of wherever it is created"
    return Finding(
        rule="placement-changed",
        optimizer=pair.name,
        facet="device-placement",
        effect="distributed",
        certainty="proved",
        subject=", ".join(names),
        condition=_MATTER.condition,
        title=f"{listed(names)} {now}{was}",
        explanation=f"{_MATTER.meaning} With several parameter servers or devices {listed(names)} "
        f"may live on another one than before; workers that see the variables in another order "
        f"agree on the place only if it does not depend on that order.",
        remedy=_MATTER.remedy,
        old=_from(entries[0][0].span, [change.old for change in changes]),
        new=_from(entries[0][1].span, [change.new for change in changes]),
    )


def _from(created: Span | None, changed: Iterable[tuple[int, int]]) -> Place | None:
    """Where state is created, with the changed lines that it is placed by."""
    if created is None:
        return None
    first = [start for start, end in changed if start <= end and start <= created.line]
    return place(replace(created, line=min((created.line, *first))))
