"""The small tables of a report: state and its checkpoint keys, what is unchanged, not read."""

from dataclasses import dataclass

from tfdiff.facts import Literal, Slot, Unknown, Value
from tfdiff.findings import ComparedSlot


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One piece of state in the table; a cell is the same text on both sides if unchanged."""

    status: str
    cells: tuple[tuple[str, str, str], ...]  # column, old, new


@dataclass(frozen=True, slots=True)
class Unread:
    """A stretch that was not understood: why, its text, and where."""

    reason: str
    text: str
    where: str


def slot_rows(slots: tuple[ComparedSlot, ...]) -> tuple[SlotRow, ...]:
    """State of both releases, row by row."""
    return tuple(_row(slot.old, slot.new) for slot in slots)


def _row(old: Slot | None, new: Slot | None) -> SlotRow:
    before, after = _cells(old), _cells(new)
    cells = tuple((column, before[column], after[column]) for column in before)
    if old is None or new is None:
        return SlotRow("new" if old is None else "gone", cells)
    changed = [column for column, was, now in cells if was != now]
    return SlotRow("changed" if changed else "unchanged", cells)


def _cells(slot: Slot | None) -> dict[str, str]:
    if slot is None:
        return dict.fromkeys(("name", "checkpoint key", "starts as", "type", "shape", "kept"), "")
    return {
        "name": slot.name,
        "checkpoint key": checkpoint_key(slot),
        "starts as": value_words(slot.initial),
        "type": value_words(slot.dtype),
        "shape": value_words(slot.shape),
        "kept": slot.condition or "always",
    }


def checkpoint_key(slot: Slot) -> str:
    """What the state is called in a checkpoint: after its variable's name, or by its own."""
    if isinstance(slot.scope, Literal) and slot.scope.value is None:
        return "<variable>" if slot.per_variable else slot.name
    scope = value_words(slot.scope)
    return f"<variable>/{scope}" if slot.per_variable else f"{scope}/{slot.name}"


def value_words(value: Value | None) -> str:
    """A value as the source has it; ``not read`` with the reason where it was not read."""
    match value:
        case None:
            return ""
        case Unknown(reason=reason):
            return f"not read ({reason})"
        case known:
            if isinstance(known.value, str):
                return known.value
            return known.text or repr(known.value)


def unchanged_groups(unchanged: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``default:epsilon`` and its like, by kind in the order of their first appearance."""
    groups: dict[str, list[str]] = {}
    for item in unchanged:
        kind, colon, name = item.partition(":")
        groups.setdefault(kind if colon else "", []).append(name if colon else kind)
    return tuple((kind, tuple(names)) for kind, names in groups.items())


def unread(unknowns: tuple[Unknown, ...]) -> tuple[Unread, ...]:
    """What was not understood, every stretch once."""
    found: dict[Unread, None] = {}
    for unknown in unknowns:
        span = unknown.span
        where = ""
        if span:
            lines = f"{span.line}-{span.end_line}" if span.end_line > span.line else span.line
            where = f"{span.path}:{lines}"
        found[Unread(unknown.reason, unknown.text, where)] = None
    return tuple(found)
