"""Local variables: what copies, what refers, and what is only evaluated later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import precision, templates
from tfdiff.extract.cxx.symbolic.call import named
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.locations import is_structural
from tfdiff.extract.cxx.symbolic.program import declared_name
from tfdiff.extract.cxx.symbolic.values import (
    Cell,
    Lazy,
    Pointer,
    Scalar,
    Storage,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import Boolean, Expr, Number, Opaque, Symbol, opaque

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_OWNING: Final = ("Eigen::Tensor<", "Tensor<")
INTEGERS: Final = frozenset(
    {"int", "int32", "int64", "int32_t", "int64_t", "long", "size_t", "uint32", "uint64", "Index"}
)


@dataclass(frozen=True, slots=True)
class Declared:
    """How a name is declared.

    Attributes:
        kind: the type as written, without ``const``, ``&`` and ``*``.
        refers: it is a reference.
    """

    kind: str
    refers: bool


def declared(
    kind: tree_sitter.Node | None, declarator: tree_sitter.Node | None, frame: Frame
) -> Declared:
    """How a variable or parameter is declared, with its type as it is bound here."""
    text = frame.parsed.text(kind) if kind is not None else ""
    return Declared(frame.types.get(text, text), _refers(declarator))


def declare(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> None:
    """Run a declaration: evaluate what initializes it and bind the names."""
    kind = node.child_by_field_name("type")
    for declarator in node.children_by_field_name("declarator"):
        name = declared_name(declarator)
        how = declared(kind, declarator, frame)
        value = _initial(machine, declarator, frame, how.kind)
        if value is None and kind is not None:
            value = templates.make(machine, *named(kind, frame))  # ``functor::Rule<...> rule;``
        if name is None:
            by = machine.opaque(node, frame, "declaration not understood")
            machine.taint_names(node, frame, by)
        else:
            bind(machine, frame, frame.parsed.text(name), value, how)


def alias(node: tree_sitter.Node, frame: Frame) -> None:
    """``using X = ...;`` and ``typedef ... X;``."""
    name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    kind = node.child_by_field_name("type")
    if name is not None and kind is not None:
        text = frame.parsed.text(kind)
        frame.types[frame.parsed.text(name)] = frame.types.get(text, text)


def _refers(declarator: tree_sitter.Node | None) -> bool:
    while declarator is not None:
        if declarator.type == "reference_declarator":
            return True
        declarator = declarator.child_by_field_name("declarator")
    return False


def bind(machine: "Machine", frame: Frame, name: str, value: Value | None, how: Declared) -> None:
    """Give a name to a value, as a declaration or a parameter does.

    ``T& a`` is the same cell; ``auto x`` of a tensor expression stays unevaluated, and of a
    tensor is the same memory; a number is copied; an ``Eigen::Tensor`` is a copy of its own.
    """
    if isinstance(value, Cell):
        copied = _local(machine, machine.read(value), how)
        frame.names[name] = value.slot if how.refers else copied
    elif isinstance(value, Scalar) and not _owns(how.kind):
        frame.names[name] = _local(machine, value.expr, how)
    elif not how.refers and _owns(how.kind):
        frame.names[name] = machine.allocate(_own_tensor(machine, name, value))
    else:
        frame.names[name] = machine.allocate(value)


def _local(machine: "Machine", expr: Expr, how: Declared) -> int:
    slot = machine.allocate(Scalar(_fitted(machine, expr, how)))
    if precision.is_float(how.kind):
        machine.kinds[slot] = how.kind
    return slot


def _fitted(machine: "Machine", expr: Expr, how: Declared) -> Expr:
    # A fraction in an integer variable is cut off; sizes and whole inputs are none.
    if how.kind in INTEGERS and not is_whole(expr):
        return opaque(how.kind, "converted to an integer")
    return precision.typed(machine, expr, how.kind)


def is_whole(expr: Expr) -> bool:
    """Is it an integer for all that is known: a size, an integer constant, an input?"""
    if isinstance(expr, Number):
        return expr.value.denominator == 1
    return isinstance(expr, Symbol | Boolean | Opaque) or is_structural(expr)


def _owns(kind: str) -> bool:
    plain = kind.removeprefix("const ").removeprefix("typename ")
    return plain.startswith(_OWNING)


def _own_tensor(machine: "Machine", name: str, value: Value | None) -> View:
    # Initialized by a tensor it is a copy; by sizes (or nothing) it holds nothing yet.
    view = View(local(machine, name), "flat")
    if isinstance(value, View | Lazy):
        machine.store.values[machine.view_cell(view)] = Scalar(machine.read(value))
    return view


def local(machine: "Machine", name: str) -> Storage:
    """Memory for a temporary tensor."""
    return Storage(f"{name}~{machine.allocate(None)}", "local")


def _initial(
    machine: "Machine", declarator: tree_sitter.Node, frame: Frame, kind: str
) -> Value | None:
    if declarator.type == "function_declarator":
        return _most_vexing(machine, declarator, frame)
    value = declarator.child_by_field_name("value")
    if value is None:
        return Thing(kind) if declarator.type == "array_declarator" else None
    if value.type not in {"argument_list", "initializer_list"}:
        return machine.evaluate(value, frame)
    inside = [machine.evaluate(each, frame) for each in children(value)]
    if inside and isinstance(inside[0], Pointer) and "TensorMap" in kind:
        return inside[0].mapped()
    return inside[0] if len(inside) == 1 else Thing(kind)


def _most_vexing(machine: "Machine", declarator: tree_sitter.Node, frame: Frame) -> Value:
    # ``T x(y);`` reads as a function's declaration; ``y`` is a variable here.
    listed = declarator.child_by_field_name("parameters")
    names = [frame.parsed.text(each) for each in children(listed)] if listed is not None else []
    slot = frame.slot(names[0]) if len(names) == 1 else None
    value = machine.store.get(slot) if slot is not None else None
    return value if value is not None else Thing(frame.parsed.text(declarator))
