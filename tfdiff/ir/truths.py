"""Whether a condition holds for users who pass nothing: worked out exactly, without NumPy."""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Final

from tfdiff.ir.expr import LOGIC, Boolean, Call, Expr, Number, Operation, Select, Symbol, children
from tfdiff.ir.walk import ordered

Value = Fraction | bool | None


def decided(condition: Expr, known: Mapping[Expr, bool]) -> bool | None:
    """Whether a condition holds where some truths are known; None if it may or may not."""
    if isinstance(condition, Boolean):
        return condition.value
    if condition in known:
        return known[condition]
    if isinstance(condition, Operation) and condition.op in LOGIC:
        parts = [decided(part, known) for part in condition.args]
        if condition.op == "not":
            return None if parts[0] is None else not parts[0]
        settling = condition.op == "or"
        if settling in parts:
            return settling
        return None if None in parts else not settling
    return None


def by_default(condition: Expr, settings: Mapping[str, float | bool]) -> bool | None:
    """Whether a condition holds for users who pass nothing; None where that is not known.

    Args:
        condition: asked of hyperparameters.
        settings: what those have who pass nothing.
    """
    values: dict[Expr, Value] = {}
    for node in ordered([condition]):
        values[node] = _value(node, [values[child] for child in children(node)], settings)
    found = values[condition]
    return None if found is None else bool(found)


def _value(node: Expr, parts: list[Value], settings: Mapping[str, float | bool]) -> Value:
    match node:
        case Number(value=value) | Boolean(value=value):
            return value
        case Symbol(name=name):
            return _exact(settings.get(name))
        case Operation(op="and" | "or" as op):
            return _joined(parts, absorbing=op == "or")
        case Select():
            return parts[2 - bool(parts[0])] if parts[0] is not None else None
        case Operation(op=name) | Call(function=name) if name in _FUNCTIONS and None not in parts:
            return _FUNCTIONS[name](*parts)
        case _:
            return None


def _exact(value: float | bool | None) -> Value:  # noqa: FBT001 - a setting may be a truth
    if value is None or isinstance(value, bool):
        return value
    return Fraction(repr(float(value))) if isfinite(value) else None


def _joined(parts: list[Value], *, absorbing: bool) -> Value:
    if any(part is not None and bool(part) is absorbing for part in parts):
        return absorbing
    return None if None in parts else not absorbing


def _quotient(dividend: Value, divisor: Value) -> Value:
    return Fraction(dividend or 0) / Fraction(divisor) if divisor else None


_FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _quotient,
    "neg": operator.neg,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
    "not": operator.not_,
    "abs": abs,
    "max": max,
    "min": min,
}
