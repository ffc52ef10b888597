"""Expressions: numbers at once, tensor expressions as they stand."""

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import assignments, calls
from tfdiff.extract.cxx.symbolic.call import named
from tfdiff.extract.cxx.symbolic.conditions import both, compared, condition_of, either, negation
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL, is_structural
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Cell,
    FunctionValue,
    Lambda,
    Lazy,
    Pointer,
    Scalar,
    TensorObject,
    Text,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import Boolean, Expr, Number, boolean, call, number, operation, select, symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

Reader = Callable[["Machine", tree_sitter.Node, Frame], Value]
ARITHMETIC: Final = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISONS: Final = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_JOINED: Final = {"&&": both, "||": either}
_GRID: Final = frozenset({"blockIdx", "threadIdx", "blockDim", "gridDim", "warpSize"})


def evaluate(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """The value of an expression, after its side effects."""
    reader = _READERS.get(node.type)
    if reader is None:
        by = machine.opaque(node, frame, f"expression not understood ({node.type})")
        machine.taint_names(node, frame, by)
        return by
    return reader(machine, node, frame)


def combine(machine: "Machine", op: str, left: Value, right: Value) -> Value:
    """Two operands in an arithmetic operation; lazy if one of them is a tensor."""
    if isinstance(left, Pointer) and op in {"add", "sub"}:
        return moved(machine, left, op, right)
    if isinstance(left, Thing) or isinstance(right, Thing):
        return _of_thing(machine, op, left, right)
    if isinstance(left, Lazy | View) or isinstance(right, Lazy | View):
        return Lazy(operation(op, machine.lazy(left), machine.lazy(right)))
    return Scalar(operation(op, machine.read(left), machine.read(right)))


def moved(machine: "Machine", pointer: Pointer, op: str, by: Value) -> Value:
    """A pointer some elements further on."""
    step = machine.read(by)
    if pointer.offset is None:
        return Pointer(pointer.view, step if op == "add" else operation("neg", step))
    return Pointer(pointer.view, operation(op, pointer.offset, step))


def _of_thing(machine: "Machine", op: str, left: Value, right: Value) -> Value:
    sizes = [each.text if isinstance(each, Thing) else machine.read(each) for each in (left, right)]
    for each in sizes:
        if not isinstance(each, str | Number) and not is_structural(each):
            return Scalar(operation(op, machine.read(left), machine.read(right)))
    return Thing(f"{op} of {left} and {right}")


def _number(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    text = frame.parsed.text(node).replace("'", "").lower()
    if text.startswith("0x"):
        return Scalar(number(int(text.rstrip("ul"), 16)))
    return Scalar(number(Fraction(text.rstrip("ful"))))


def _text(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return Text(frame.parsed.text(node).strip('"'))


def _boolean(_machine: "Machine", node: tree_sitter.Node, _frame: Frame) -> Value:
    return Scalar(boolean(node.type == "true"))


def _thing(_machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return Thing(frame.parsed.text(node))


def _size(_machine: "Machine", _node: tree_sitter.Node, _frame: Frame) -> Value:
    return Scalar(symbol(f"{STRUCTURAL}sizeof"))


def _inside(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    return evaluate(machine, children(node)[-1], frame)


def _identifier(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    name = frame.parsed.text(node)
    slot = frame.slot(name)
    if slot is not None:
        value = machine.store.get(slot)
        return Cell(slot) if value is None or isinstance(value, Scalar) else value
    constant = frame.types.get(name)
    if constant in {"true", "false"}:
        return Scalar(boolean(constant == "true"))
    if name in machine.program.functions:
        return FunctionValue(tuple(machine.program.functions[name]), ())
    if name in machine.program.constants:
        parsed, value_node = machine.program.constants[name]
        return evaluate(machine, value_node, Frame(parsed, {}))
    if name in _GRID:
        return Thing(name)
    return machine.opaque(node, frame, "name not known")


def _qualified(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    text = frame.parsed.text(node)
    if "packet_traits" in text or "PacketType" in text:
        return Scalar(symbol(f"{STRUCTURAL}packet_size"))
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


def _unary(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    operand = machine.evaluate(children(node)[-1], frame)
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


def _binary(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
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
    elif op in ARITHMETIC:
        result = combine(machine, ARITHMETIC[op], left, right)
    elif op in _COMPARISONS:
        result = _comparison(machine, _COMPARISONS[op], left, right)
    elif op in _JOINED:
        join = _JOINED[op]
        result = Scalar(join(condition_of(machine, left), condition_of(machine, right)))
    elif op == "%":
        result = Scalar(call("mod", machine.read(left), machine.read(right)))
    else:
        result = machine.opaque(node, frame, "operator not understood")
    return result


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
        return Thing(f"{left} {op} {right}")
    return Scalar(compared(op, machine.read(left), machine.read(right)))


def _conditional(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
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


def _pointer(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    inner = children(node)[-1]
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
    at = machine.read(machine.evaluate(children(listed)[0], frame))
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
    "unary_expression": _unary,
    "binary_expression": _binary,
    "conditional_expression": _conditional,
    "pointer_expression": _pointer,
    "subscript_expression": _subscript,
    "lambda_expression": _lambda,
    "field_expression": _field,
    "update_expression": _update,
    "assignment_expression": _assignment,
    "call_expression": _call,
}
