"""Displays: lists, tuples, dictionaries, comprehensions, lambdas, f-strings."""

import ast
from collections.abc import Iterator

from tfdiff.extract.python.interpret.binding import bind
from tfdiff.extract.python.interpret.containers import iterate
from tfdiff.extract.python.interpret.describing import describe
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.values import DictRef, Foreign, Function, Scope, Value


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
