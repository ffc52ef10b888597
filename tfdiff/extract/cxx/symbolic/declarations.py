"""Local variables: what copies, what refers, and what is only evaluated later."""

from typing import TYPE_CHECKING

import tree_sitter

from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.program import declared_name
from tfdiff.extract.cxx.symbolic.values import Cell, Lazy, Scalar, Storage, Thing, Value, View

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_OWNING = ("Eigen::Tensor<", "Tensor<")


def declare(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> None:
    """Run a declaration: evaluate what initializes it and bind the names."""
    kind = node.child_by_field_name("type")
    text = frame.parsed.text(kind) if kind is not None else ""
    for declarator in node.children_by_field_name("declarator"):
        name = declared_name(declarator)
        if name is None:
            continue
        value = _initial(machine, declarator, frame, text)
        bind(machine, frame, frame.parsed.text(name), value, text, refers=refers(declarator))


def alias(node: tree_sitter.Node, frame: Frame) -> None:
    """``using X = ...;``."""
    name, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
    if name is not None and kind is not None:
        text = frame.parsed.text(kind)
        frame.types[frame.parsed.text(name)] = frame.types.get(text, text)


def refers(declarator: tree_sitter.Node | None) -> bool:
    """Is it a reference, ``T& x``?"""
    while declarator is not None:
        if declarator.type == "reference_declarator":
            return True
        declarator = declarator.child_by_field_name("declarator")
    return False


def bind(
    machine: "Machine",
    frame: Frame,
    name: str,
    value: Value | None,
    kind: str,
    *,
    refers: bool,
) -> None:
    """Give a name to a value, as a declaration of that type or a parameter does.

    ``T& a`` is the same cell; ``auto x`` of a tensor expression stays unevaluated, and of a
    tensor is the same memory; a number is copied; an ``Eigen::Tensor`` is a copy of its own.
    """
    if isinstance(value, Cell):
        slot = value.slot if refers else machine.allocate(Scalar(machine.read(value)))
    elif isinstance(value, View | Lazy) and not refers and _owns(kind):
        slot = machine.allocate(own_copy(machine, name, value))
    else:
        slot = machine.allocate(value)
    frame.names[name] = slot


def _owns(kind: str) -> bool:
    plain = kind.removeprefix("const ").removeprefix("typename ")
    return plain.startswith(_OWNING)


def own_copy(machine: "Machine", name: str, value: Value) -> View:
    """A tensor of its own that holds what a tensor expression is worth now."""
    storage = Storage(f"{name}~{machine.allocate(None)}", "local")
    content = Scalar(machine.read(value))
    machine.store.values[machine.cell(storage, "flat", None)] = content
    return View(storage, "flat")


def _initial(
    machine: "Machine", declarator: tree_sitter.Node, frame: Frame, kind: str
) -> Value | None:
    if declarator.type == "function_declarator":
        return _most_vexing(machine, declarator, frame)
    value = declarator.child_by_field_name("value")
    if value is None:
        return Thing(kind) if declarator.type == "array_declarator" else None
    if value.type in {"argument_list", "initializer_list"}:
        inside = children(value)
        if len(inside) != 1:
            return Thing(kind)
        return machine.evaluate(inside[0], frame)
    return machine.evaluate(value, frame)


def _most_vexing(machine: "Machine", declarator: tree_sitter.Node, frame: Frame) -> Value:
    # ``T x(y);`` reads as a function's declaration; ``y`` is a variable here.
    listed = declarator.child_by_field_name("parameters")
    names = [frame.parsed.text(each) for each in children(listed)] if listed is not None else []
    slot = frame.slot(names[0]) if len(names) == 1 else None
    value = machine.store.get(slot) if slot is not None else None
    return value if value is not None else Thing(frame.parsed.text(declarator))
