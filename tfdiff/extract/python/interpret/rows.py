"""Rows of a sparse step: ``touched`` is true for the rows that the gradient holds."""

from collections.abc import Callable

from tfdiff.extract.python.interpret.machine import RAW_GRADIENT, TOUCHED
from tfdiff.ir.expr import (
    FUNCTIONS,
    Call,
    Expr,
    Operation,
    Select,
    boolean,
    call,
    children,
    number,
    operation,
    select,
    symbol,
)
from tfdiff.ir.occurrences import SUM, over_occurrences
from tfdiff.ir.precision import is_conversion
from tfdiff.ir.walk import ordered, rebuilt, replaced

MARK = "kernel:"  # what a kernel does to one element, to be filled in
GRADIENT = symbol("grad")
# Some releases (NadamOptimizer) add the gradient's rows to a whole tensor: the shapes only fit
# if every row is touched, and nothing is known of a row that is not.
NOT_TOUCHED = call("grad outside its rows")


def gathered(value: Expr) -> Expr:
    """A tensor's rows at the gradient's indices: the value where a row is touched."""
    return _where(value, touched=True)


def written(value: Expr, old: Expr) -> Expr:
    """A tensor with its touched rows replaced."""
    return select(TOUCHED, _where(value, touched=True), _where(old, touched=False))


def of_rows(value: Expr, function: Callable[[Expr], Expr]) -> Expr:
    """A function that makes 0 of 0, of a tensor that may be 0 outside of the gradient's rows.

    Zeros add nothing to a norm over all rows either.
    """
    rows = _zero_elsewhere(value)
    return function(value) if rows is None else select(TOUCHED, function(rows), number(0))


def _zero_elsewhere(value: Expr) -> Expr | None:
    """What a tensor is in the gradient's rows, if it is 0 in all others."""
    if not isinstance(value, Select):
        return None
    if value.condition is TOUCHED:
        return value.then if value.other is number(0) else None
    then, other = _zero_elsewhere(value.then), _zero_elsewhere(value.other)
    return None if then is None or other is None else select(value.condition, then, other)


def split(value: Expr) -> Expr:
    """A state after a sparse step, asking once, and first, whether a row is touched."""
    untouched = {TOUCHED: boolean(value=False), GRADIENT: NOT_TOUCHED}
    return select(TOUCHED, _where(value, touched=True), _replaced(value, untouched))


def _where(value: Expr, *, touched: bool) -> Expr:
    return _replaced(value, {TOUCHED: boolean(value=touched)})


def _replaced(value: Expr, replacements: dict[Expr, Expr]) -> Expr:
    """Replacements for one row; what is computed from all rows at once (a norm) stays whole."""
    whole = {node: node for node in ordered((value,)) if _sees_all_rows(node)}
    return replaced((value,), replacements | whole)[value]


def _sees_all_rows(node: Expr) -> bool:
    return isinstance(node, Call) and not (
        node.function in FUNCTIONS
        or node.function.startswith(MARK)
        or node.function == SUM
        or is_conversion(node)
    )


def uses_occurrences(value: Expr) -> bool:
    """Whether a value is computed from single occurrences of a row, duplicates not summed.

    What is computed from all occurrences at once (a norm) is the same for each of them, and so
    is a sum over the occurrences of the row.
    """
    uses: dict[Expr, bool] = {}
    for node in ordered((value,)):
        done = _sees_all_rows(node) or (isinstance(node, Call) and node.function == SUM)
        inner = not done and any(uses[child] for child in children(node))
        uses[node] = node is RAW_GRADIENT or inner
    return uses[value]


def row_gradient(value: Expr) -> Expr:
    """The same expression in the row's gradient instead of one occurrence's.

    A norm over all occurrences is not the norm over rows if a row occurs more than once.
    """
    done: dict[Expr, Expr] = {RAW_GRADIENT: GRADIENT}
    for node in ordered((value,)):
        operands = tuple(done[child] for child in children(node))
        if (
            isinstance(node, Call)
            and _sees_all_rows(node)
            and any(map(uses_occurrences, node.args))
        ):
            done[node] = over_occurrences(node.function, *operands)
        else:
            done.setdefault(node, rebuilt(node, operands))
    return done[value]


def summed(value: Expr) -> Expr:  # noqa: PLR0911 - one kind of node each
    """A value of each occurrence added up over the occurrences of a row."""
    if not uses_occurrences(value) or is_linear(value):
        return row_gradient(value)
    match value:
        case Select(condition, then, other) if not uses_occurrences(condition):
            return select(condition, summed(then), summed(other))
        case Operation(op="neg", args=(inner,)):
            return operation("neg", summed(inner))
        case Operation(op="mul", args=(factor, inner)) if not uses_occurrences(factor):
            return operation("mul", factor, summed(inner))
        case Operation(op="mul" | "div" as op, args=(inner, factor)) if not uses_occurrences(
            factor
        ):
            return operation(op, summed(inner), factor)
        case Operation(op="add" | "sub" as op, args=args) if all(map(uses_occurrences, args)):
            return operation(op, *map(summed, args))
        case _:
            return call(SUM, value)


def is_linear(value: Expr) -> bool:  # noqa: PLR0911 - one kind of node each
    """Whether adding up a value over occurrences is the value of the summed gradient."""
    match value:
        case _ if value is RAW_GRADIENT:
            return True
        case Operation(op="neg", args=(inner,)):
            return is_linear(inner)
        case Call(args=(inner,)) if is_conversion(value):
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
