"""Comparisons and logic: ``==``, ``is``, ``in``, ``and``, ``or``, and choices by them."""

import ast
import operator
from collections.abc import Callable
from contextlib import ExitStack

from tfdiff.extract.python.interpret.attributes import present
from tfdiff.extract.python.interpret.conditions import negated, plain_condition
from tfdiff.extract.python.interpret.containers import entry, iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.operators import on_constants
from tfdiff.extract.python.interpret.tensors import NUMERIC
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Choice,
    DictRef,
    Foreign,
    ListRef,
    Missing,
    Scope,
    Value,
    same,
)
from tfdiff.ir.expr import Boolean, Expr, Select, boolean, operation
from tfdiff.ir.text import SIGNS

COMPARISON: dict[type[ast.cmpop], tuple[str, Callable[..., object]]] = {
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
}


def condition(machine: Machine, node: ast.expr, scope: Scope) -> Expr:
    """Whether an expression counts as true, ``and`` and ``or`` taken as logic."""
    if not isinstance(node, ast.BoolOp):
        return machine.truth(machine.evaluate(node, scope))
    settling = isinstance(node.op, ast.Or)
    parts: list[Expr] = []
    with ExitStack() as known:
        for operand in node.values:
            part = condition(machine, operand, scope)
            holds = machine.decided(part)
            if holds is settling:
                parts.append(part if not isinstance(part, Boolean) else boolean(settling))
                break
            if holds is None:
                parts.append(part)
                known.enter_context(machine.assuming(part, not settling))
    if not parts:
        return boolean(not settling)
    if isinstance(parts[-1], Boolean):
        return parts[-1]
    return parts[0] if len(parts) == 1 else operation("or" if settling else "and", *parts)


def either(machine: Machine, node: ast.BoolOp, scope: Scope) -> Value:
    """``and`` and ``or``, which give one of their operands."""

    def part(index: int) -> Value:
        value = machine.evaluate(node.values[index], scope)
        if index == len(node.values) - 1:
            return value
        condition = machine.truth(value)
        if isinstance(node.op, ast.And):
            arms: tuple[Callable[[], Value], Callable[[], Value]] = (
                lambda: part(index + 1),
                lambda: _falsy(machine, value),
            )
        else:
            arms = (lambda: _truthy(machine, value, condition), lambda: part(index + 1))
        return _logic(machine.branch(condition, *arms), condition)

    return part(0)


def _falsy(machine: Machine, value: Value) -> Value:
    return False if isinstance(value, EXPRESSIONS) and machine.is_boolean(value) else value


def _truthy(machine: Machine, value: Value, condition: Expr) -> Value:
    return True if value is condition and machine.is_boolean(condition) else value


def _logic(value: Value, condition: Expr) -> Value:
    """``select(c, x, False)`` is ``c and x``."""
    match value:
        case Select(first, rest, Boolean(value=False)) if first is condition:
            return operation("and", first, rest)
        case Select(first, Boolean(value=True), rest) if first is condition:
            return operation("or", first, rest)
        case _:
            return value


def chosen(machine: Machine, node: ast.IfExp, scope: Scope) -> Value:
    """``then if condition else other``."""
    return machine.branch(
        condition(machine, node.test, scope),
        lambda: machine.evaluate(node.body, scope),
        lambda: machine.evaluate(node.orelse, scope),
    )


def compare(machine: Machine, node: ast.Compare, scope: Scope) -> Value:
    """Comparisons, chained ones being a conjunction."""
    left = machine.evaluate(node.left, scope)
    results: list[Expr] = []
    for kind, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(right_node, scope)
        machine.at(node, scope)
        results.append(machine.truth(compared(machine, type(kind), left, right)))
        left = right
    if len(results) == 1:
        return plain_condition(results[0])
    if any(isinstance(result, Boolean) and not result.value for result in results):
        return False
    return operation("and", *results)


def compared(  # noqa: PLR0911 - one kind of operands each
    machine: Machine, kind: type[ast.cmpop], left: Value, right: Value
) -> Value:
    """One comparison; choices that are still open are compared arm by arm."""
    if kind in {ast.IsNot, ast.NotIn}:
        opposite = ast.Is if kind is ast.IsNot else ast.In
        return plain_condition(negated(machine.truth(compared(machine, opposite, left, right))))
    for index, value in enumerate((left, right)):
        if isinstance(value, Choice):
            other = (right, left)[index]
            return machine.lift(
                value,
                _facing(machine, kind, other, first=index == 0),
            )
    if kind is ast.In:
        return contains(machine, right, left)
    if kind is ast.Is:
        return identical(machine, left, right)
    word, python = COMPARISON[kind]
    plain = (int, float, str)
    if isinstance(left, plain) and isinstance(right, plain):
        return on_constants(python, left, right)
    if isinstance(left, NUMERIC) and isinstance(right, NUMERIC):
        return operation(word, machine.tensor(left), machine.tensor(right))
    if None in (left, right) and kind not in {ast.Eq, ast.NotEq}:
        raise machine.of_none("TypeError")
    equal = identical(machine, left, right)
    if kind is ast.NotEq:
        return plain_condition(negated(machine.truth(equal)))
    return equal if kind is ast.Eq else Foreign(f"{describe(left)}{SIGNS[word]}{describe(right)}")


def _facing(
    machine: Machine, kind: type[ast.cmpop], other: Value, *, first: bool
) -> Callable[[Value], Value]:
    def against(one: Value) -> Value:
        pair = (one, other) if first else (other, one)
        return compared(machine, kind, *pair)

    return against


def identical(machine: Machine, left: Value, right: Value) -> Value:
    """``left is right``; an unread value is only known to be itself."""
    if same(left, right):
        return True
    if None in (left, right):
        other = right if left is None else left
        # Unread calls may give None; modules, attributes and texts do not.
        unread = isinstance(other, Foreign) and other.text.endswith(")")
        return Foreign(f"{describe(other)} is None") if unread else False
    if isinstance(left, Foreign) or isinstance(right, Foreign):
        return Foreign(f"{describe(left)} == {describe(right)}")
    sequences = [iterate(machine, value) for value in (left, right)]
    if isinstance(left, ListRef) and isinstance(right, ListRef) and None not in sequences:
        return same(sequences[0] or (), sequences[1] or ())
    return False


def contains(machine: Machine, container: Value, key: Value) -> Value:
    """``key in container``."""
    if isinstance(container, str) and isinstance(key, str):
        return key in container
    if isinstance(container, DictRef):
        value = entry(machine, container, key, Missing())
        return present(machine, value)
    elements = iterate(machine, container)
    if elements is None:
        return Foreign(f"{describe(key)} in {describe(container)}")
    if any(same(element, key) for element in elements):
        return True
    unread = [e for e in elements if isinstance(e, Foreign) and isinstance(key, Foreign)]
    return Foreign(f"{describe(key)} in {describe(container)}") if unread else False
