"""Slots and non-slot state of both sides, matched by name and then by role."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tfdiff.facts import Literal, OptimizerFacts, Parameter, Region, Slot, Value
from tfdiff.rules.matching import parameters
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, RegionPair

_NAME = re.compile(r"[\w./-]+")


@dataclass(frozen=True, slots=True)
class Slots:
    """Which state stayed, came, went, and which changed its name."""

    kept: tuple[tuple[Slot, Slot], ...]
    added: tuple[Slot, ...]
    removed: tuple[Slot, ...]
    renamed: tuple[tuple[Slot, Slot], ...]


def matched(pair: Pair) -> Slots:
    """State is the same by name, and renamed if it stands at the same place in the order.

    The order of creation tells roles apart only while the number of slots is the same.
    """
    # A variable that holds a hyperparameter is not the slot of the same name.
    old = {subject(slot): slot for slot in pair.old.slots}
    new = {subject(slot): slot for slot in pair.new.slots}
    renamed = [
        (old[mine], new[its])
        for before, after in pair.state_names
        for mine, its in (
            (f"slot:{before}", f"slot:{after}"),
            (f"variable:{before}", f"variable:{after}"),
        )
        if mine in old and its in new
    ]
    told = {subject(slot) for pairs in renamed for slot in pairs}
    kept = tuple((slot, new[key]) for key, slot in old.items() if key in new and key not in told)
    stays = told | {subject(slot) for slot, _ in kept}
    removed = [slot for key, slot in old.items() if key not in stays]
    added = [slot for key, slot in new.items() if key not in stays]
    if len(old) == len(new):
        for before, after in zip(old.values(), new.values(), strict=True):
            if before in removed and after in added and _alike(before, after):
                renamed.append((before, after))
                removed.remove(before)
                added.remove(after)
    return Slots(kept, tuple(added), tuple(removed), tuple(renamed))


def _alike(old: Slot, new: Slot) -> bool:
    """Whether one may be the other renamed; a name that is computed tells nothing."""
    named = _NAME.fullmatch(old.name) and _NAME.fullmatch(new.name)
    return bool(named) and old.per_variable == new.per_variable and old.initial == new.initial


def creating(pair: Pair, entries: Sequence[tuple[Slot, Slot]]) -> tuple[RegionPair, ...]:
    """The functions of both sides that create some state, once each."""
    return tuple(
        item
        for item in pair.regions
        if item.old and item.new and item.region.kind in {"method", "function"}
        if any(
            old in created(pair.old, item.old) and new in created(pair.new, item.new)
            for old, new in entries
        )
    )


def holds_argument(pair: Pair, slot: Slot, facts: OptimizerFacts) -> bool:
    """Whether a variable that one side has holds an argument that both releases take."""
    known = parameters.matched(pair)
    common = {one.name for pairs in (*known.kept, *known.renamed) for one in pairs}
    names = {parameter.name for parameter in facts.parameters} & common
    initial = slot.initial.value if isinstance(slot.initial, Literal) else None
    return not slot.per_variable and initial in names


def started_otherwise(pair: Pair) -> tuple[tuple[Slot, Slot], ...]:
    """State of both sides, renamed or not, that a fresh run starts from another value.

    A value that an argument of one side gives is the same where nothing else is its default.
    """
    slots = matched(pair)
    names = {(old.name, new.name) for old, new in parameters.matched(pair).renamed}
    both = (*slots.kept, *slots.renamed)
    return tuple((old, new) for old, new in both if _start_differs(pair, old, new, names))


def _start_differs(pair: Pair, old: Slot, new: Slot, names: set[tuple[str, str]]) -> bool:
    before, after = old.initial, new.initial
    if not (isinstance(before, Literal) and isinstance(after, Literal)) or before == after:
        return False
    if (before.value, after.value) in names:
        return False
    defaults = [
        argument.effective if (argument := giving(facts, value)) else value
        for facts, value in ((pair.old, before), (pair.new, after))
    ]
    return defaults[0] != defaults[1]


def giving(facts: OptimizerFacts, start: Value) -> Parameter | None:
    """The argument of the constructor that a state starts from."""
    named = start.value if isinstance(start, Literal) else None
    return next((one for one in facts.parameters if one.name == named), None)


def starting(value: Value) -> str:
    """A starting value in words: a name stands for what it holds."""
    if isinstance(value, Literal) and isinstance(value.value, str):
        return f"the value of {value.value}"
    return shown(value)


def kind(slot: Slot) -> str:
    """What to call it: slots are kept per variable, other state once per optimizer."""
    return "slot" if slot.per_variable else "non-slot variable"


def subject(slot: Slot) -> str:
    """The finding's subject, such as ``slot:m``."""
    return f"slot:{slot.name}" if slot.per_variable else f"variable:{slot.name}"


def read(slot: Slot) -> bool:
    """Whether all that decides what a checkpoint holds of it was read."""
    return all(
        isinstance(value, Literal) for value in (slot.initial, slot.scope, slot.dtype, slot.shape)
    )


def created(facts: OptimizerFacts, region: Region | None) -> tuple[Slot, ...]:
    """The state that a region creates, in order."""
    if region is None:
        return ()
    span = region.span
    return tuple(
        slot
        for slot in facts.slots
        if slot.span.path == span.path and span.line <= slot.span.line <= span.end_line
    )


def creates_the_same(pair: Pair, item: RegionPair) -> bool:
    """Whether all state that a region creates was read on both sides and is the same."""
    old, new = created(pair.old, item.old), created(pair.new, item.new)
    known = bool(old) and all(read(slot) for slot in (*old, *new))
    return known and [_kept(slot) for slot in old] == [_kept(slot) for slot in new]


def _kept(slot: Slot) -> tuple[object, ...]:
    """What a checkpoint, and the first step, see of it."""
    return (
        slot.name,
        slot.per_variable,
        slot.initial,
        slot.scope,
        slot.dtype,
        slot.shape,
        slot.condition,
    )


def known(pair: Pair) -> bool:
    """Whether all state was read, but for what code creates that is the same on both sides."""
    same = [item for item in pair.regions if item.same_meaning]
    settled = {
        id(slot)
        for item in same
        for facts, region in ((pair.old, item.old), (pair.new, item.new))
        for slot in created(facts, region)
    }
    return all(
        read(slot) or id(slot) in settled for facts in (pair.old, pair.new) for slot in facts.slots
    )
