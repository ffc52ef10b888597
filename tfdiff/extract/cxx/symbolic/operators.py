"""Operators: on numbers at once, on tensors as expressions that are evaluated later."""

from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import precision
from tfdiff.extract.cxx.symbolic.call import last
from tfdiff.extract.cxx.symbolic.conditions import both, compared, condition_of, either, negation
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.locations import is_structural
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Lazy,
    Pointer,
    Scalar,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import Boolean, Expr, Number, call, number, operation, select

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_ARITHMETIC: Final = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISONS: Final = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_JOINED: Final = {"&&": both, "||": either}


def combine(machine: "Machine", op: str, left: Value, right: Value) -> Value:
    """Two operands in an arithmetic operation; lazy if one of them is a tensor."""
    if isinstance(left, Pointer) and op in {"add", "sub"}:
        return moved(machine, left, op, right)
    if isinstance(left, Thing) or isinstance(right, Thing):
        return _of_thing(machine, op, left, right)
    if isinstance(left, Lazy | View) or isinstance(right, Lazy | View):
        parts = precision.beside(machine, left, right), precision.beside(machine, right, left)
        return Lazy(operation(op, *map(machine.lazy, parts)))
    return Scalar(operation(op, machine.read(left), machine.read(right)))


def moved(machine: "Machine", pointer: Pointer, op: str, by: Value) -> Value:
    """A pointer some elements further on."""
    step = machine.read(by)
    if pointer.offset is None:
        return Pointer(pointer.view, step if op == "add" else operation("neg", step))
    return Pointer(pointer.view, operation(op, pointer.offset, step))


def _of_thing(machine: "Machine", op: str, left: Value, right: Value) -> Value:
    for each in (left, right):
        if not isinstance(each, Thing):
            expr = machine.read(each)
            if not isinstance(expr, Number) and not is_structural(expr):
                return Scalar(operation(op, machine.read(left), machine.read(right)))
    return Thing("size")


def unary(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """``-x``, ``!x``."""
    operand = machine.evaluate(last(node), frame)
    match node.children[0].type:
        case "-" if isinstance(operand, Lazy | View):
            return Lazy(operation("neg", machine.lazy(operand)))
        case "-":
            expr = machine.read(operand)
            if isinstance(expr, Number):
                return Scalar(number(-expr.value))
            return Scalar(operation("neg", expr))
        case "+":
            return operand
        case "!":
            return Scalar(negation(condition_of(machine, operand)))
        case _:
            return machine.opaque(node, frame, "operator not understood")


def binary(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """``x + y`` and all other operators between two operands."""
    left_node, right_node = (
        node.child_by_field_name("left"),
        node.child_by_field_name("right"),
    )
    mark = node.child_by_field_name("operator")
    if left_node is None or right_node is None or mark is None:
        return machine.opaque(node, frame, "operator not understood")
    op = mark.type
    left = machine.evaluate(left_node, frame)
    right = machine.evaluate(right_node, frame)
    if op == "/" and {left_node.type, right_node.type} == {"number_literal"}:
        result = _divided(machine, left, right, frame.parsed.text(node))
    elif op in _ARITHMETIC:
        left = precision.promoted(machine, left, right_node, frame)
        right = precision.promoted(machine, right, left_node, frame)
        result = combine(machine, _ARITHMETIC[op], left, right)
    elif op in _COMPARISONS:
        result = _comparison(machine, _COMPARISONS[op], left, right)
    elif op in _JOINED:
        join = _JOINED[op]
        result = Scalar(join(condition_of(machine, left), condition_of(machine, right)))
    elif op == "%":
        result = Scalar(call("mod", machine.read(left), machine.read(right)))
    else:
        result = machine.opaque(node, frame, "operator not understood")
    return Thing(frame.parsed.text(node)) if isinstance(result, Thing) else result


def _divided(machine: "Machine", left: Value, right: Value, text: str) -> Value:
    # 1/2 is 0 in C++; 1.0/2 is not.
    quotient = combine(machine, "div", left, right)
    top, bottom = machine.read(left), machine.read(right)
    whole = "." not in text and "e" not in text
    if whole and isinstance(top, Number) and isinstance(bottom, Number) and bottom.value:
        return Scalar(number(int(top.value / bottom.value)))
    return quotient


def _comparison(machine: "Machine", op: str, left: Value, right: Value) -> Value:
    if isinstance(left, Lazy | View) or isinstance(right, Lazy | View):
        return Lazy(operation(op, machine.lazy(left), machine.lazy(right)))
    if isinstance(left, Thing | Pointer | Address) or isinstance(right, Thing | Pointer | Address):
        return Thing("comparison")
    return Scalar(compared(op, machine.read(left), machine.read(right)))


def conditional(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """``condition ? x : y``."""
    parts = [
        node.child_by_field_name(field) for field in ("condition", "consequence", "alternative")
    ]
    test, then_node, other_node = parts
    if test is None or then_node is None or other_node is None:
        return machine.opaque(node, frame, "choice not understood")
    condition = condition_of(machine, machine.evaluate(test, frame))
    if isinstance(condition, Boolean):
        return machine.evaluate(then_node if condition.value else other_node, frame)
    then, other = machine.evaluate(then_node, frame), machine.evaluate(other_node, frame)
    return chosen(machine, condition, then, other)


def chosen(machine: "Machine", condition: Expr, then: Value, other: Value) -> Value:
    """The choice between two values; lazy if one of them is a tensor."""
    if then == other:
        return then
    if isinstance(then, Lazy | View) or isinstance(other, Lazy | View):
        return Lazy(select(condition, machine.lazy(then), machine.lazy(other)))
    return Scalar(select(condition, machine.read(then), machine.read(other)))
