"""Method calls: on tensors (Eigen), on the context, on devices and builders."""

from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import calls, eigen, expressions, framework, library, xla
from tfdiff.extract.cxx.symbolic.call import Call, named
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Anywhere,
    Builder,
    Cell,
    Context,
    Functor,
    Lambda,
    Lazy,
    Pointer,
    Rank,
    Scalar,
    TensorObject,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

# How a Tensor is looked at -> whether an index names an element, a row, or there is only one.
_VIEWS: Final[dict[str, Rank]] = {
    "scalar": "scalar",
    "flat": "flat",
    "vec": "flat",
    "unaligned_flat": "flat",
    "flat_outer_dims": "rows",
    "flat_inner_dims": "rows",
    "matrix": "rows",
    "tensor": "rows",
    "shaped": "rows",
}

_WRITABLE: Final = (View, Pointer, Address, Lambda)


def call_method(
    machine: "Machine",
    node: tree_sitter.Node,
    function: tree_sitter.Node,
    arguments: list[tree_sitter.Node],
    frame: Frame,
) -> Value:
    """``object.method(arguments)`` and ``object->method(arguments)``."""
    owner, field = (
        function.child_by_field_name("argument"),
        function.child_by_field_name("field"),
    )
    if owner is None or field is None:
        return machine.opaque(node, frame, "call not understood")
    name, given = named(field, frame)
    value = machine.evaluate(owner, frame)
    if isinstance(value, Address) or (isinstance(value, Cell) and name in eigen.SIZES):
        value = _pointed(machine, value)
    result = _on_object(machine, value, Call(node, frame, name, "", given, arguments))
    if result is not None:
        return result
    by = machine.opaque(node, frame, f"method not known: {name}")
    machine.taint_names(node, frame, by)
    return by


def _on_object(machine: "Machine", value: Value, call: Call) -> Value | None:
    result: Value | None = None
    match value:
        case Context():
            result = framework.context_method(machine, call)
        case Builder():
            result = xla.function(machine, call)
        case TensorObject():
            result = _tensor(machine, value, call)
        case View() | Lazy():
            result = eigen.method(machine, value, call)
        case Functor(_, instance):
            result = calls.call_on(machine, instance, call)
        case Thing():
            result = _thing(machine, value, call)
        case Cell() | Scalar() if call.name == "builder":
            result = Builder()
        case Anywhere():
            result = value  # a look at it, or where to run: it stays what it is
        case _:
            pass
    return result


def _pointed(machine: "Machine", value: Value) -> Value:
    target = expressions.dereferenced(machine, value)
    held = machine.store.get(target.slot) if isinstance(target, Cell) else target
    return held if held is not None else Thing("unset")


def _tensor(machine: "Machine", value: TensorObject, call: Call) -> Value:
    if call.name in _VIEWS:
        return View(value.storage, _VIEWS[call.name])
    if call.name in eigen.SIZES:
        return Scalar(symbol(f"{STRUCTURAL}{call.name}({value.storage.name})"))
    if call.name in eigen.SHAPES:
        return Thing(f"{value.storage.name}.{call.name}()")
    by = machine.opaque(call.node, call.frame, f"method not known: {call.name}")
    machine.taint(value, by)
    return by


def _thing(machine: "Machine", value: Thing, call: Call) -> Value:
    if call.name == "parallelFor":
        return library.parallel(machine, call, machine.evaluate(call.argument(-1), call.frame))
    if call.name.startswith("memcpy") and len(call.arguments) > 1:
        return _copied(machine, call)
    if call.name in eigen.SIZES:
        return Scalar(symbol(f"{STRUCTURAL}{call.name}"))
    reached = [machine.evaluate(each, call.frame) for each in call.arguments]
    if any(isinstance(each, _WRITABLE) for each in reached):
        by = machine.opaque(call.node, call.frame, f"method not known: {call.name}")
        for each in reached:
            machine.taint(each, by)
        return by
    return Thing(f"{value.text}.{call.name}()")


def _copied(machine: "Machine", call: Call) -> Value:
    """``device.memcpyDeviceToHost(&x, pointer, size)``."""
    target, source = (machine.evaluate(call.argument(each), call.frame) for each in (0, 1))
    if isinstance(target, Address) and target.slot is not None and isinstance(source, Pointer):
        content = expressions.dereferenced(machine, source)
        machine.write(target.slot, Scalar(machine.read(content)))
        return Thing("void")
    by = machine.opaque(call.node, call.frame, "copy not understood")
    machine.taint(target, by)
    return by
