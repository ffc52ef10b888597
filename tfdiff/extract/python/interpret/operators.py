"""Arithmetic operators between two values."""

import ast
import operator
from collections.abc import Callable

from tfdiff.extract.python.interpret.conditions import negated, plain_condition
from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Dtype,
    Foreign,
    ListRef,
    Scope,
    Slices,
    Value,
    Variable,
)
from tfdiff.ir.expr import call, operation

ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[..., object]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv),
    ast.Pow: ("pow", operator.pow),
    ast.FloorDiv: ("floordiv", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.MatMult: ("matmul", operator.matmul),
    ast.BitAnd: ("and", operator.and_),
    ast.BitOr: ("or", operator.or_),
}

IR_OPERATIONS = frozenset({"add", "sub", "mul", "div", "pow", "and", "or"})

NUMERIC = (*EXPRESSIONS, bool, int, float, Variable, Slices)


def binary(machine: Machine, node: ast.BinOp, scope: Scope) -> Value:
    """An operator between two values."""
    left = machine.evaluate(node.left, scope)
    right = machine.evaluate(node.right, scope)
    machine.at(node, scope)
    return operate(machine, type(node.op), left, right)


def operate(  # noqa: PLR0911 - one kind of operands each
    machine: Machine, kind: type[ast.operator], left: Value, right: Value
) -> Value:
    """An operator between two values: Python's own on constants, an expression otherwise."""
    word, python = ARITHMETIC.get(kind, ("", operator.add))
    plain = (int, float, str)
    if isinstance(left, plain) and (isinstance(right, plain) or kind is ast.Mod):
        return on_constants(python, left, right)
    if isinstance(left, ListRef) or isinstance(right, ListRef):
        return _on_lists(machine, kind, left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and kind is ast.Add:
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        return Foreign(f"{describe(left)}{describe(right)}")
    foreign = [isinstance(value, Foreign | Dtype) for value in (left, right)]
    if all(foreign) or (any(foreign) and not any(isinstance(v, NUMERIC) for v in (left, right))):
        return Foreign(f"{describe(left)} {word} {describe(right)}")
    operands = machine.tensor(left), machine.tensor(right)
    if word in IR_OPERATIONS:
        return operation(word, *operands)
    if word == "floordiv":
        return call("floor", operation("div", *operands))
    return call(word, *operands) if word else machine.not_read(kind.__name__, "operator not read")


def on_constants(python: Callable[..., object], left: Value, right: Value) -> Value:
    """An operator between constants, as Python carries it out."""
    try:
        result = python(left, right)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return Foreign(f"{left} and {describe(right)}")
    return result if isinstance(result, bool | int | float | str) else Foreign(str(result))


def _on_lists(machine: Machine, kind: type[ast.operator], left: Value, right: Value) -> Value:
    if kind is ast.Mult:
        sequence, times = (left, right) if isinstance(left, ListRef) else (right, left)
        if isinstance(sequence, ListRef) and isinstance(times, int):
            return machine.make_list(machine.memory.elements(sequence.address) * times)
    parts = [iterate(machine, value) for value in (left, right)]
    if kind in {ast.Add, ast.BitOr} and parts[0] is not None and parts[1] is not None:
        return machine.make_list(parts[0] + parts[1])
    return Foreign("list")


def unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> Value:
    """``-x``, ``+x``, ``not x``."""
    if isinstance(node.op, ast.Not):
        return plain_condition(negated(machine.semantics.condition(machine, node.operand, scope)))
    value = machine.evaluate(node.operand, scope)
    if isinstance(node.op, ast.USub):
        if isinstance(value, int | float):
            return -value
        if isinstance(value, Slices):
            return Slices(operation("neg", machine.tensor(value.values)), value.indices)
        return operation("neg", machine.tensor(value))
    return value
