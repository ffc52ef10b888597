"""``if``: both branches run, and every slot gets the choice between what they left.

Conditions on sizes are different from conditions on numbers. A branch that merely gives up
(``if (N == 0) return;``, an index out of range) says nothing about what an update does, and
``if (N > 0)`` around all of it says nothing either. Every other condition stays in the rule:
``inner_dim > 1`` chooses between the row path and the scalar path of a sparse op.
"""

from typing import TYPE_CHECKING, Final

import tree_sitter

from tfdiff.extract.cxx.symbolic import operators, statements
from tfdiff.extract.cxx.symbolic.conditions import condition_of, is_nonempty
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.guards import children
from tfdiff.extract.cxx.symbolic.locations import is_structural
from tfdiff.extract.cxx.symbolic.store import Store
from tfdiff.extract.cxx.symbolic.values import Value
from tfdiff.ir.expr import Boolean, Expr

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine
    from tfdiff.extract.cxx.symbolic.statements import Outcome, Step, Todo

_EXITS_BY_REACH: Final = ("end", "next", "leave", "return")
_EXITS: Final = frozenset({"return_statement", "continue_statement", "break_statement"})
_FUNCTIONS_AND_LOOPS: Final = frozenset(
    {"lambda_expression", "for_statement", "for_range_loop", "while_statement"}
)
Arm = list[tree_sitter.Node]


def branch(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: "Todo") -> "Step":
    """Run an ``if``; gives how the function ended, or what is left to do."""
    clause = node.child_by_field_name("condition")
    tested = clause.child_by_field_name("value") if clause is not None else None
    inner = frame.inner()
    if clause is None or tested is None or clause.has_error:
        by = machine.opaque(node, frame, "condition not understood")
        machine.taint_names(node, frame, by)
        return None, work
    condition = condition_of(machine, machine.evaluate(tested, inner))
    then = [each for each in [node.child_by_field_name("consequence")] if each is not None]
    alternative = node.child_by_field_name("alternative")
    other = children(alternative) if alternative is not None else []
    if isinstance(condition, Boolean):
        arm = then if condition.value else other
        return None, statements.todo(machine, arm, inner, work)
    if is_structural(condition):
        for arm, kept in ((then, other), (other, then)):
            if arm and _gives_up(machine, arm, inner):
                return None, statements.todo(machine, kept, inner, work)
        if then and not other and is_nonempty(condition):
            return None, statements.todo(machine, then, inner, work)
    if leaves(then) or leaves(other):
        return _to_the_end(machine, condition, (then, other), inner, work), None
    _apart(machine, condition, (then, other), inner)
    return None, work


def leaves(nodes: Arm) -> bool:
    """Is there a way out of the function or of the loop around these statements?"""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node.type in _EXITS:
            return True
        if node.type not in _FUNCTIONS_AND_LOOPS:
            todo.extend(node.named_children)
    return False


def _gives_up(machine: "Machine", arm: Arm, frame: Frame) -> bool:
    if not leaves(arm):
        return False
    before, unknowns, written = machine.store, len(machine.unknowns), set(machine.written)
    machine.store = before.fork()
    outcome = statements.execute(machine, statements.todo(machine, arm, frame.inner(), None))
    after, machine.store = machine.store, before
    gave_up = outcome.exit != "end" and not _changed(before, after)
    # Either way the branch is forgotten: it is run again if it counts.
    del machine.unknowns[unknowns:]
    machine.written = written
    return gave_up


def _changed(before: Store, after: Store) -> bool:
    return any(after.get(slot) != before.get(slot) for slot in before.initial)


def _apart(machine: "Machine", condition: Expr, arms: tuple[Arm, Arm], frame: Frame) -> None:
    before = machine.store
    stores = []
    for arm in arms:
        machine.store = before.fork()
        statements.execute(machine, statements.todo(machine, arm, frame.inner(), None))
        stores.append(machine.store)
    machine.store = before
    before.join(condition, *stores)


def _to_the_end(
    machine: "Machine", condition: Expr, arms: tuple[Arm, Arm], frame: Frame, work: "Todo"
) -> "Outcome":
    before = machine.store
    stores, outcomes = [], []
    for arm in arms:
        machine.store = before.fork()
        outcomes.append(
            statements.execute(machine, statements.todo(machine, arm, frame.inner(), work))
        )
        stores.append(machine.store)
    machine.store = before
    before.join(condition, *stores)
    then, other = outcomes
    value = _joined(machine, condition, (then.value, other.value))
    # What leaves more counts: a loop whose body may return does not run for all elements.
    return statements.Outcome(max(then.exit, other.exit, key=_EXITS_BY_REACH.index), value)


def _joined(
    machine: "Machine", condition: Expr, values: tuple[Value | None, Value | None]
) -> Value | None:
    then, other = values
    if then is None or other is None:
        return then if then is not None else other
    return operators.chosen(machine, condition, then, other)
