"""Whole-tensor functions in a rule: taken out, computed over each step's tensor, and put back.

A rule is evaluated for all steps of a run at once, steps first; what a function such as ``sum``
reduces is everything but the steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from tfdiff.ir.evaluate import CALLS, Value, compiled
from tfdiff.ir.expr import Call, Expr, children, symbol
from tfdiff.ir.walk import States, ordered, rebuilt

Inputs = Mapping[str, Value]


def _axes(value: Value) -> tuple[int, ...]:
    return tuple(range(1, np.ndim(value)))


def _sum(value: Value) -> Value:
    return np.asarray(np.sum(value, axis=_axes(value), keepdims=True, dtype=value.dtype))


def _norm(value: Value) -> Value:
    return np.asarray(np.sqrt(_sum(np.multiply(value, value))))


def _clip_by_norm(value: Value, norm: Value) -> Value:
    longest = np.maximum(_norm(value), norm)
    return np.asarray(np.divide(np.multiply(value, norm), longest))


def _switch(condition: Value, then: Value, other: Value) -> Value:
    return np.asarray(np.where(condition, then, other))


REDUCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "sum": _sum,
    "reduce_sum": _sum,
    "norm": _norm,
    "clip_by_norm": _clip_by_norm,
    "switch": _switch,
}


class NotEvaluableError(Exception):
    """A rule uses something that has no numbers here; says what."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """One function to compute before the rest: where its value goes, and its arguments."""

    name: str
    function: Callable[..., Value]
    arguments: States


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
        function = REDUCTIONS.get(node.function)
        if function is None:
            raise NotEvaluableError(f"it uses `{node.function}`")
        arguments = tuple((str(place), operand) for place, operand in enumerate(operands))
        stage = _Stage(f"{node.function} {len(stages)}", function, arguments)
        stages.append(stage)
        known[node] = symbol(stage.name)
    return tuple(stages), tuple((name, known[value]) for name, value in states)


def evaluated(states: States, inputs: Inputs) -> dict[str, Value]:
    """One step of a rule; inputs are rounded already, and broadcast over the steps.

    Raises:
        NotEvaluableError: something has no numbers here.
    """
    stages, rest = _stages(states)
    given = dict(inputs)
    for stage in stages:
        values = _values(stage.arguments, given)
        given[stage.name] = stage.function(*(values[place] for place, _ in stage.arguments))
    return _values(rest, given)


def _values(states: States, inputs: Inputs) -> dict[str, Value]:
    program = compiled(states)
    missing = [name for name, _ in program.inputs if name not in inputs]
    if missing:
        raise NotEvaluableError(f"nothing is known of `{missing[0]}`")
    if program.blanks:
        raise NotEvaluableError("part of it was not read")
    with np.errstate(all="ignore"):
        return program.step(program.start({}, np.float32), inputs)
