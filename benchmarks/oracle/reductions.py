"""Whole-tensor functions in a rule: taken out, computed over each step's tensor, and put back.

A rule is evaluated for all steps of a run at once, steps first; what a function such as ``sum``
reduces is everything but the steps. A sparse gradient holds a row once for each occurrence: some
functions reduce over occurrences, of a row or of all rows, before these are added up. What is
computed in another precision than the rest is taken out as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from tfdiff.ir.evaluate import CALLS, Value, compiled
from tfdiff.ir.expr import Call, Expr, children, symbol
from tfdiff.ir.precision import is_conversion
from tfdiff.ir.walk import States, ordered, rebuilt

Inputs = Mapping[str, Value]
Occurrences = Sequence[tuple[Value, Value]]  # values and masks: each row's first, second, ...

_OF_ROW: Final = "sum of occurrences"
_OF_ALL: Final = " over occurrences"
_GRADIENTS: Final = ("grad", "grad of one occurrence")
EXACT: Final = "exact "  # how the name of a hyperparameter begins as Python has it, in double
_TO_DOUBLE, _TO_OWN = "own to float64", "float64 to own"


def _axes(value: Value) -> tuple[int, ...]:
    return tuple(range(1, np.ndim(value)))


def _sum(value: Value) -> Value:
    return np.asarray(np.sum(value, axis=_axes(value), keepdims=True, dtype=value.dtype))


def _mean(value: Value) -> Value:
    elements = np.prod(np.shape(value)[1:])
    return np.asarray(np.divide(_sum(value), elements), value.dtype)


def _norm(value: Value) -> Value:
    return np.asarray(np.sqrt(_sum(np.multiply(value, value))))


def _norm_of(value: Value, order: Value) -> Value:
    """``norm(x, ord=p)``."""
    powers = _sum(np.power(np.abs(value), order))
    return np.where(order == 2, _norm(value), np.power(powers, np.reciprocal(order)))  # noqa: PLR2004


def _clip_by_norm(value: Value, norm: Value) -> Value:
    longest = np.maximum(_norm(value), norm)
    return np.asarray(np.divide(np.multiply(value, norm), longest))


def _switch(condition: Value, then: Value, other: Value) -> Value:
    return np.asarray(np.where(condition, then, other))


def _of_row(*values: Value) -> Value:
    total = values[0]
    for value in values[1:]:
        total = np.add(total, value)
    return total


REDUCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "sum": _sum,
    "reduce_sum": _sum,
    "mean": _mean,
    "norm": _norm,
    "global_norm": _norm,  # there is one variable
    "clip_by_norm": _clip_by_norm,
    "switch": _switch,
    "norm[ord]": _norm_of,
    "to_int32": np.trunc,
    "mod": np.mod,
    "floormod": np.mod,
}


class NotEvaluableError(Exception):
    """A rule uses something that has no numbers here; says what."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """One function to compute before the rest: where its value goes, and its arguments.

    Attributes:
        of_row: it is computed from the occurrences of one row.
        of_all: it is computed from all occurrences of all rows.
        double: it is computed in double precision and rounded.
    """

    name: str
    function: Callable[..., Value]
    arguments: States
    of_row: bool
    of_all: bool
    double: bool

    def value(self, inputs: Inputs, occurrences: Occurrences) -> Value:
        """What the function gives."""
        if self.double:
            return self._rounded(inputs)
        if not (self.of_row or self.of_all):
            values = _values(self.arguments, inputs)
            return self.function(*(values[place] for place, _ in self.arguments))
        found: list[Value] = []
        for gradient, mask in occurrences:
            of_one = dict.fromkeys(_GRADIENTS, gradient)
            (value,) = _values(self.arguments, {**inputs, **of_one}).values()
            found.append(np.where(mask, value, np.zeros_like(value)))
        return self.function(*found) if self.of_row else self.function(np.concatenate(found, 1))

    def _rounded(self, inputs: Inputs) -> Value:
        wide: dict[str, Value] = {
            name: value if np.asarray(value).dtype == np.bool_ else np.asarray(value, np.float64)
            for name, value in inputs.items()
        }
        wide |= {
            name.removeprefix(EXACT): value
            for name, value in inputs.items()
            if name.startswith(EXACT)
        }
        (value,) = _values(self.arguments, wide).values()
        return np.asarray(value, _dtype(inputs))


def _identity(value: Value) -> Value:
    return value


@lru_cache(maxsize=256)
def _stages(states: States) -> tuple[tuple[_Stage, ...], States]:
    """The functions of a rule in the order in which they are needed, and the rule without them.

    Raises:
        NotEvaluableError: a function is neither elementwise nor one of ``REDUCTIONS``.
    """
    known: dict[Expr, Expr] = {}
    stages: list[_Stage] = []
    for node in ordered(value for _, value in states):
        operands = tuple(known[child] for child in children(node))
        if not isinstance(node, Call) or node.function in CALLS:
            known[node] = rebuilt(node, operands)
            continue
        converts = is_conversion(node)
        if converts and node.function not in {_TO_DOUBLE, _TO_OWN}:
            known[node] = operands[0]  # single precision is what everything runs in
            continue
        of_row, of_all = node.function == _OF_ROW, node.function.endswith(_OF_ALL)
        function = _of_row if of_row else REDUCTIONS.get(node.function.removesuffix(_OF_ALL))
        function = _identity if converts else function
        if function is None:
            raise NotEvaluableError(f"it uses `{node.function}`")
        arguments = tuple((str(place), operand) for place, operand in enumerate(operands))
        name = f"{node.function} {len(stages)}"
        double = node.function == _TO_OWN
        stage = _Stage(name, function, arguments, of_row=of_row, of_all=of_all, double=double)
        stages.append(stage)
        known[node] = symbol(stage.name)
    return tuple(stages), tuple((name, known[value]) for name, value in states)


def evaluated(states: States, inputs: Inputs, occurrences: Occurrences) -> dict[str, Value]:
    """One step of a rule; inputs are in the dtype to compute in, and broadcast over steps.

    Args:
        states: the rule.
        inputs: the value of every symbol; the gradient is that of each row.
        occurrences: the gradients and masks that it is made from.

    Raises:
        NotEvaluableError: something has no numbers here.
    """
    stages, rest = _stages(states)
    given = dict(inputs)
    for stage in stages:
        given[stage.name] = stage.value(given, occurrences)
    return _values(rest, given)


def _values(states: States, inputs: Inputs) -> dict[str, Value]:
    program = compiled(states)
    missing = [name for name, _ in program.inputs if name not in inputs]
    if missing:
        raise NotEvaluableError(f"nothing is known of `{missing[0]}`")
    if program.blanks:
        raise NotEvaluableError("part of it was not read")
    dtype = _dtype(inputs)
    with np.errstate(all="ignore"):
        return program.step(program.start({}, dtype), inputs)


def _dtype(inputs: Inputs) -> type[np.float32] | type[np.float64]:
    """What a step is computed in: double where anything but an exact number is."""
    double = any(
        np.asarray(value).dtype == np.float64
        for name, value in inputs.items()
        if not name.startswith(EXACT)
    )
    return np.float64 if double else np.float32
