"""Loops: over what is known turn by turn, over what is not with its effect marked unknown."""

import ast
import re

from tfdiff.extract.python.interpret.binding import bind
from tfdiff.extract.python.interpret.flow import GO_ON, attempt, branch, resume, run
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.memory import MISSING
from tfdiff.extract.python.interpret.outcomes import Ending, Fork, Leaf, Outcome, join
from tfdiff.extract.python.interpret.values import (
    Choice,
    Foreign,
    Scope,
    Value,
)

# Calls in a loop's body that may change the trained variable.
_CHANGES = re.compile(r"\b_*(assign|scatter|apply|update_op|update_step|extended\.update)\w*\(")


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
