"""Where rules branch: the quantities whose sign decides which arm is taken."""

from collections.abc import Iterable
from dataclasses import dataclass

from tfdiff.ir.expr import COMPARISONS, Call, Expr, Operation, Select, operation
from tfdiff.ir.walk import ordered


@dataclass(frozen=True, slots=True)
class Switch:
    """A quantity whose sign matters.

    Attributes:
        value: the quantity (``left - right`` of a comparison).
        equality: whether being exactly zero is a case of its own.
    """

    value: Expr
    equality: bool


def switches(roots: Iterable[Expr]) -> tuple[Switch, ...]:
    """All switches below ``roots``: comparisons, abs, sign, max and min."""
    found: dict[Expr, bool] = {}
    for node in ordered(roots):
        match node:
            case Operation(op=op, args=(left, right)) if op in COMPARISONS:
                value, equality = operation("sub", left, right), True
            case Call(function="abs" | "sign" as function, args=(value,)):
                equality = function == "sign"
            case Call(function="max" | "min", args=(left, right)):
                value, equality = operation("sub", left, right), False
            case _:
                continue
        found[value] = found.get(value, False) or equality
    return tuple(Switch(value, equality) for value, equality in found.items())


def conditions(roots: Iterable[Expr]) -> tuple[Expr, ...]:
    """The conditions of all choices below ``roots``, and the truths they are made of."""
    found: dict[Expr, None] = {}
    for node in ordered(roots):
        if isinstance(node, Select):
            pending = [node.condition]
            while pending:
                condition = pending.pop()
                found[condition] = None
                if isinstance(condition, Operation) and condition.op in {"and", "or", "not"}:
                    pending.extend(condition.args)
    return tuple(found)
