"""What the interpreted program has stored: objects by address, and the optimizer's state."""

from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Choice,
    Missing,
    Slices,
    Value,
    same,
)
from tfdiff.ir.expr import Expr, boolean, number, operation, select, symbol

Payload = tuple[Value, ...] | dict[Value, Value]
MISSING = Missing()


def literal(value: float | str) -> Expr:
    """An exact number for a Python number: ``1e-7`` is one ten-millionth."""
    return number(repr(value)) if isinstance(value, float) else number(value)


def negation(condition: Expr) -> Expr:
    """The opposite of a condition, without doubled negation."""
    if getattr(condition, "op", None) == "not":
        inner: Expr = condition.args[0]  # type: ignore[union-attr]  # an operation
        return inner
    return operation("not", condition)


def merge_values(condition: Expr, then: Value, other: Value) -> Value:
    """The value after a branch whose arms ended with ``then`` and ``other``."""
    if same(then, other):
        return then
    if isinstance(then, bool) and isinstance(other, bool):
        return condition if then else negation(condition)
    numeric = tuple(_numeric(value) for value in (then, other))
    if numeric[0] is not None and numeric[1] is not None:
        return select(condition, numeric[0], numeric[1])
    if isinstance(then, tuple) and isinstance(other, tuple) and len(then) == len(other):
        return tuple(merge_values(condition, *pair) for pair in zip(then, other, strict=True))
    if isinstance(then, Slices) and isinstance(other, Slices) and same(then.indices, other.indices):
        return Slices(merge_values(condition, then.values, other.values), then.indices)
    return Choice(condition, then, other)


def _numeric(value: Value) -> Expr | None:
    if isinstance(value, EXPRESSIONS):
        return value
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, int | float):
        return literal(value)
    return None


class Memory:
    """Objects by address and state values by name, copied when the program branches.

    Attributes:
        cells: address -> elements of a list, or entries of a dictionary, scope or instance.
            A stored payload is never changed in place, so that copies may share it.
        states: state -> its value now, in terms of the values that the step started from.
        pending: assignments that take effect at the end of the step (Keras 1.x).
    """

    def __init__(self) -> None:
        self.cells: dict[int, Payload] = {}
        self.states: dict[str, Expr] = {}
        self.pending: dict[str, Expr] = {}

    def copy(self) -> "Memory":
        """A memory that changes apart from this one."""
        twin = Memory()
        twin.cells = self.cells.copy()
        twin.states = self.states.copy()
        twin.pending = self.pending.copy()
        return twin

    def entries(self, address: int) -> dict[Value, Value]:
        """The entries of a dictionary, scope or instance; not to be changed."""
        payload = self.cells[address]
        return payload if isinstance(payload, dict) else dict(enumerate(payload))

    def elements(self, address: int) -> tuple[Value, ...]:
        """The elements of a list or set, or the keys that a dictionary has."""
        payload = self.cells[address]
        if isinstance(payload, dict):
            return tuple(key for key, value in payload.items() if value != MISSING)
        return payload

    def store(self, address: int, key: Value, value: Value) -> None:
        """Set one entry of a dictionary, scope or instance."""
        self.cells[address] = {**self.entries(address), key: value}


def merge_memories(condition: Expr, then: Memory, other: Memory) -> Memory:
    """The memory after a branch: what the arms changed differently depends on the condition."""
    merged = Memory()
    merged.cells = {**other.cells, **then.cells}
    for address, payload in then.cells.items():
        opposite = other.cells.get(address, payload)
        if opposite is not payload:
            merged.cells[address] = _merge_payloads(condition, payload, opposite)
    for states in ("states", "pending"):
        left, right = getattr(then, states), getattr(other, states)
        getattr(merged, states).update(_merge_states(condition, left, right))
    return merged


def _merge_states(
    condition: Expr, then: dict[str, Expr], other: dict[str, Expr]
) -> dict[str, Expr]:
    names = [*then, *(name for name in other if name not in then)]
    return {
        name: select(condition, then.get(name) or symbol(name), other.get(name) or symbol(name))
        for name in names
    }


def _merge_payloads(condition: Expr, then: Payload, other: Payload) -> Payload:
    if isinstance(then, dict) and isinstance(other, dict):
        keys = [*then, *(key for key in other if key not in then)]
        return {
            key: merge_values(condition, then.get(key, MISSING), other.get(key, MISSING))
            for key in keys
        }
    left, right = tuple(then), tuple(other)
    length = max(len(left), len(right))
    left += (MISSING,) * (length - len(left))
    right += (MISSING,) * (length - len(right))
    return tuple(merge_values(condition, *pair) for pair in zip(left, right, strict=True))
