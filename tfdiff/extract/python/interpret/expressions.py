"""Expressions: names, literals, operators, comprehensions, calls and subscripts."""

import ast
import operator
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from tfdiff.extract.python.interpret.attributes import present
from tfdiff.extract.python.interpret.containers import entry, iterate
from tfdiff.extract.python.interpret.machine import Machine, describe, negated
from tfdiff.extract.python.interpret.names import look_up
from tfdiff.extract.python.interpret.statements import bind
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Choice,
    DictRef,
    Dtype,
    Foreign,
    Function,
    ListRef,
    Missing,
    Module,
    Raised,
    Scope,
    Slices,
    Value,
    Variable,
    same,
)
from tfdiff.ir.expr import Boolean, Expr, Select, boolean, call, operation

ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[..., object]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv),
    ast.Pow: ("pow", operator.pow),
    ast.FloorDiv: ("floordiv", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.MatMult: ("matmul", operator.matmul),
    ast.BitAnd: ("and", operator.and_),
    ast.BitOr: ("or", operator.or_),
}
COMPARISON: dict[type[ast.cmpop], tuple[str, Callable[..., object]]] = {
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
}
IR_OPERATIONS = frozenset({"add", "sub", "mul", "div", "pow", "and", "or"})
NUMERIC = (*EXPRESSIONS, bool, int, float, Variable, Slices)


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


def binary(machine: Machine, node: ast.BinOp, scope: Scope) -> Value:
    """An operator between two values."""
    left = machine.evaluate(node.left, scope)
    right = machine.evaluate(node.right, scope)
    machine.at(node, scope)
    return operate(machine, type(node.op), left, right)


