"""Queues and accumulators: what is taken out is known by name and by what was put in."""

from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Bound,
    DictRef,
    Foreign,
    ListRef,
    Rows,
    Slices,
    Value,
)
from tfdiff.ir.expr import Expr, call

STORE = "store"
CREATORS = ("fifoqueue", "conditional_accumulator", "sparse_conditional_accumulator")


def make_store(
    machine: Machine,
    text: str,  # noqa: ARG001
    args: tuple[Value, ...],  # noqa: ARG001
    kwargs: dict[str, Value],  # noqa: ARG001
) -> Value:
    """An empty queue or accumulator."""
    return Bound(machine.make_list(()), STORE)


def store_method(machine: Machine, contents: ListRef, name: str, args: tuple[Value, ...]) -> Value:
    """Put something in (``enqueue``, ``apply_grad``) or take something out."""
    if name.startswith(("enqueue", "apply")):
        kept = machine.memory.elements(contents.address)
        machine.memory.cells[contents.address] = (*kept, *_tensors(machine, args[:1]))
        return Foreign(f"{name}()")
    if name.startswith(("dequeue", "take")):
        put_in = machine.memory.elements(contents.address)
        content = (one for one in put_in if isinstance(one, EXPRESSIONS))
        return call(name, *content, *_tensors(machine, args))
    return Foreign(f"queue.{name}()")


def _tensors(machine: Machine, values: tuple[Value, ...]) -> tuple[Expr, ...]:
    found: list[Expr] = []
    for value in values:
        if isinstance(value, tuple | ListRef):
            inner = machine.semantics.iterate(machine, value) or ()
            found.extend(_tensors(machine, inner))
        elif not isinstance(value, DictRef | Rows):
            found.append(machine.tensor(value.values if isinstance(value, Slices) else value))
    return tuple(found)
