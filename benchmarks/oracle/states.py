"""Which tensor of a real release is which state of a rule."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from benchmarks.oracle.runs import Record
from tfdiff.facts import Literal, OptimizerFacts, UpdateRule

Column = npt.NDArray[np.generic]
_SLOT = "slot:"
Arguments = Mapping[str, bool | int | float | None]


def columns(rule: UpdateRule, record: Record) -> dict[str, Column]:
    """State of the rule -> its values before the first step and after each step.

    Names decide. States of optimizers that keep nameless lists (Keras until 1.13) are taken in
    the order of the list of weights, which is that in which the rule keeps them.
    """
    shape = record["var"].shape
    found = {"var": record["var"]}
    for name, _ in rule.states:
        known = next((record[key] for key in _keys(name) if key in record), None)
        # An argument may be kept under the name of a slot: as a variable of a single number.
        if known is not None and (known.shape == shape or not name.startswith(_SLOT)):
            found[name] = known
    nameless = [
        value
        for key, value in sorted(record.items())
        if key.startswith("weight/")
        and value.shape == shape
        and not any(np.array_equal(value, known, equal_nan=True) for known in found.values())
    ]
    left = [name for name, _ in rule.states if name not in found]
    if nameless and not any(key.startswith("slot/") for key in record):
        found.update(zip(left, nameless, strict=False))
    return found


def _keys(state: str) -> Iterator[str]:
    name = state.removeprefix(_SLOT)
    if name in {"step", "iteration"}:
        name = "iterations"
    yield from (f"slot/{name}", f"attribute/{name}", f"attribute/_{name}", f"named/{name}")


def started(column: Column, state: str, facts: OptimizerFacts, arguments: Arguments) -> Column:
    """A column whose first value is known.

    A state that the first step creates has no value before it; there it is what the facts say.
    """
    if column.dtype.kind != "f" or not np.isnan(column[0]).any():
        return column
    initial = _initial(state.removeprefix("slot:"), facts, arguments)
    if initial is None:
        return column
    return np.concatenate([np.full_like(column[:1], initial), column[1:]])


def _initial(name: str, facts: OptimizerFacts, arguments: Arguments) -> float | None:
    slots = sorted(facts.slots, key=lambda slot: not slot.per_variable)
    slot = next((slot for slot in slots if slot.name == name), None)
    if slot is None or not isinstance(slot.initial, Literal):
        return None
    value = slot.initial.value
    value = arguments.get(value) if isinstance(value, str) else value
    return float(value) if isinstance(value, int | float) else None
