"""Order and branches: what comes after a statement whose arms end differently.

A statement that simply goes on to the next gives None. One whose arms end differently gives a
``Fork``, and the statements after it are carried out for the arms that go on.
"""

import ast
from collections.abc import Callable
from functools import partial

from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.outcomes import Ending, Fork, Leaf, Outcome, join
from tfdiff.extract.python.interpret.values import (
    Raised,
    Scope,
)
from tfdiff.ir.expr import Expr

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
        if joined.raised:
            raise joined.raised
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
        return machine.ended(raised)
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
