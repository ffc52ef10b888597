"""Conditions: what follows from them, their opposites, and choices between them."""

from collections.abc import Iterator

from tfdiff.extract.python.interpret.memory import (
    merge_values,
)
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Value,
)
from tfdiff.ir.expr import (
    Boolean,
    Expr,
    Operation,
    Select,
    boolean,
    operation,
)


def consequences(condition: Expr, holds: bool) -> Iterator[tuple[Expr, bool]]:  # noqa: FBT001
    """What else is known once a condition is: the parts of a conjunction that holds."""
    yield condition, holds
    if isinstance(condition, Operation):
        if condition.op == "not":
            yield from consequences(condition.args[0], not holds)
        elif condition.op == ("and" if holds else "or"):
            for part in condition.args:
                yield from consequences(part, holds)


def choose(condition: Expr, then: Expr, other: Expr) -> Expr:
    """A choice between conditions, as logic where one arm is constant."""
    merged = merge_values(
        condition,
        then.value if isinstance(then, Boolean) else then,
        other.value if isinstance(other, Boolean) else other,
    )
    if isinstance(merged, bool):
        return boolean(merged)
    match merged:
        case Select(asked, Boolean(value=False), rest):
            return operation("and", negated(asked), rest)
        case Select(asked, rest, Boolean(value=False)):
            return operation("and", asked, rest)
        case Select(asked, Boolean(value=True), rest):
            return operation("or", asked, rest)
        case Select(asked, rest, Boolean(value=True)):
            return operation("or", negated(asked), rest)
    assert isinstance(merged, EXPRESSIONS)  # noqa: S101 - two conditions make a condition
    return merged


def negated(condition: Expr) -> Expr:
    """The opposite of a condition, without doubled negation."""
    if isinstance(condition, Boolean):
        return boolean(not condition.value)
    if isinstance(condition, Operation) and condition.op == "not":
        return condition.args[0]
    return operation("not", condition)


def plain_condition(condition: Expr) -> Value:
    """A condition as Python has it: a plain truth value where it is decided."""
    return condition.value if isinstance(condition, Boolean) else condition
