"""Statements: order, branches, loops and what they leave in memory.

A statement that simply goes on to the next gives None. One whose arms end differently gives a
``Fork``, and the statements after it are carried out for the arms that go on.
"""

import ast
import re
from collections.abc import Callable
from functools import partial

from tfdiff.extract.python.interpret.machine import Ending, Fork, Leaf, Machine, Outcome, join
from tfdiff.extract.python.interpret.memory import MISSING
from tfdiff.extract.python.interpret.program import imports
from tfdiff.extract.python.interpret.values import (
    EXPRESSIONS,
    Choice,
    DictRef,
    Foreign,
    Function,
    Instance,
    ListRef,
    Method,
    Module,
    Raised,
    Scope,
    Value,
)
from tfdiff.ir.expr import Expr, call

# Calls in a loop's body that may change the trained variable.
_CHANGES = re.compile(r"\b_*(assign|scatter|apply|update_op|update_step|extended\.update)\w*\(")
GO_ON: frozenset[Ending] = frozenset({"next"})
Rest = Callable[[], Outcome | None]


def run(machine: Machine, body: list[ast.stmt], scope: Scope) -> Outcome | None:
    """Carry out statements in order."""
    for index, node in enumerate(body):
        machine.at(node, scope)
        outcome = machine.semantics.execute(machine, node, scope)
        if outcome is not None:
            after = partial(run, machine, body[index + 1 :], scope)
            return resume(machine, outcome, after, GO_ON)
    return None


def resume(
    machine: Machine, outcome: Outcome, rest: Rest, endings: frozenset[Ending]
) -> Outcome | None:
    """Go on with ``rest`` in every arm that ended in one of ``endings``, then merge the arms."""
    joined = join(_resume(machine, join(outcome), rest, endings))
    if isinstance(joined, Leaf):
        machine.memory = joined.memory
        if joined.ending == "raise":
            raise Raised(str(joined.value))
        return None if joined.ending == "next" else joined
    return joined


def _resume(machine: Machine, outcome: Outcome, rest: Rest, endings: frozenset[Ending]) -> Outcome:
    if isinstance(outcome, Fork):
        arms = []
        for arm, side in ((outcome.then, True), (outcome.other, False)):
            with machine.assuming(outcome.condition, side):
                arms.append(_resume(machine, arm, rest, endings))
        return Fork(outcome.condition, *arms)
    if outcome.ending not in endings:
        return outcome
    machine.memory = outcome.memory
    return attempt(machine, rest)


def attempt(machine: Machine, rest: Rest) -> Outcome:
    """The outcome of a stretch of statements, an exception being one of the ways to end."""
    try:
        outcome = rest()
    except Raised as raised:
        return Leaf("raise", raised.kind, machine.memory)
    return outcome if outcome is not None else Leaf("next", None, machine.memory)


def branch(machine: Machine, condition: Expr, then: Rest, other: Rest) -> Outcome | None:
    """Carry out both arms apart and merge what they left, or the one that is decided."""
    holds = machine.decided(condition)
    if holds is not None:
        return then() if holds else other()
    start = machine.memory
    arms = []
    for arm, side in ((then, True), (other, False)):
        machine.memory = start.copy()
        with machine.assuming(condition, side):
            arms.append(attempt(machine, arm))
    return resume(machine, Fork(condition, *arms), lambda: None, GO_ON)


# -- one kind of statement each -----------------------------------------------------------


def expression(machine: Machine, node: ast.Expr, scope: Scope) -> None:
    """An expression for its effect; docstrings have none."""
    if not isinstance(node.value, ast.Constant):
        machine.evaluate(node.value, scope)


def assign(machine: Machine, node: ast.Assign, scope: Scope) -> None:
    """``target = value``; the target's name is what a variable without a name is called."""
    first = node.targets[0]
    before = machine.assignment
    machine.assignment = getattr(first, "id", None) or getattr(first, "attr", None)
    value = machine.evaluate(node.value, scope)
    machine.assignment = before
    for target in node.targets:
        bind(machine, target, value, scope)


def annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> None:
    """``target: type = value``."""
    if node.value is not None:
        bind(machine, node.target, machine.evaluate(node.value, scope), scope)


def augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> None:
    """``target += value``; a list is extended in place."""
    target = ast.copy_location(_as_read(node.target), node)
    before = machine.evaluate(target, scope)
    added = ast.copy_location(ast.BinOp(target, node.op, node.value), node)
    value = machine.evaluate(added, scope)
    if isinstance(before, ListRef) and isinstance(value, ListRef):
        machine.memory.cells[before.address] = machine.memory.elements(value.address)
    else:
        bind(machine, node.target, value, scope)


def _as_read(target: ast.expr) -> ast.expr:
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
            set_attribute(machine, receiver, name, value)
        case ast.Subscript(value=owner, slice=index):
            _set_entry(machine, machine.evaluate(owner, scope), index, value, scope)
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


def _set_entry(
    machine: Machine, receiver: Value, index: ast.expr, value: Value, scope: Scope
) -> None:
    key = machine.evaluate(index, scope)
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


def conditional(machine: Machine, node: ast.If, scope: Scope) -> Outcome | None:
    """``if``."""
    condition = machine.semantics.condition(machine, node.test, scope)
    return branch(
        machine,
        condition,
        lambda: run(machine, node.body, scope),
        lambda: run(machine, node.orelse, scope),
    )


def loop(machine: Machine, node: ast.For, scope: Scope) -> Outcome | None:
    """``for`` over something of known length."""
    sequence = machine.evaluate(node.iter, scope)
    if isinstance(sequence, Choice) and machine.semantics.iterate(machine, sequence) is None:
        arms = (sequence.then, sequence.other)
        return branch(
            machine,
            sequence.condition,
            lambda: _each(machine, node, scope, machine.settle(arms[0])),
            lambda: _each(machine, node, scope, machine.settle(arms[1])),
        )
    return _each(machine, node, scope, sequence)


def _each(machine: Machine, node: ast.For, scope: Scope, sequence: Value) -> Outcome | None:
    elements = machine.semantics.iterate(machine, sequence)
    if elements is None:
        _unknown_times(machine, node.target, node.body, scope)
        return None

    def turn(index: int) -> Outcome | None:
        if index == len(elements):
            return run(machine, node.orelse, scope)
        if elements[index] == MISSING:
            return turn(index + 1)
        bind(machine, node.target, elements[index], scope)
        outcome = run(machine, node.body, scope) or Leaf("next", None, machine.memory)
        onward: frozenset[Ending] = frozenset({"next", "continue"})
        return resume(machine, outcome, lambda: turn(index + 1), onward)

    outcome = turn(0)
    return resume(machine, _leave_loop(outcome), lambda: None, GO_ON) if outcome else None


def _unknown_times(
    machine: Machine, target: ast.expr | None, body: list[ast.stmt], scope: Scope
) -> None:
    """A loop of unknown length: the states that its body changes are no longer known."""
    before = dict(machine.memory.states)
    if any(map(_CHANGES.search, map(ast.unparse, body))):
        machine.memory.states["state:var"] = machine.not_read("var", "loop of unknown length")
    if target is not None:
        bind(machine, target, Foreign(f"each {ast.unparse(target)}"), scope)
    outcome = join(attempt(machine, lambda: run(machine, body, scope)))
    if isinstance(outcome, Leaf):
        machine.memory = outcome.memory
    for state, value in machine.memory.states.items():
        if before.get(state) is not value:
            machine.memory.states[state] = machine.not_read(state, "loop of unknown length")


def _leave_loop(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Fork):
        return Fork(outcome.condition, _leave_loop(outcome.then), _leave_loop(outcome.other))
    return Leaf("next", None, outcome.memory) if outcome.ending == "break" else outcome


