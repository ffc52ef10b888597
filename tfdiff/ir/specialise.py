"""Putting into each arm of a choice what is known there: its own condition.

``f(c) if c else g(c)`` is ``f(True) if c else g(False)``. A gradient that is clipped by a norm of
``grad if touched else 0`` is, where it is touched, clipped by the norm of ``grad``.
"""

from collections.abc import Mapping

from tfdiff.ir.expr import Expr, Operation, Select, boolean, children, select
from tfdiff.ir.walk import ordered, rebuilt

Truths = frozenset[tuple[Expr, bool]]


def specialised(*roots: Expr) -> tuple[Expr, ...]:
    """The same values with conditions put in where they are known to hold or to fail.

    Recursive: not for graphs that are nested too deeply to walk.
    """
    asked = _asked(roots)
    if not any(asked.values()):
        return roots
    done: dict[tuple[Expr, Truths], Expr] = {}

    def put_in(node: Expr, known: Truths) -> Expr:
        known = frozenset(one for one in known if one[0] in asked[node])
        if (node, known) not in done:
            done[node, known] = build(node, known)
        return done[node, known]

    def build(node: Expr, known: Truths) -> Expr:
        for value in (True, False):
            if (node, value) in known:
                return boolean(value)
        if isinstance(node, Select):
            condition = put_in(node.condition, known)
            then = put_in(node.then, known | _following(node.condition, holds=True))
            other = put_in(node.other, known | _following(node.condition, holds=False))
            return select(condition, then, other)
        return rebuilt(node, tuple(put_in(child, known) for child in children(node)))

    return tuple(put_in(root, frozenset()) for root in roots)


def _following(condition: Expr, *, holds: bool) -> Truths:
    """What is known where a condition holds, or where it fails."""
    match condition:
        case Operation(op="not", args=(inner,)):
            return _following(inner, holds=not holds)
        case Operation(op="and" | "or" as op, args=args) if holds is (op == "and"):
            parts = (_following(part, holds=holds) for part in args)
            return frozenset().union(*parts, {(condition, holds)})
        case _:
            return frozenset({(condition, holds)})


def _asked(roots: tuple[Expr, ...]) -> Mapping[Expr, frozenset[Expr]]:
    """Of each node, the conditions at or below it that are asked for more than once."""
    nodes = ordered(roots)
    conditions = {
        known
        for node in nodes
        if isinstance(node, Select)
        for holds in (True, False)
        for known, _ in _following(node.condition, holds=holds)
    }
    asked: dict[Expr, frozenset[Expr]] = {}
    for node in nodes:
        below = frozenset().union(*(asked[child] for child in children(node)))
        asked[node] = below | {node} if node in conditions else below
    return asked