def operate(  # noqa: PLR0911 - one kind of operands each
    machine: Machine, kind: type[ast.operator], left: Value, right: Value
) -> Value:
    """An operator between two values: Python's own on constants, an expression otherwise."""
    word, python = ARITHMETIC.get(kind, ("", operator.add))
    plain = (int, float, str)
    if isinstance(left, plain) and (isinstance(right, plain) or kind is ast.Mod):
        return _on_constants(python, left, right)
    if isinstance(left, ListRef) or isinstance(right, ListRef):
        return _on_lists(machine, kind, left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and kind is ast.Add:
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        return Foreign(f"{describe(left)}{describe(right)}")
    foreign = [isinstance(value, Foreign | Dtype) for value in (left, right)]
    if all(foreign) or (any(foreign) and not any(isinstance(v, NUMERIC) for v in (left, right))):
        return Foreign(f"{describe(left)} {word} {describe(right)}")
    operands = machine.tensor(left), machine.tensor(right)
    if word in IR_OPERATIONS:
        return operation(word, *operands)
    if word == "floordiv":
        return call("floor", operation("div", *operands))
    return call(word, *operands) if word else machine.not_read(kind.__name__, "operator not read")


def _on_constants(python: Callable[..., object], left: Value, right: Value) -> Value:
    try:
        result = python(left, right)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return Foreign(f"{left} and {describe(right)}")
    return result if isinstance(result, bool | int | float | str) else Foreign(str(result))


def _on_lists(machine: Machine, kind: type[ast.operator], left: Value, right: Value) -> Value:
    if kind is ast.Mult:
        sequence, times = (left, right) if isinstance(left, ListRef) else (right, left)
        if isinstance(sequence, ListRef) and isinstance(times, int):
            return machine.make_list(machine.memory.elements(sequence.address) * times)
    parts = [iterate(machine, value) for value in (left, right)]
    if kind in {ast.Add, ast.BitOr} and parts[0] is not None and parts[1] is not None:
        return machine.make_list(parts[0] + parts[1])
    return Foreign("list")


def unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> Value:
    """``-x``, ``+x``, ``not x``."""
    if isinstance(node.op, ast.Not):
        return _plain(negated(condition(machine, node.operand, scope)))
    value = machine.evaluate(node.operand, scope)
    if isinstance(node.op, ast.USub):
        if isinstance(value, int | float):
            return -value
        if isinstance(value, Slices):
            return Slices(operation("neg", machine.tensor(value.values)), value.indices)
        return operation("neg", machine.tensor(value))
    return value


def _plain(condition: Expr) -> Value:
    return condition.value if isinstance(condition, Boolean) else condition


def condition(machine: Machine, node: ast.expr, scope: Scope) -> Expr:
    """Whether an expression counts as true, ``and`` and ``or`` taken as logic."""
    if not isinstance(node, ast.BoolOp):
        return machine.truth(machine.evaluate(node, scope))
    settling = isinstance(node.op, ast.Or)
    parts: list[Expr] = []
    with ExitStack() as known:
        for operand in node.values:
            part = condition(machine, operand, scope)
            holds = machine.decided(part)
            if holds is settling:
                parts.append(part if not isinstance(part, Boolean) else boolean(settling))
                break
            if holds is None:
                parts.append(part)
                known.enter_context(machine.assuming(part, not settling))
    if not parts:
        return boolean(not settling)
    if isinstance(parts[-1], Boolean):
        return parts[-1]
    return parts[0] if len(parts) == 1 else operation("or" if settling else "and", *parts)


def either(machine: Machine, node: ast.BoolOp, scope: Scope) -> Value:
    """``and`` and ``or``, which give one of their operands."""

    def part(index: int) -> Value:
        value = machine.evaluate(node.values[index], scope)
        if index == len(node.values) - 1:
            return value
        condition = machine.truth(value)
        if isinstance(node.op, ast.And):
            arms: tuple[Callable[[], Value], Callable[[], Value]] = (
                lambda: part(index + 1),
                lambda: _falsy(machine, value),
            )
        else:
            arms = (lambda: _truthy(machine, value, condition), lambda: part(index + 1))
        return _logic(machine.branch(condition, *arms), condition)

    return part(0)


def _falsy(machine: Machine, value: Value) -> Value:
    return False if isinstance(value, EXPRESSIONS) and machine.is_boolean(value) else value


def _truthy(machine: Machine, value: Value, condition: Expr) -> Value:
    return True if value is condition and machine.is_boolean(condition) else value


def _logic(value: Value, condition: Expr) -> Value:
    """``select(c, x, False)`` is ``c and x``."""
    match value:
        case Select(first, rest, Boolean(value=False)) if first is condition:
            return operation("and", first, rest)
        case Select(first, Boolean(value=True), rest) if first is condition:
            return operation("or", first, rest)
        case _:
            return value


def chosen(machine: Machine, node: ast.IfExp, scope: Scope) -> Value:
    """``then if condition else other``."""
    return machine.branch(
        condition(machine, node.test, scope),
        lambda: machine.evaluate(node.body, scope),
        lambda: machine.evaluate(node.orelse, scope),
    )


def compare(machine: Machine, node: ast.Compare, scope: Scope) -> Value:
    """Comparisons, chained ones being a conjunction."""
    left = machine.evaluate(node.left, scope)
    results: list[Expr] = []
    for kind, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(right_node, scope)
        machine.at(node, scope)
        results.append(machine.truth(compared(machine, type(kind), left, right)))
        left = right
    if len(results) == 1:
        return _plain(results[0])
    if any(isinstance(result, Boolean) and not result.value for result in results):
        return False
    return operation("and", *results)


def compared(  # noqa: PLR0911 - one kind of operands each
    machine: Machine, kind: type[ast.cmpop], left: Value, right: Value
) -> Value:
    """One comparison; choices that are still open are compared arm by arm."""
    if kind in {ast.IsNot, ast.NotIn}:
        opposite = ast.Is if kind is ast.IsNot else ast.In
        return _plain(negated(machine.truth(compared(machine, opposite, left, right))))
    for index, value in enumerate((left, right)):
        if isinstance(value, Choice):
            other = (right, left)[index]
            return machine.lift(
                value,
                _facing(machine, kind, other, first=index == 0),
            )
    if kind is ast.In:
        return contains(machine, right, left)
    if kind is ast.Is:
        return identical(machine, left, right)
    word, python = COMPARISON[kind]
    plain = (int, float, str)
    if isinstance(left, plain) and isinstance(right, plain):
        return _on_constants(python, left, right)
    if isinstance(left, NUMERIC) and isinstance(right, NUMERIC):
        return operation(word, machine.tensor(left), machine.tensor(right))
    if None in (left, right) and kind not in {ast.Eq, ast.NotEq}:
        raise Raised("TypeError")
    equal = identical(machine, left, right)
    if kind is ast.NotEq:
        return _plain(negated(machine.truth(equal)))
    return equal if kind is ast.Eq else Foreign(f"{describe(left)} {word} {describe(right)}")


def _facing(
    machine: Machine, kind: type[ast.cmpop], other: Value, *, first: bool
) -> Callable[[Value], Value]:
    def against(one: Value) -> Value:
        pair = (one, other) if first else (other, one)
        return compared(machine, kind, *pair)

    return against


def identical(machine: Machine, left: Value, right: Value) -> Value:
    """``left is right``; an unread value is only known to be itself."""
    if same(left, right):
        return True
    if None in (left, right):
        other = right if left is None else left
        # Unread calls may give None; modules, attributes and texts do not.
        unread = isinstance(other, Foreign) and other.text.endswith(")")
        return Foreign(f"{describe(other)} is None") if unread else False
    if isinstance(left, Foreign) or isinstance(right, Foreign):
        return Foreign(f"{describe(left)} == {describe(right)}")
    sequences = [iterate(machine, value) for value in (left, right)]
    if isinstance(left, ListRef) and isinstance(right, ListRef) and None not in sequences:
        return same(sequences[0] or (), sequences[1] or ())
    return False


def contains(machine: Machine, container: Value, key: Value) -> Value:
    """``key in container``."""
    if isinstance(container, str) and isinstance(key, str):
        return key in container
    if isinstance(container, DictRef):
        value = entry(machine, container, key, Missing())
        return present(machine, value)
    elements = iterate(machine, container)
    if elements is None:
        return Foreign(f"{describe(key)} in {describe(container)}")
    if any(same(element, key) for element in elements):
        return True
    unread = [e for e in elements if isinstance(e, Foreign) and isinstance(key, Foreign)]
    return Foreign(f"{describe(key)} in {describe(container)}") if unread else False


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
    return _part(machine, receiver, "slice")


def item(machine: Machine, receiver: Value, index: Value) -> Value:
    """One element or entry."""
    if isinstance(receiver, DictRef):
        value = entry(machine, receiver, index, Missing())
        return machine.lift(value, lambda one: one)
    if isinstance(index, int) and isinstance(receiver, str | tuple | ListRef):
        elements = receiver if isinstance(receiver, str) else iterate(machine, receiver) or ()
        if -len(elements) <= index < len(elements):
            return elements[index]
        raise Raised("IndexError")
    return _part(machine, receiver, describe(index) if not isinstance(index, int) else str(index))


def _part(machine: Machine, receiver: Value, index: str) -> Value:
    if isinstance(receiver, Foreign | Module):
        return Foreign(f"{describe(receiver)}[{index}]")
    if isinstance(receiver, NUMERIC):
        return call(f"[{index}]", machine.tensor(receiver))
    return Foreign(f"{describe(receiver)}[{index}]")


def listed(machine: Machine, node: ast.List | ast.Set, scope: Scope) -> Value:
    """A list or set display."""
    return machine.make_list(_elements(machine, node.elts, scope))


def tupled(machine: Machine, node: ast.Tuple, scope: Scope) -> Value:
    """A tuple display."""
    return _elements(machine, node.elts, scope)


def _elements(machine: Machine, nodes: list[ast.expr], scope: Scope) -> tuple[Value, ...]:
    elements: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            elements.extend(iterate(machine, machine.evaluate(node.value, scope)) or ())
        else:
            elements.append(machine.evaluate(node, scope))
    return tuple(elements)


def mapped(machine: Machine, node: ast.Dict, scope: Scope) -> Value:
    """A dictionary display."""
    entries: dict[Value, Value] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        item_value = machine.evaluate(value, scope)
        if key is not None:
            entries[machine.evaluate(key, scope)] = item_value
        elif isinstance(item_value, DictRef):
            entries.update(machine.memory.entries(item_value.address))
    return machine.make_dict(entries)


UNKNOWN_TURNS = Foreign("elements of unknown number")
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp


def comprehended(machine: Machine, node: Comprehension, scope: Scope) -> Value:
    """A list, set or generator, worked out at once."""
    found = tuple(_turns(machine, node.generators, scope, node.elt))
    if UNKNOWN_TURNS in found:
        return Foreign(ast.unparse(node.generators[0].iter))
    return machine.make_list(found)


def comprehended_dict(machine: Machine, node: ast.DictComp, scope: Scope) -> Value:
    """A dictionary, worked out at once."""
    pair = ast.copy_location(ast.Tuple([node.key, node.value], ast.Load()), node)
    entries: dict[Value, Value] = {}
    for found in _turns(machine, node.generators, scope, pair):
        if found == UNKNOWN_TURNS:
            return Foreign(ast.unparse(node.generators[0].iter))
        if isinstance(found, tuple):
            entries[found[0]] = found[1]
    return machine.make_dict(entries)


def _turns(
    machine: Machine, generators: list[ast.comprehension], scope: Scope, result: ast.expr
) -> Iterator[Value]:
    if not generators:
        yield machine.evaluate(result, scope)
        return
    first, *rest = generators
    elements = iterate(machine, machine.evaluate(first.iter, scope))
    if elements is None:
        yield UNKNOWN_TURNS
        return
    inner = Scope(machine.allocate({}), scope.module, scope, scope.owner)
    for element in elements:
        bind(machine, first.target, element, inner)
        conditions = [machine.truth(machine.evaluate(test, inner)) for test in first.ifs]
        if all(machine.decided(condition) is not False for condition in conditions):
            yield from _turns(machine, rest, inner, result)


def anonymous(machine: Machine, node: ast.Lambda, scope: Scope) -> Value:  # noqa: ARG001
    """A lambda."""
    return Function(node, scope.module, scope, scope.owner)


def formatted(machine: Machine, node: ast.JoinedStr, scope: Scope) -> Value:
    """An f-string, known if its parts are."""
    parts: list[str] = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = machine.evaluate(inner, scope)
        parts.append(value if isinstance(value, str) else "{" + describe(value) + "}")
    return "".join(parts)


def starred(machine: Machine, node: ast.Starred, scope: Scope) -> Value:
    """``*value`` where it stands alone."""
    return machine.evaluate(node.value, scope)


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
