"""State of the optimizer is created in another order.

What it reports:
Slots that both releases keep, created in one function, whose order is another one: which comes
first for a variable, and whether one loop over the variables creates them all or each its own.

Effect on training:
None on the steps. Where state is saved as a list (``get_weights``, Keras' HDF5 files) its entries
get into each other's place; slots that share a name scope get their numbers by the order
(``Adam``, ``Adam_1``), so that a checkpoint restores one into the other without an error.

Not reported:
Slots that came or went, and loops of optimizers that have no list of their state.

Example:
``rms`` and ``momentum`` are created by one loop each instead of by one loop.
"""

from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Slot
from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import creating, matched
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

TOGETHER = "file"

_Order = tuple[tuple[str, ...], ...]
_LISTS = frozenset({"get_weights", "set_weights", "weights", "variables"})


def check(pair: Pair) -> Iterator[Told]:
    """One finding if the slots that both releases keep change places."""
    slots = matched(pair)
    stay = [(old, new) for old, new in (*slots.kept, *slots.renamed) if new.per_variable]
    name = {old.name: new.name for old, new in stay}
    old = _created(pair.old, [one for one, _ in stay])
    new = _created(pair.new, [one for _, one in stay])
    if not old or not new:
        return
    before, after = (
        _order([(name.get(one.name, one.name), one) for one in old]),
        _order([(one.name, one) for one in new]),
    )
    swapped = _flat(before) != _flat(after)
    if not swapped and (before == after or not _lists(pair)):
        return
    found = Finding(
        rule="slot-order-changed",
        optimizer=pair.name,
        facet="slot-creation",
        effect="checkpoint",
        certainty="proved",
        subject=", ".join(_flat(after)),
        condition=None
        if swapped
        else "the state is saved as a list and there are several variables",
        title=f"Slots are created in another order: {_said(after)}, was {_said(before)}",
        explanation="State that is saved as a list (get_weights, HDF5 files) has its entries in "
        "another place"
        + (
            "; slots that share a name scope get their numbers by the order (Adam, Adam_1), so a "
            "checkpoint may restore one into the other without an error."
            if swapped
            else " as soon as there is more than one variable; checkpoints by name or by object "
            "are not affected."
        ),
        remedy="Put the old lists into the new order before you set them, and compare restored "
        "slots with the saved ones.",
        old=place(old[0].span),
        new=place(new[0].span),
    )
    homes = creating(pair, stay)
    yield Told(found, tuple(one for item in homes for one in item.open if one.topic == "state"))


def _created(facts: OptimizerFacts, slots: list[Slot]) -> list[Slot]:
    """The slots in order of creation, if one function creates them all."""
    homes = {
        region.symbol
        for slot in slots
        for region in facts.regions
        if region.kind in {"method", "function"}
        and region.span.path == slot.span.path
        and region.span.line <= slot.span.line <= region.span.end_line
    }
    known = [slot for slot in facts.slots if slot in slots and slot.per_variable]
    return sorted(known, key=lambda one: one.span.line) if len(homes) == 1 and known[1:] else []


def _order(slots: list[tuple[str, Slot]]) -> _Order:
    """The names, those together that one loop creates."""
    groups: list[tuple[int | None, list[str]]] = []
    for name, slot in slots:
        if groups and slot.loop is not None and groups[-1][0] == slot.loop:
            groups[-1][1].append(name)
        else:
            groups.append((slot.loop, [name]))
    return tuple(tuple(names) for _, names in groups)


def _flat(order: _Order) -> tuple[str, ...]:
    return tuple(name for group in order for name in group)


def _lists(pair: Pair) -> bool:
    """Whether both sides can give their state as a list."""
    return all(_LISTS & {method.name for method in facts.methods} for facts in (pair.old, pair.new))


def _said(order: _Order) -> str:
    parts = [f"{listed(list(group))} together" if group[1:] else group[0] for group in order]
    return ", then ".join(parts)
