"""Targets of assignments: names, attributes, entries, and several at once."""

import ast

from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Choice,
    DictRef,
    Foreign,
    Function,
    Instance,
    ListRef,
    Method,
    Raised,
    Scope,
    Value,
)
from tfdiff.ir.expr import call


def as_read(target: ast.expr) -> ast.expr:
    """The expression that reads what an assignment's target names."""
    match target:
        case ast.Name(id=name):
            return ast.Name(name, ast.Load())
        case ast.Attribute(value=value, attr=attr):
            return ast.Attribute(value, attr, ast.Load())
        case ast.Subscript(value=value, slice=index):
            return ast.Subscript(value, index, ast.Load())
        case _:
            return target


def bind(machine: Machine, target: ast.expr, value: Value, scope: Scope) -> None:
    """Give a value to a name, attribute, entry, or to several at once."""
    match target:
        case ast.Name(id=name):
            machine.memory.store(scope.address, name, value)
        case ast.Attribute(value=owner, attr=name):
            receiver = machine.evaluate(owner, scope)
            machine.lift(receiver, lambda one: set_attribute(machine, one, name, value))
        case ast.Subscript(value=owner, slice=index):
            receiver, key = machine.evaluate(owner, scope), machine.evaluate(index, scope)
            machine.lift(receiver, lambda one: _set_entry(machine, one, key, value))
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for part, element in zip(targets, unpack(machine, value, targets), strict=True):
                inner = part.value if isinstance(part, ast.Starred) else part
                bind(machine, inner, element, scope)
        case _:
            pass


def set_attribute(machine: Machine, receiver: Value, name: str, value: Value) -> None:
    """Set an attribute of an instance, through its property's setter if it has one."""
    if not isinstance(receiver, Instance):
        return
    for definition in receiver.definition.resolution:
        setter = definition.setters.get(name)
        if setter is not None:
            function = Function(setter, definition.module, None, definition)
            machine.call(Method(function, receiver), value)
            return
    machine.memory.store(receiver.address, name, value)


def _set_entry(machine: Machine, receiver: Value, key: Value, value: Value) -> None:
    if isinstance(receiver, DictRef):
        machine.memory.store(receiver.address, key, value)
    elif isinstance(receiver, ListRef) and isinstance(key, int):
        elements = list(machine.memory.elements(receiver.address))
        elements[key] = value
        machine.memory.cells[receiver.address] = tuple(elements)


def unpack(machine: Machine, value: Value, targets: list[ast.expr]) -> tuple[Value, ...]:
    """The elements for each of several targets."""
    count = len(targets)
    value = machine.settle(value)
    if isinstance(value, Choice):
        chosen = value
        unpacked = machine.branch(
            chosen.condition,
            lambda: unpack(machine, chosen.then, targets),
            lambda: unpack(machine, chosen.other, targets),
        )
        return unpacked if isinstance(unpacked, tuple) else (unpacked,) * count
    if isinstance(value, Foreign):
        return tuple(Foreign(f"{value.text}[{index}]") for index in range(count))
    if isinstance(value, EXPRESSIONS):
        return tuple(call(f"part {index}", machine.tensor(value)) for index in range(count))
    elements = machine.semantics.iterate(machine, value)
    if elements is None:
        return tuple(Foreign(f"element {index}") for index in range(count))
    starred = [i for i, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if starred:
        head, tail = starred[0], count - starred[0] - 1
        middle = machine.make_list(elements[head : len(elements) - tail])
        elements = (*elements[:head], middle, *elements[len(elements) - tail :])
    if len(elements) != count:
        raise Raised("ValueError")
    return elements
