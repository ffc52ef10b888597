"""Expressions by the kind of their syntax node: names, literals, pointers, calls."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import assignments, calls, operators
from tfdiff.extract.cxx.symbolic.call import NotUnderstoodError, last, named
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Cell,
    FunctionValue,
    Lambda,
    Pointer,
    Scalar,
    TensorObject,
    Text,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import boolean, number, operation, symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

Reader = Callable[["Machine", tree_sitter.Node, Frame], Value]
_IS_SAME: Final = re.compile(r"(?:std::)?is_same<([\w:]+),([\w:]+)>::value")
_GRID: Final = frozenset({"blockIdx", "threadIdx", "blockDim", "gridDim", "warpSize"})


def evaluate(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """The value of an expression, after its side effects."""
    reader = _broken if node.has_error else _READERS.get(node.type, _not_known)
    try:
        return reader(machine, node, frame)
    except NotUnderstoodError as error:
        by = machine.opaque(node, frame, str(error))
        machine.taint_names(node, frame, by)
        return by


def _broken(_machine: "Machine", _node: tree_sitter.Node, _frame: Frame) -> Value:
    # What the grammar left out may be what counts.
    raise NotUnderstoodError("not accepted by the grammar")


def _not_known(_machine: "Machine", node: tree_sitter.Node, _frame: Frame) -> Value:
    raise NotUnderstoodError(f"expression not understood ({node.type})")


def _number(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    text = frame.parsed.text(node).replace("'", "").lower()
    try:
        if text.startswith("0x"):
            return Scalar(number(int(text.rstrip("ul"), 16)))
        return Scalar(number(Fraction(text.rstrip("ful"))))
    except ValueError:
        raise NotUnderstoodError("number not understood") from None


def _text(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return Text(frame.parsed.text(node).strip('"'))


def _boolean(_machine: "Machine", node: tree_sitter.Node, _frame: Frame) -> Value:
    return Scalar(boolean(node.type == "true"))


def _thing(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return Thing(frame.parsed.text(node))


def _size(_machine: "Machine", _node: tree_sitter.Node, _frame: Frame) -> Value:
    return Scalar(symbol(f"{STRUCTURAL}sizeof"))


def _inside(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    # ``(x)`` and ``x, y``: all are evaluated, the last one is the value.
    values = [evaluate(machine, each, frame) for each in children(node)]
    if not values:
        raise NotUnderstoodError("operand missing")
    return values[-1]


def _identifier(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    name = frame.parsed.text(node)
    slot = frame.slot(name)
    if slot is not None:
        value = machine.store.get(slot)
        return Cell(slot) if value is None or isinstance(value, Scalar) else value
    constant = frame.types.get(name)
    if constant in {"true", "false"}:
        return Scalar(boolean(constant == "true"))
    return _global(machine, name, node, frame)


def _global(machine: "Machine", name: str, node: tree_sitter.Node, frame: Frame) -> Value:
    if name in machine.program.functions:
        return FunctionValue(tuple(machine.program.functions[name]), ())
    if name in machine.program.constants:
        parsed, value = machine.program.constants[name]
        return evaluate(machine, value, Frame(parsed, {}))
    expanded = machine.expansion(frame, name, None)
    if expanded is not None:
        return calls.expanded_value(machine, expanded, node, frame)
    return Thing(name) if name in _GRID else machine.opaque(node, frame, "name not known")


def _qualified(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    text = frame.parsed.text(node)
    if "packet_traits" in text or "PacketType" in text:
        return Scalar(symbol(f"{STRUCTURAL}packet_size"))
    same = _IS_SAME.fullmatch("".join(text.split()))
    if same is not None:
        left, right = (frame.types.get(each, each) for each in same.groups())
        # A type that is not bound here keeps its own name.
        unbound = {each for each in (left, right) if frame.types.get(each) == each}
        return Thing(text) if unbound else Scalar(boolean(left == right))
    last = node.child_by_field_name("name")
    if last is not None and last.type in {"identifier", "template_function"}:
        value = machine.evaluate(last, frame)
        if isinstance(value, FunctionValue):
            return value
    return Thing(text)


def _template_function(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    name, arguments = named(node, frame)
    codes = tuple(machine.program.functions.get(name, ()))
    if codes:
        return FunctionValue(codes, arguments)
    return Thing(frame.parsed.text(node))


def _pointer(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    inner = last(node)
    value = machine.evaluate(inner, frame)
    if node.children[0].type == "*":
        return dereferenced(machine, value)
    if isinstance(value, Cell):
        return Address(value.slot, None)
    # ``&x`` of an object that a name holds: what is written there replaces it.
    slot = frame.slot(frame.parsed.text(inner)) if inner.type == "identifier" else None
    return Address(slot, None if slot is not None else value)


def dereferenced(machine: "Machine", value: Value) -> Value:
    """``*x``."""
    match value:
        case Pointer(view, offset):
            at = offset if offset is not None else number(0)
            return calls.element(machine, view, (at,))
        case Address(None, target) if target is not None:
            return target
        case Address(slot, _) if slot is not None:
            return Cell(slot)
        case _:
            return value


def _subscript(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    argument = node.child_by_field_name("argument")
    listed = node.child_by_field_name("indices")
    if argument is None or listed is None:
        return machine.opaque(node, frame, "index not understood")
    value = machine.evaluate(argument, frame)
    at = machine.read(machine.evaluate(last(listed), frame))
    match value:
        case Pointer(view, offset):
            place = at if offset is None else operation("add", offset, at)
            return calls.element(machine, View(view.storage, view.rank), (place,))
        case View():
            return calls.element(machine, value, (at,))
        case TensorObject() | Thing() | Cell():
            return Thing(frame.parsed.text(node))
        case _:
            return machine.opaque(node, frame, "index not understood")


def _lambda(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return Lambda(node, frame)


def _field(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    # A field that is read, not called: a launch configuration, a grid index.
    argument = node.child_by_field_name("argument")
    if argument is not None:
        owner = machine.evaluate(argument, frame)
        if isinstance(owner, Thing | Cell):
            return Scalar(symbol(STRUCTURAL + frame.parsed.text(node)))
        name = frame.parsed.text(node.child_by_field_name("field") or node)
        if argument.type == "this" and frame.slot(name) is not None:
            return Cell(frame.slot(name) or 0)
    return machine.opaque(node, frame, "field not understood")


def _update(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return assignments.updated(machine, node, frame)


def _assignment(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return assignments.assign(machine, node, frame)


def _call(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return calls.call_expression(machine, node, frame)


_READERS: Final[dict[str, Reader]] = {
    "number_literal": _number,
    "string_literal": _text,
    "concatenated_string": _text,
    "true": _boolean,
    "false": _boolean,
    "null": _thing,
    "nullptr": _thing,
    "this": _thing,
    "initializer_list": _thing,
    "new_expression": _thing,
    "type_descriptor": _thing,
    "char_literal": _thing,
    "sizeof_expression": _size,
    "parenthesized_expression": _inside,
    "comma_expression": _inside,
    "identifier": _identifier,
    "qualified_identifier": _qualified,
    "template_function": _template_function,
    "unary_expression": operators.unary,
    "binary_expression": operators.binary,
    "conditional_expression": operators.conditional,
    "pointer_expression": _pointer,
    "subscript_expression": _subscript,
    "lambda_expression": _lambda,
    "field_expression": _field,
    "update_expression": _update,
    "assignment_expression": _assignment,
    "call_expression": _call,
}
