"""Assignments: to a cell, to all of a tensor, or to what a name holds."""

from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import operators
from tfdiff.extract.cxx.symbolic.call import last
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.values import Anywhere, Cell, Scalar, Thing, Value, View
from tfdiff.ir.expr import number

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_COMPOUND: Final = {"+=": "add", "-=": "sub", "*=": "mul", "/=": "div"}


def assign(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """``left = right`` and the compound forms."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    mark = node.child_by_field_name("operator")
    if left is None or right is None or mark is None:
        return _not_understood(machine, node, frame)
    value = machine.evaluate(right, frame)
    target = machine.evaluate(left, frame)
    if mark.type != "=":
        if mark.type not in _COMPOUND:
            return _not_understood(machine, node, frame)
        value = operators.combine(machine, _COMPOUND[mark.type], target, value)
    slot = frame.slot(frame.parsed.text(left)) if left.type == "identifier" else None
    match target:
        case View():
            # Every element is read before it is written: the right side sees the old tensor.
            machine.write(machine.view_cell(target), Scalar(machine.read(value)))
        case Cell(place):
            machine.write(place, _stored(machine, value))
        case Thing() if slot is None:
            pass  # a shape, a launch configuration
        case _ if slot is None:
            # Whatever memory that is, it may be a variable's.
            by = _not_understood(machine, node, frame)
            machine.taint(Anywhere("", ""), by)
            return by
        case _:
            machine.write(slot, _stored(machine, value))
    return target


def updated(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value:
    """``i++`` and its like."""
    target = machine.evaluate(last(node), frame)
    op = "add" if "++" in frame.parsed.text(node) else "sub"
    match target:
        case Cell(slot):
            new = operators.combine(machine, op, target, Scalar(number(1)))
            machine.write(slot, new)
            return target
        case _:
            return _not_understood(machine, node, frame)


def _stored(machine: "Machine", value: Value) -> Value:
    return Scalar(machine.read(value)) if isinstance(value, Cell) else value


def _not_understood(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Scalar:
    by = machine.opaque(node, frame, "assignment not understood")
    machine.taint_names(node, frame, by)
    return by
