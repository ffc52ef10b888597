"""Attributes of instances, variables, tensors and everything else."""

import ast
import math

from tfdiff.extract.python.interpret.containers import passed
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.names import definition, imported
from tfdiff.extract.python.interpret.program import ClassDefinition, Member
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Assigned,
    Bound,
    Choice,
    Class,
    DictRef,
    Dtype,
    Foreign,
    Function,
    Instance,
    ListRef,
    Method,
    Missing,
    Module,
    Partial,
    Raised,
    Record,
    Rows,
    Slices,
    Super,
    Value,
    Variable,
)

OPEN = "**"  # an instance's entry once ``self.__dict__.update(kwargs)`` was carried out
# What TensorFlow's variables have; asking for anything else is answered with "no".
VARIABLE_ATTRIBUTES = frozenset(
    {"dtype", "shape", "name", "device", "graph", "op", "handle", "_shared_name", "_unique_id"}
    | {"path", "trainable", "initial_value", "initialized_value", "value", "read_value", "assign"}
    | {"assign_add", "assign_sub", "constraint", "get_shape", "_in_graph_mode", "scatter_add"}
    | {"scatter_sub", "scatter_update", "_ref", "ref", "_as_graph_element", "experimental_ref"}
    | {"scatter_nd_add", "sparse_read", "numpy", "_graph_key", "is_initialized", "_handle_name"}
    | {"is_resource", "aggregation", "synchronization", "regularizer"}
)
GRAPH = Foreign("graph")
REPLICA_COUNTS = frozenset({"num_replicas_in_sync", "num_replicas", "num_towers"})
METHODS = frozenset(
    {"_ref", "_as_graph_element"}
    | {"value", "read_value", "initialized_value", "get_shape", "numpy", "ref"}
)


def attribute(  # noqa: C901, PLR0911, PLR0912 - one kind of value each
    machine: Machine, receiver: Value, name: str
) -> Value:
    """The attribute of a value."""
    match receiver:
        case Instance():
            return _of_instance(machine, receiver, name)
        case Super(after, inner):
            return _of_super(machine, after, inner, name)
        case Class(made):
            return _of_class(machine, made, name)
        case Module(dotted):
            return _dtype(imported(machine, f"{dotted}.{name}"))
        case Variable(state):
            return _of_variable(machine, receiver, state, name)
        case Assigned(state=state):
            return receiver if name == "op" else _of_variable(machine, Variable(state), state, name)
        case Slices(values, indices):
            known: dict[str, Value] = {"values": values, "indices": indices}
            return known.get(name) or _of_tensor(machine, receiver, name)
        case ListRef() | DictRef() | str() | Bound():
            return Bound(receiver, name)
        case Foreign(text):
            return _of_foreign(machine, text, name)
        case Dtype():
            return receiver if name in {"base_dtype", "dtype"} else Foreign(f"dtype.{name}")
        case Function() | Method() | Partial():
            return Foreign(f"function.{name}")
        case Record(fields):
            return dict(fields).get(name, Foreign(f"object.{name}"))
        case Rows():
            return Foreign(f"indices.{name}")
        case None:
            raise machine.of_none("AttributeError")
        case _ if isinstance(receiver, EXPRESSIONS):
            return _of_tensor(machine, receiver, name)
        case _:
            return Foreign(f"{describe(receiver)}.{name}")


def _dtype(value: Value) -> Value:
    """``dtypes.float32`` and ``tf.float32`` are data types, ``math.e`` is a number."""
    if isinstance(value, Module):
        owner, _, last = value.name.rpartition(".")
        if owner in {"math", "numpy"} and last in {"e", "pi", "inf"}:
            return float(getattr(math, last))
        if last.rstrip("0123456789") in {"float", "int", "uint", "bfloat", "complex"} and (
            last[-1].isdigit()
        ):
            return Dtype(last)
    return value


def _of_foreign(machine: Machine, text: str, name: str) -> Value:
    if text in machine.wrapped and "clip" in name:
        return None  # a wrapped optimizer is taken to be as it is made without arguments
    if name in REPLICA_COUNTS:
        return 1  # strategies are followed as one replica
    value = _dtype(Module(f"{text}.{name}"))
    return value if isinstance(value, Dtype | float) else Foreign(f"{text}.{name}")


def _of_tensor(machine: Machine, receiver: Value, name: str) -> Value:
    if receiver in machine.parameters and name not in {"dtype", "shape", "op", "name", "graph"}:
        # A hyperparameter that has attributes is an object and no number.
        machine.objects.add(describe(receiver))
        return Foreign(f"{describe(receiver)}.{name}")
    match name:
        case "dtype":
            return Dtype("float32", own=True)
        case "op" | "handle":
            return receiver
        case "get_shape" | "assign" | "eval" | "numpy" | "set_shape":
            return Bound(receiver, name)
        case _:
            return Foreign(f"tensor.{name}")


def _of_variable(  # noqa: C901, PLR0911 - one attribute each
    machine: Machine, receiver: Variable, state: str, name: str
) -> Value:
    plain = state.partition(":")[2]
    match name:
        case "handle" | "_handle":
            if machine.variable == "ref":
                raise Raised("AttributeError")
            return receiver
        case "dtype":
            return Dtype("float32", own=True)
        case "constraint" | "_constraint" | "overwrite_with_gradient" | "regularizer":
            return None
        case "_in_graph_mode" | "trainable" | "_trainable":
            return True
        case "graph":
            return GRAPH
        case "_graph_key":
            return machine.attribute(GRAPH, name)
        case "value":
            return receiver  # a method of TensorFlow's variables, a property of Keras 3's
        case "op":
            return _operation_of(machine, receiver, state)
        case "_shared_name" if machine.making is not None:
            return state  # in a graph it is the operation's name
    if name in METHODS or name.startswith(("assign", "scatter", "_lazy", "sparse", "batch_sc")):
        return Bound(receiver, name)
    return Foreign(f"{plain}.{name}")


