"""Smooth functions in the place of those that are not understood, so that values can be seen.

What is proved of a function of which nothing is known holds for any function. Where two values
differ with these in its place, no proof can be found; where they do not, one may be.
"""

from collections.abc import Iterable
from fractions import Fraction
from zlib import crc32

from tfdiff.ir.expr import FUNCTIONS, Call, Expr, call, children, number, operation
from tfdiff.ir.walk import ordered, rebuilt


def with_stand_ins(roots: Iterable[Expr]) -> dict[Expr, Expr]:
    """Every node below ``roots`` with functions that can be evaluated in place of the others."""
    result: dict[Expr, Expr] = {}
    for node in ordered(roots):
        parts = tuple(result[part] for part in children(node))
        if isinstance(node, Call) and node.function not in FUNCTIONS:
            result[node] = _stand_in(node.function, parts)
        else:
            result[node] = rebuilt(node, parts)
    return result


def _stand_in(name: str, parts: tuple[Expr, ...]) -> Expr:
    """A positive function, bounded and smooth, so that rounding in its operands does not show."""
    total = number(1)
    for place, part in enumerate(parts):
        weight = number(Fraction(1 + crc32(f"{name} {place}".encode()) % 999, 1000))
        total = operation("add", total, operation("mul", weight, call("tanh", part)))
    return call("exp", call("tanh", total))
