"""Indices that a sparse gradient holds more than once, in the words that rules write them in.

``sum of occurrences(f(grad))`` adds up ``f`` of each gradient that one row receives, and
``norm over occurrences(grad)`` is taken of all of them before they are summed by row. Where no
index is repeated they are ``f(grad)`` and ``norm(grad)``.
"""

from typing import Final

from tfdiff.ir.expr import Call, Expr, call, children, select, symbol
from tfdiff.ir.walk import ordered, rebuilt

SUM: Final = "sum of occurrences"
REPEATED: Final = "an index occurs more than once in a sparse gradient"
_OVER: Final = " over occurrences"


def over_occurrences(function: str, *args: Expr) -> Expr:
    """A function of all occurrences at once."""
    return call(f"{function}{_OVER}", *args)


def with_repetition(value: Expr) -> Expr:
    """The same value, asking first whether any index is repeated."""
    done: dict[Expr, Expr] = {}
    for node in ordered([value]):
        done[node] = rebuilt(node, tuple(done[child] for child in children(node)))
        once = _once(done[node])
        if once is not None:
            done[node] = select(symbol(REPEATED), done[node], once)
    return done[value]


def _once(node: Expr) -> Expr | None:
    """What a value is where every index occurs once; None where it is of single rows anyway."""
    match node:
        case Call(function=function, args=(value,)) if function == SUM:
            return value
        case Call(function=function, args=args) if function.endswith(_OVER):
            return call(function.removesuffix(_OVER), *args)
        case _:
            return None
