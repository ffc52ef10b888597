"""Truth values, and conditions that only say that there is something to do."""

from typing import TYPE_CHECKING

from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL, is_index, is_structural
from tfdiff.extract.cxx.symbolic.values import Address, Pointer, Thing, Value
from tfdiff.ir.expr import Boolean, Expr, Number, Operation, boolean, number, operation, symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine


def condition_of(machine: "Machine", value: Value) -> Expr:
    """A value as a condition, now."""
    match value:
        case Thing(text):
            return symbol(STRUCTURAL + text)
        case Pointer() | Address():
            return symbol(f"{STRUCTURAL}pointer")
        case _:
            expr = machine.read(value)
            return boolean(expr.value != 0) if isinstance(expr, Number) else expr


def is_nonempty(condition: Expr) -> bool:
    """Does it only say that there are elements, or that an index is in range?"""
    match condition:
        case Operation("and", (left, right)):
            return is_nonempty(left) and is_nonempty(right)
        case Operation("gt" | "ne", (size, least)):
            return is_structural(size) and least is number(0)
        case Operation("ge", (size, least)):
            return is_structural(size) and least in (number(0), number(1))
        case Operation("lt" | "le", (index, bound)):
            return is_index(index) and is_structural(bound)
        case _:
            return False


def negation(condition: Expr) -> Expr:
    """The opposite, folded on a constant."""
    if isinstance(condition, Boolean):
        return boolean(not condition.value)
    return operation("not", condition)


def compared(op: str, left: Expr, right: Expr) -> Expr:
    """A comparison, decided where both sides are constants."""
    if isinstance(left, Number) and isinstance(right, Number):
        results = {
            "lt": left.value < right.value,
            "le": left.value <= right.value,
            "gt": left.value > right.value,
            "ge": left.value >= right.value,
            "eq": left.value == right.value,
            "ne": left.value != right.value,
        }
        return boolean(results[op])
    return operation(op, left, right)


def both(left: Expr, right: Expr) -> Expr:
    """``&&``, folded on a constant."""
    if isinstance(left, Boolean):
        return right if left.value else left
    if isinstance(right, Boolean):
        return left if right.value else right
    return operation("and", left, right)


def either(left: Expr, right: Expr) -> Expr:
    """``||``, folded on a constant."""
    if isinstance(left, Boolean):
        return left if left.value else right
    if isinstance(right, Boolean):
        return right if right.value else left
    return operation("or", left, right)
