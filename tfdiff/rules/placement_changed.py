"""State or ops live on another device.

What it reports:
Where state and ops are placed (``colocate_with``, ``device``), where that came, went or changed.

Effect on training:
It decides on which device state and updates live; on a single device nothing differs.

Not reported:
Placement by a distribution strategy (distribution-strategy-changed).

Example:
The beta powers are placed with the variable of the smallest name instead of the first one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tfdiff.facts import Slot, Span
from tfdiff.findings import Finding, Place
from tfdiff.rules.matching import slots
from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, listed, touched
from tfdiff.rules.pair import Change, Pair, place
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
    for item, changes in touched(pair, "placement"):
        left = tuple(change for change in changes if change not in told)
        if left:
            rest.append((item, left))
    yield from (finding(pair, _MATTER, group) for group in by_home(rest))


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
