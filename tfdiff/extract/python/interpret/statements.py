"""Statements: order, branches, loops and what they leave in memory.

A statement that simply goes on to the next gives None. One whose arms end differently gives a
``Fork``, and the statements after it are carried out for the arms that go on.
"""

import ast
import builtins
from collections.abc import Callable

from tfdiff.extract.python.interpret.binding import as_read, bind
from tfdiff.extract.python.interpret.creation import scopes_of
from tfdiff.extract.python.interpret.flow import branch, run
from tfdiff.extract.python.interpret.loops import loop, while_loop
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.outcomes import Leaf, Outcome
from tfdiff.extract.python.interpret.program import imports
from tfdiff.extract.python.interpret.values import (
    Foreign,
    Function,
    ListRef,
    Module,
    Raised,
    Scope,
)


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
    target = ast.copy_location(as_read(node.target), node)
    before = machine.evaluate(target, scope)
    added = ast.copy_location(ast.BinOp(target, node.op, node.value), node)
    value = machine.evaluate(added, scope)
    if isinstance(before, ListRef) and isinstance(value, ListRef):
        machine.memory.cells[before.address] = machine.memory.elements(value.address)
    else:
        bind(machine, node.target, value, scope)


def conditional(machine: Machine, node: ast.If, scope: Scope) -> Outcome | None:
    """``if``."""
    condition = machine.semantics.condition(machine, node.test, scope)
    return branch(
        machine,
        condition,
        lambda: run(machine, node.body, scope),
        lambda: run(machine, node.orelse, scope),
    )


def context(machine: Machine, node: ast.With, scope: Scope) -> Outcome | None:
    """``with``: transparent, except that control dependencies order Keras 1.x's updates."""
    within: list[str] = []
    for item in node.items:
        value = machine.evaluate(item.context_expr, scope)
        if item.optional_vars is not None:
            bind(machine, item.optional_vars, value, scope)
        if machine.making is not None:
            within += scopes_of(value)
    if not within or machine.making is None:
        return run(machine, node.body, scope)
    machine.making.scopes += within
    try:
        return run(machine, node.body, scope)
    finally:
        del machine.making.scopes[-len(within) :]


def attempted(machine: Machine, node: ast.Try, scope: Scope) -> Outcome | None:
    """``try``: the first handler takes over where the body raises."""
    try:
        outcome = run(machine, [*node.body, *node.orelse], scope)
    except Raised as raised:
        handler = next((one for one in node.handlers if _catches(one, raised)), None)
        if handler is None:
            raise
        if handler.name:
            machine.memory.store(scope.address, handler.name, Foreign("exception"))
        machine.handling.append((raised, handler.name))
        try:
            outcome = run(machine, handler.body, scope)
        finally:
            machine.handling.pop()
    if node.finalbody:
        last = outcome if outcome is not None else Leaf("next", None, machine.memory)
        if isinstance(last, Leaf):
            run(machine, node.finalbody, scope)
    return outcome


def _catches(handler: ast.ExceptHandler, raised: Raised) -> bool:
    """Whether a handler is for an exception, as far as Python's own exceptions tell."""
    if handler.type is None:
        return True
    listed = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    kinds = [_exception(ast.unparse(one)) for one in listed]
    return any(kind is None for kind in kinds) or issubclass(
        _exception(raised.kind) or Exception, tuple(kind for kind in kinds if kind)
    )


def _exception(name: str) -> type[BaseException] | None:
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def give_back(machine: Machine, node: ast.Return, scope: Scope) -> Outcome:
    """``return``."""
    value = machine.evaluate(node.value, scope) if node.value else None
    return Leaf("return", value, machine.memory)


def throw(machine: Machine, node: ast.Raise, scope: Scope) -> Outcome:  # noqa: ARG001
    """``raise``: whoever calls does not take this way; what is caught may be passed on."""
    if machine.handling:
        caught, name = machine.handling[-1]
        if node.exc is None or (isinstance(node.exc, ast.Name) and node.exc.id == name):
            raise Raised(caught.kind, meant=caught.meant)
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    raise Raised(ast.unparse(raised) if raised else "", meant=True)


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
