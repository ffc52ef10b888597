"""Slots and non-slot state of both sides, matched by name and then by role."""

import re
from dataclasses import dataclass

from tfdiff.facts import Slot
from tfdiff.rules.pair import Pair

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


def kind(slot: Slot) -> str:
    """What to call it: slots are kept per variable, other state once per optimizer."""
    return "slot" if slot.per_variable else "non-slot variable"


def subject(slot: Slot) -> str:
    """The finding's subject, such as ``slot:m``."""
    return f"slot:{slot.name}" if slot.per_variable else f"variable:{slot.name}"
