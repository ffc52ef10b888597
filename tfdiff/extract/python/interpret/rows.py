"""Rows of a sparse step: ``touched`` is true for the rows that the gradient holds."""

from tfdiff.extract.python.interpret.machine import RAW_GRADIENT, TOUCHED
from tfdiff.ir.expr import Expr, Operation, Select, boolean, select, symbol
from tfdiff.ir.walk import ordered, replaced


def gathered(value: Expr) -> Expr:
    """A tensor's rows at the gradient's indices: the value where a row is touched."""
    return _where(value, touched=True)


def written(value: Expr, old: Expr) -> Expr:
    """A tensor with its touched rows replaced."""
    return select(TOUCHED, _where(value, touched=True), _where(old, touched=False))


def split(value: Expr) -> Expr:
    """The same value with the question whether a row is touched asked once, and first."""
    if TOUCHED not in set(ordered((value,))):
        return value
    return written(value, value)


def _where(value: Expr, *, touched: bool) -> Expr:
    return replaced((value,), {TOUCHED: boolean(touched)})[value]


def uses_occurrences(value: Expr) -> bool:
    """Whether a value is computed from single occurrences of a row, duplicates not summed."""
    return RAW_GRADIENT in set(ordered((value,)))


def row_gradient(value: Expr) -> Expr:
    """The same expression in the row's gradient instead of one occurrence's."""
    return replaced((value,), {RAW_GRADIENT: symbol("grad")})[value]


def is_linear(value: Expr) -> bool:  # noqa: PLR0911 - one kind of node each
    """Whether adding up a value over occurrences is the value of the summed gradient."""
    match value:
        case _ if value is RAW_GRADIENT:
            return True
        case Operation(op="neg", args=(inner,)):
            return is_linear(inner)
        case Operation(op="mul", args=(left, right)):
            if uses_occurrences(left):
                return is_linear(left) and not uses_occurrences(right)
            return is_linear(right)
        case Operation(op="div", args=(left, right)):
            return is_linear(left) and not uses_occurrences(right)
        case Operation(op="add" | "sub", args=(left, right)):
            return is_linear(left) and is_linear(right)
        case Select(condition, then, other):
            return not uses_occurrences(condition) and is_linear(then) and is_linear(other)
        case _:
            return False
