"""Locals that one side has and the other writes out: the same expression with a name or without."""

import ast
from collections.abc import Sequence
from dataclasses import replace

from tfdiff.facts import Statement
from tfdiff.rules.pair import Change

INLINED = "an expression was given a local name, or written out"


def inlined(
    changes: Sequence[Change], left: Sequence[Statement], right: Sequence[Statement]
) -> list[Change]:
    """The changes with those marked that only name an expression, or no longer name it.

    Args:
        changes: of one region.
        left: all statements of the old side.
        right: all statements of the new side.
    """
    found = list(changes)
    for place, change in enumerate(found):
        one = change.before or change.after
        if change.harmless or (change.before and change.after) or one is None:
            continue
        named = _named(one)
        if named is None:
            continue
        users = [
            k
            for k, other in enumerate(found)
            if k != place and not other.harmless and _uses(other, named[0], old=bool(change.before))
        ]
        side = left if change.before else right
        uses = [found[k].before if change.before else found[k].after for k in users]
        if any(use is not None and _rebound(one, use, side) for use in uses):
            continue
        if users and all(_same(found[k], named, old=bool(change.before)) for k in users):
            for k in (place, *users):
                found[k] = replace(found[k], harmless=INLINED)
    return _split(found)


def _split(changes: list[Change]) -> list[Change]:
    """``self.x = f()`` stands against ``x = f()``, which the next statement puts there."""
    for place, change in enumerate(changes):
        if change.harmless or change.before is None or change.after is None:
            continue
        for old in (True, False):
            named = _named(change.before if old else change.after)
            users = [
                k
                for k, other in enumerate(changes)
                if named
                and not other.harmless
                and (other.after if old else other.before) is None
                and _uses(other, named[0], old=old)
            ]
            if named is None or len(users) != 1:
                continue
            user = changes[users[0]]
            whole = (
                replace(user, after=change.after) if old else replace(user, before=change.before)
            )
            if _same(whole, named, old=old):
                for k in (place, users[0]):
                    changes[k] = replace(changes[k], harmless=INLINED)
                break
    return changes


def _named(one: Statement) -> tuple[str, ast.expr] | None:
    """``name = expression``, of one local name."""
    tree = _parsed(one.said)
    match tree:
        case ast.Module(body=[ast.Assign(targets=[ast.Name(id=name)], value=value)]):
            return name, value
    return None


def _rebound(one: Statement, use: Statement, side: Sequence[Statement]) -> bool:
    """Whether something that the expression reads has another value where the name is used."""
    between = (other for other in side if one.line < other.line < use.line)
    return any(set(other.binds) & {*one.reads, *one.binds} for other in between)


def _uses(change: Change, name: str, *, old: bool) -> bool:
    one = change.before if old else change.after
    return one is not None and name in one.reads


def _same(change: Change, named: tuple[str, ast.expr], *, old: bool) -> bool:
    """Whether the two sides of a change say the same once the expression is written out."""
    if change.before is None or change.after is None:
        return False
    with_name, without = (change.before, change.after) if old else (change.after, change.before)
    tree = _parsed(with_name.said)
    other = _parsed(without.said)
    if tree is None or other is None:
        return False
    written_out = _Substitute(*named).visit(tree)
    return ast.dump(written_out) == ast.dump(other)


class _Substitute(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self._name = name
        self._value = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._value if node.id == self._name and isinstance(node.ctx, ast.Load) else node


def _parsed(said: str) -> ast.Module | None:
    head = said.startswith(("if ", "for ", "while ", "with "))
    try:
        return ast.parse(f"{said} pass" if head else said)
    except SyntaxError:
        return None  # what has no counterpart by itself: ``else:``, ``end``