def _operation_of(machine: Machine, receiver: Variable, state: str) -> Record:
    """The graph's operation behind a variable, by whose type the kinds are told apart."""
    kind = "VarHandleOp" if machine.variable == "resource" else "VariableV2"
    fields: dict[str, Value] = {
        "type": kind,
        "name": state,
        "graph": GRAPH,
        "device": Foreign("device"),
        "inputs": (receiver,),
        "outputs": (receiver,),
    }
    return Record(tuple(fields.items()))


def _of_instance(machine: Machine, receiver: Instance, name: str) -> Value:
    entries = machine.memory.entries(receiver.address)
    if name in entries:
        value = machine.settle(entries[name])
        if isinstance(value, Missing):
            raise Raised("AttributeError")
        return _drop_missing(machine, value)
    if name == "__class__":
        return Class(receiver.definition)
    if name == "__dict__":
        return Bound(receiver, "__dict__")
    member = receiver.definition.find(name)
    if member is not None:
        return bind_member(machine, member, receiver)
    if OPEN in entries:
        found = passed(machine, name, Missing())
        machine.memory.store(receiver.address, name, found)
        return _drop_missing(machine, found)
    return _not_found(machine, receiver, name)


def _drop_missing(machine: Machine, value: Value) -> Value:
    """The arms of a choice in which the attribute is there; the others would raise."""
    if isinstance(value, Choice) and isinstance(value.then, Missing):
        return _drop_missing(machine, value.other)
    if isinstance(value, Choice) and isinstance(value.other, Missing):
        return _drop_missing(machine, value.then)
    return value


def _not_found(machine: Machine, receiver: Instance, name: str) -> Value:
    """An attribute that only ``__getattribute__`` or a base outside the release can answer."""
    for hook in ("__getattribute__", "__getattr__"):
        member = receiver.definition.find(hook)
        if member is not None and not name.startswith("__"):
            if machine.asked_for:
                raise Raised("AttributeError")  # the hook itself asks for what is not there
            machine.asked_for = name
            try:
                return machine.call(bind_member(machine, member, receiver), name)
            except Raised:
                break
            finally:
                machine.asked_for = ""
    if any(c.foreign_bases not in ([], ["object"]) for c in receiver.definition.resolution):
        return Bound(receiver, name)
    raise Raised("AttributeError")


def bind_member(machine: Machine, member: Member, receiver: Value) -> Value:
    """A method bound to its receiver, a property's value, or a class attribute."""
    node, owner = member.node, member.owner
    if not isinstance(node, ast.FunctionDef):
        return definition(machine, node, owner.module)
    function = Function(node, owner.module, None, owner)
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    if "staticmethod" in marks:
        return function
    if marks & {"property", "cached_property", "abstractproperty", "layer_property"}:
        return machine.call(Method(function, receiver))
    if "classmethod" in marks and isinstance(receiver, Instance):
        return Method(function, Class(receiver.definition))
    return Method(function, receiver)


def _of_super(machine: Machine, after: ClassDefinition, receiver: Value, name: str) -> Value:
    made = receiver.definition if isinstance(receiver, Instance | Class) else after
    member = made.find(name, after)
    if member is not None:
        return bind_member(machine, member, receiver)
    if name in {"__getattribute__", "__getattr__"}:
        raise Raised("AttributeError")
    return Foreign(f"super().{name}")


def _of_class(machine: Machine, made: ClassDefinition, name: str) -> Value:
    if name == "__name__":
        return made.name
    member = made.find(name)
    if member is None:
        return Foreign(f"{made.name}.{name}")
    if isinstance(member.node, ast.FunctionDef):
        function = Function(member.node, member.owner.module, None, member.owner)
        marks = {ast.unparse(mark) for mark in member.node.decorator_list}
        return Method(function, Class(made)) if "classmethod" in marks else function
    return definition(machine, member.node, member.owner.module)


def has_attribute(machine: Machine, receiver: Value, name: str) -> Value:
    """``hasattr``: what variables lack is known, and what only one arm set is a condition."""
    if isinstance(receiver, Variable | Assigned):
        return name in VARIABLE_ATTRIBUTES and not (name == "handle" and machine.variable == "ref")
    if isinstance(receiver, Instance):
        entries = machine.memory.entries(receiver.address)
        if name not in entries and OPEN in entries and receiver.definition.find(name) is None:
            machine.memory.store(receiver.address, name, passed(machine, name, Missing()))
            entries = machine.memory.entries(receiver.address)
        if name in entries:
            return present(machine, entries[name])
        return receiver.definition.find(name) is not None
    if isinstance(receiver, EXPRESSIONS):
        return name in {"dtype", "shape", "op", "name", "graph", "device", "get_shape"}
    if isinstance(receiver, Foreign | Module | Super):
        return Foreign(f"hasattr({describe(receiver)}, {name})")
    return False


def present(machine: Machine, value: Value) -> Value:
    """Whether an attribute or entry is there, as a condition if only one arm set it."""
    value = machine.settle(value)
    if not isinstance(value, Choice):
        return not isinstance(value, Missing)
    condition, then, other = value.condition, value.then, value.other
    return machine.branch(
        condition, lambda: present(machine, then), lambda: present(machine, other)
    )
