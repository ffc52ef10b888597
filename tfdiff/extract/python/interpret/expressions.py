"""Expressions: names, literals, operators, comprehensions, calls and subscripts."""

import ast
from collections.abc import Callable

from tfdiff.extract.python.interpret.comparisons import chosen, compare, either
from tfdiff.extract.python.interpret.containers import entry, iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.displays import (
    anonymous,
    comprehended,
    comprehended_dict,
    formatted,
    listed,
    mapped,
    starred,
    tupled,
)
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.names import look_up
from tfdiff.extract.python.interpret.operators import binary, unary
from tfdiff.extract.python.interpret.tensors import NUMERIC
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    DictRef,
    Foreign,
    ListRef,
    Missing,
    Raised,
    Scope,
    Value,
)
from tfdiff.ir.expr import Expr, call


def constant(machine: Machine, node: ast.Constant, scope: Scope) -> Value:  # noqa: ARG001
    """A literal."""
    value = node.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return Foreign(repr(value))


def name(machine: Machine, node: ast.Name, scope: Scope) -> Value:
    """A name, looked up in the scopes around and then in the module."""
    return look_up(machine, node.id, scope)


def attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> Value:
    """``value.name``."""
    receiver = machine.evaluate(node.value, scope)
    machine.at(node, scope)
    return machine.lift(receiver, lambda one: machine.attribute(one, node.attr))


def invoke(machine: Machine, node: ast.Call, scope: Scope) -> Value:
    """A call."""
    function = machine.evaluate(node.func, scope)
    args: list[Value] = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            args.extend(iterate(machine, machine.evaluate(arg.value, scope)) or ())
        else:
            args.append(machine.evaluate(arg, scope))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = machine.evaluate(keyword.value, scope)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(value, DictRef):
            entries = machine.memory.entries(value.address)
            there = {str(k): v for k, v in entries.items() if not isinstance(v, Missing)}
            kwargs.update(there)
            if value.open:
                kwargs["**"] = value
    machine.at(node, scope)
    if isinstance(function, Foreign) and function.text == "super":
        return machine.semantics.super_of(machine, args, scope)
    return machine.lift(
        function, lambda one: machine.semantics.call(machine, one, tuple(args), kwargs)
    )


def subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> Value:
    """``value[index]``."""
    receiver = machine.evaluate(node.value, scope)
    if isinstance(node.slice, ast.Slice):
        parts = node.slice.lower, node.slice.upper, node.slice.step
        bounds = [machine.evaluate(part, scope) if part else None for part in parts]
        return machine.lift(receiver, lambda one: _sliced(machine, one, bounds))
    index = machine.evaluate(node.slice, scope)
    machine.at(node, scope)
    return machine.lift(receiver, lambda one: item(machine, one, index))


def _sliced(machine: Machine, receiver: Value, bounds: list[Value]) -> Value:
    if all(bound is None or isinstance(bound, int) for bound in bounds):
        window = slice(*(bound if isinstance(bound, int) else None for bound in bounds))
        if isinstance(receiver, str | tuple):
            return receiver[window]
        if isinstance(receiver, ListRef):
            return machine.make_list(machine.memory.elements(receiver.address)[window])
    # what is cut where: bounds that are computed are operands, the others stand in the name
    computed = [bound for bound in bounds if isinstance(bound, EXPRESSIONS)]
    said = [
        "" if one is None else "_" if isinstance(one, EXPRESSIONS) else describe(one)
        for one in bounds
    ]
    return _part(machine, receiver, ":".join(said[: 3 if said[2] else 2]), *computed)


def item(machine: Machine, receiver: Value, index: Value) -> Value:
    """One element or entry."""
    if isinstance(receiver, DictRef):
        value = entry(machine, receiver, index, Missing())
        return machine.lift(value, lambda one: one, absent="KeyError")
    if isinstance(index, int) and isinstance(receiver, str | tuple | ListRef):
        elements = receiver if isinstance(receiver, str) else iterate(machine, receiver) or ()
        if -len(elements) <= index < len(elements):
            return elements[index]
        raise Raised("IndexError")
    return _part(machine, receiver, describe(index) if not isinstance(index, int) else str(index))


def _part(machine: Machine, receiver: Value, index: str, *computed: Expr) -> Value:
    if isinstance(receiver, NUMERIC):
        return call(f"[{index}]", machine.tensor(receiver), *computed)
    said = ", ".join((index, *map(describe, computed)))
    return Foreign(f"{describe(receiver)}[{said}]")


EXPRESSION_KINDS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.Attribute: attribute,
    ast.Call: invoke,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.BoolOp: either,
    ast.IfExp: chosen,
    ast.Compare: compare,
    ast.Subscript: subscript,
    ast.List: listed,
    ast.Set: listed,
    ast.Tuple: tupled,
    ast.Dict: mapped,
    ast.ListComp: comprehended,
    ast.SetComp: comprehended,
    ast.GeneratorExp: comprehended,
    ast.DictComp: comprehended_dict,
    ast.Lambda: anonymous,
    ast.JoinedStr: formatted,
    ast.Starred: starred,
}


def evaluate(machine: Machine, node: ast.expr, scope: Scope) -> Value:
    """The value of an expression."""
    kind = EXPRESSION_KINDS.get(type(node))
    return kind(machine, node, scope) if kind else Foreign(ast.unparse(node))
