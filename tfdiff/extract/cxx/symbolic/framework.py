"""The kernel context: which input is which, which attribute sets which member."""

from typing import TYPE_CHECKING, Final

from tfdiff.extract.cxx.symbolic.declarations import local
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Builder,
    Scalar,
    TensorObject,
    Text,
    Thing,
    Value,
)
from tfdiff.ir.expr import symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.call import Call
    from tfdiff.extract.cxx.symbolic.machine import Machine

_TEMPORARIES: Final = frozenset({"allocate_temp", "allocate_persistent"})
_TENSORS: Final = frozenset({"input", "mutable_input"})


def context_method(machine: "Machine", used: "Call") -> Value:
    """A method of ``OpKernelContext``, ``OpKernelConstruction`` or ``XlaOpKernelContext``."""
    match used.name:
        case "input" | "mutable_input" | "Input" | "ReadVariableInput" | "AssignVariable":
            return _input(machine, used)
        case "GetAttr":
            return _attribute(machine, used)
        case "builder":
            return Builder()
        case _:
            for each in used.arguments:
                value = machine.evaluate(each, used.frame)
                if isinstance(value, Address) and value.slot is not None:
                    made = TensorObject(local(machine, used.name))
                    temporary = used.name in _TEMPORARIES
                    machine.store.values[value.slot] = made if temporary else Thing(used.name)
            return Thing(f"ctx.{used.name}()")


def _input(machine: "Machine", used: "Call") -> Value:
    given = [machine.evaluate(each, used.frame) for each in used.arguments]
    first = given[0] if given else Thing("nothing")
    which = machine.input(first.value if isinstance(first, Text) else machine.read(first))
    if which is None:
        by = machine.opaque(used.node, used.frame, "input not understood")
        if used.name == "AssignVariable":
            machine.taint_all(by)
        return by
    if used.name in _TENSORS:
        return TensorObject(which)
    slot = machine.own(which)
    if used.name == "Input":
        return Scalar(machine.store.number(slot))
    if used.name == "AssignVariable":
        machine.write(slot, Scalar(machine.read(given[-1])))
        return Thing("status")
    for each in given[1:]:
        if isinstance(each, Address) and each.slot is not None:
            last = each is given[-1]
            content = Scalar(machine.store.number(slot)) if last else Thing("shape")
            machine.store.values[each.slot] = content
    return Thing("status")


def _attribute(machine: "Machine", used: "Call") -> Value:
    name, target = (machine.evaluate(used.argument(each), used.frame) for each in (0, 1))
    if isinstance(name, Text) and isinstance(target, Address) and target.slot is not None:
        value: Value = Scalar(symbol(name.value))
        if name.value not in machine.attributes:
            value = Thing(name.value)  # a type: T, Tindices
        machine.store.values[target.slot] = value
    return Thing("status")
