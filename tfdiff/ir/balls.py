"""Evaluating rules in ball arithmetic: every result is an interval that holds the true value.

Two results are different only if their balls do not meet, whatever the precision; rounding
can therefore never refute an equality.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final
from typing import Literal as OneOf

from flint import arb, ctx, fmpq

from tfdiff.ir.expr import Boolean, Call, Expr, Number, Operation, Select, Symbol, children
from tfdiff.ir.walk import States, ordered

Ball = arb | bool | None  # None: not defined here, or not decided at this precision
Exact = Fraction | bool
PRECISIONS: Final = (128, 640)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Whether two values at one point are the same.

    Attributes:
        verdict: ``apart`` is certain; ``together`` means the same to the last bit of the
            highest precision; ``open`` means that one of them has no value there.
        old, new: middle of each ball, None without a value.
    """

    verdict: OneOf["apart", "together", "open"]
    old: float | None
    new: float | None


def ball_values(states: States, inputs: Mapping[str, Exact], bits: int) -> dict[str, Ball]:
    """State -> ball after one step at one exact point."""
    with ctx.workprec(bits):
        values: list[Ball] = []
        plan = _plan(states)
        for node, operands in plan.nodes:
            values.append(_ball(node, inputs, [values[place] for place in operands]))
        return {name: values[place] for name, place in plan.outputs}


@dataclass(frozen=True, slots=True)
class _Plan:
    """Nodes in an order in which operands come first, with the places of their operands."""

    nodes: tuple[tuple[Expr, tuple[int, ...]], ...]
    outputs: tuple[tuple[str, int], ...]


@lru_cache(maxsize=64)
def _plan(states: States) -> _Plan:
    nodes = ordered(value for _, value in states)
    place = {node: index for index, node in enumerate(nodes)}
    return _Plan(
        tuple((node, tuple(place[child] for child in children(node))) for node in nodes),
        tuple((name, place[value]) for name, value in states),
    )


def meeting(old: Expr, new: Expr, inputs: Mapping[str, Exact]) -> Meeting:
    """Compare two values at one exact point, at rising precision."""
    both: States = (("old", old), ("new", new))
    for bits in PRECISIONS:
        found = ball_values(both, inputs, bits)
        left, right = found["old"], found["new"]
        if isinstance(left, arb) and isinstance(right, arb):
            if not left.overlaps(right):
                return Meeting("apart", float(left.mid()), float(right.mid()))
            last = Meeting("together", float(left.mid()), float(right.mid()))
        else:
            last = Meeting("open", _middle(left), _middle(right))
            if left is None and right is None:
                break
    return last


def _middle(ball: Ball) -> float | None:
    return float(ball.mid()) if isinstance(ball, arb) else None


def _exact(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _ball(node: Expr, inputs: Mapping[str, Exact], parts: list[Ball]) -> Ball:
    match node:
        case Number(value=value):
            return _exact(value)
        case Boolean(value=truth):
            return truth
        case Symbol(name=name):
            given = inputs.get(name)
            return _exact(given) if isinstance(given, Fraction) else given
        case Select():
            condition, then, other = parts
            return (then if condition else other) if isinstance(condition, bool) else None
        case _:
            return _applied(node, parts)


def _applied(node: Expr, parts: list[Ball]) -> Ball:
    match node:
        case Operation(op="and" | "or" | "not" as op):
            return _logic(op, parts)
        case Operation(op=op):
            function = _OPERATIONS[op]
        case Call(function=name) if name in _CALLS:
            function = _CALLS[name]
        case _:
            return None
    if not all(isinstance(part, arb) for part in parts):
        return None
    result = function(*parts)
    return None if isinstance(result, arb) and not result.is_finite() else result


def _logic(op: str, parts: list[Ball]) -> Ball:
    if op == "not":
        return not parts[0] if isinstance(parts[0], bool) else None
    absorbing = op == "or"
    if any(part is absorbing for part in parts):
        return absorbing
    return not absorbing if all(isinstance(part, bool) for part in parts) else None


def _less(left: arb, right: arb) -> Ball:
    if left < right:
        return True
    return False if left >= right else None


def _at_most(left: arb, right: arb) -> Ball:
    if left <= right:
        return True
    return False if left > right else None


def _equal(left: arb, right: arb) -> Ball:
    if left == right:
        return True
    return None if left.overlaps(right) else False


def _unequal(left: arb, right: arb) -> Ball:
    same = _equal(left, right)
    return None if same is None else not same


def _power(base: arb, exponent: arb) -> Ball:
    if base == 0 and exponent > 0:
        return arb(0)
    return base**exponent


def _sign(value: arb) -> Ball:
    if value == 0 or value > 0 or value < 0:
        return value.sgn()
    return None


def _nearest(value: arb) -> Ball:
    """Rounding to the nearest integer; ties are left open."""
    shifted = value + arb(1) / 2
    return None if shifted.contains_integer() else shifted.floor()


_OPERATIONS: Final[Mapping[str, Callable[..., Ball]]] = {
    "add": lambda left, right: left + right,
    "sub": lambda left, right: left - right,
    "mul": lambda left, right: left * right,
    "div": lambda left, right: left / right,
    "neg": lambda value: -value,
    "pow": _power,
    "lt": _less,
    "gt": lambda left, right: _less(right, left),
    "le": _at_most,
    "ge": lambda left, right: _at_most(right, left),
    "eq": _equal,
    "ne": _unequal,
}
_CALLS: Final[Mapping[str, Callable[..., Ball]]] = {
    "sqrt": lambda value: value.sqrt(),
    "rsqrt": lambda value: value.rsqrt(),
    "square": lambda value: value * value,
    "abs": abs,
    "sign": _sign,
    "max": lambda left, right: left.max(right),
    "min": lambda left, right: left.min(right),
    "exp": lambda value: value.exp(),
    "log": lambda value: value.log(),
    "floor": lambda value: value.floor(),
    "ceil": lambda value: value.ceil(),
    "round": _nearest,
    "sin": lambda value: value.sin(),
    "cos": lambda value: value.cos(),
    "tanh": lambda value: value.tanh(),
}
