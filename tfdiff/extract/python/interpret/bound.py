"""Methods of lists, dictionaries, texts, variables, tensors, and bases outside the release."""

from tfdiff.extract.python.interpret.builtin import dictionary_of
from tfdiff.extract.python.interpret.containers import dict_method, list_method, string_method
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.framework import foreign_call
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.rows import gathered
from tfdiff.extract.python.interpret.state import assign, scatter
from tfdiff.extract.python.interpret.stores import store_method
from tfdiff.extract.python.interpret.values import (
    Assigned,
    Bound,
    DictRef,
    Foreign,
    ListRef,
    Slices,
    Value,
    Variable,
)

Args = tuple[Value, ...]
Kwargs = dict[str, Value]
ALIASES = frozenset({"_ref", "ref", "_as_graph_element"})
READS = frozenset(
    {"_ref", "_as_graph_element", "value", "read_value", "initialized_value", "numpy", "eval"}
)
ASSIGNMENTS = {"assign": "assign", "assign_add": "add", "assign_sub": "sub"}


def bound_method(machine: Machine, receiver: Value, name: str, args: Args, kwargs: Kwargs) -> Value:
    """Call a method of something that is no instance of a class of the release."""
    kwargs = {key: value for key, value in kwargs.items() if key != "**"}
    method = None
    match receiver:
        case ListRef(address):
            method = list_method(machine, name, address)
        case DictRef():
            method = dict_method(machine, name, receiver)
        case str():
            method = string_method(receiver, name) if hasattr(receiver, name) else None
        case Variable() | Assigned():
            return _of_variable(machine, receiver, name, args, kwargs)
        case Bound(ListRef() as contents, "store"):
            return store_method(machine, contents, name, args)
        case Bound(name="__dict__"):
            return dictionary_of(machine, receiver, name, args)
    if method is not None:
        return method(*args, **kwargs)
    return foreign_call(machine, f"{describe(receiver)}.{name}", args, kwargs)


def _of_variable(  # noqa: PLR0911 - one method each
    machine: Machine, receiver: Variable | Assigned, name: str, args: Args, kwargs: Kwargs
) -> Value:
    if name in READS:
        return machine.tensor(receiver)
    if name in ALIASES:
        return receiver
    if name in ASSIGNMENTS:
        value = args[0] if args else next(iter(kwargs.values()))
        return assign(machine, ASSIGNMENTS[name], receiver, value)
    if "scatter" in name:
        kind = name.rpartition("_")[2]
        first = args[0] if args else next(iter(kwargs.values()))
        value = args[1] if len(args) > 1 else first
        if isinstance(first, Slices):
            return scatter(machine, kind, receiver, first.indices, first.values)
        return scatter(machine, kind, receiver, first, value)
    if name == "sparse_read":
        return gathered(machine.tensor(receiver))
    return Foreign(f"{describe(receiver)}.{name}()")