def while_loop(machine: Machine, node: ast.While, scope: Scope) -> Outcome | None:
    """``while`` with a condition that is decided each time; else its effect is not read."""
    for _ in range(100):
        holds = machine.decided(machine.semantics.condition(machine, node.test, scope))
        if holds is None:
            _unknown_times(machine, None, node.body, scope)
            return None
        if not holds:
            return None
        outcome = run(machine, node.body, scope)
        if isinstance(outcome, Leaf) and outcome.ending == "break":
            return None
        if outcome is not None and not (isinstance(outcome, Leaf) and outcome.ending == "continue"):
            return outcome
    _unknown_times(machine, None, node.body, scope)
    return None


def context(machine: Machine, node: ast.With, scope: Scope) -> Outcome | None:
    """``with``: transparent, except that control dependencies order Keras 1.x's updates."""
    for item in node.items:
        value = machine.evaluate(item.context_expr, scope)
        if item.optional_vars is not None:
            bind(machine, item.optional_vars, value, scope)
    return run(machine, node.body, scope)


def attempted(machine: Machine, node: ast.Try, scope: Scope) -> Outcome | None:
    """``try``: the first handler takes over where the body raises."""
    try:
        outcome = run(machine, [*node.body, *node.orelse], scope)
    except Raised:
        if not node.handlers:
            raise
        handler = node.handlers[0]
        if handler.name:
            machine.memory.store(scope.address, handler.name, Foreign("exception"))
        outcome = run(machine, handler.body, scope)
    if node.finalbody:
        last = outcome if outcome is not None else Leaf("next", None, machine.memory)
        if isinstance(last, Leaf):
            run(machine, node.finalbody, scope)
    return outcome


def give_back(machine: Machine, node: ast.Return, scope: Scope) -> Outcome:
    """``return``."""
    value = machine.evaluate(node.value, scope) if node.value else None
    return Leaf("return", value, machine.memory)


def throw(machine: Machine, node: ast.Raise, scope: Scope) -> Outcome:  # noqa: ARG001
    """``raise``: whoever calls does not take this way."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    raise Raised(ast.unparse(raised) if raised else "")


def leave(machine: Machine, node: ast.Break, scope: Scope) -> Outcome:  # noqa: ARG001
    """``break``."""
    return Leaf("break", None, machine.memory)


def go_on(machine: Machine, node: ast.Continue, scope: Scope) -> Outcome:  # noqa: ARG001
    """``continue``."""
    return Leaf("continue", None, machine.memory)


def define(machine: Machine, node: ast.FunctionDef, scope: Scope) -> None:
    """A local function; what decorates it does not change what it computes."""
    function = Function(node, scope.module, scope, scope.owner)
    machine.memory.store(scope.address, node.name, function)


def bring_in(machine: Machine, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    """A local import."""
    for name, target in imports(node, scope.module.dotted).items():
        dotted = ".".join(filter(None, (target.module, target.attribute)))
        machine.memory.store(scope.address, name, Module(dotted))


def nothing(machine: Machine, node: ast.stmt, scope: Scope) -> None:
    """Statements without effect on the update: ``pass``, ``assert``, ``global``, ``del``."""


STATEMENTS: dict[type[ast.stmt], Callable[..., Outcome | None]] = {
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.If: conditional,
    ast.For: loop,
    ast.While: while_loop,
    ast.With: context,
    ast.Try: attempted,
    ast.Return: give_back,
    ast.Raise: throw,
    ast.Break: leave,
    ast.Continue: go_on,
    ast.FunctionDef: define,
    ast.Import: bring_in,
    ast.ImportFrom: bring_in,
}


def execute(machine: Machine, node: ast.stmt, scope: Scope) -> Outcome | None:
    """Carry out a statement; None where it simply goes on to the next."""
    return STATEMENTS.get(type(node), nothing)(machine, node, scope)
