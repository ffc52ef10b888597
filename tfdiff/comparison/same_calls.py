"""Statements that call the same op with the same arguments, however the call is written."""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from tfdiff.facts import OpCall, Region, Statement
from tfdiff.rules.pair import Change, Pair, RegionPair

SAME_CALL = "the same op is called with the same arguments"


def same_calls(pair: Pair) -> Pair:
    """The pair with the changes marked that only write the call of an op another way."""
    return pair.with_regions(tuple(_judged(pair, item) for item in pair.regions))


def _judged(pair: Pair, item: RegionPair) -> RegionPair:
    if not (item.old and item.new and item.region.kind == "method"):
        return item
    old, new = _within(pair.old.calls, item.old), _within(pair.new.calls, item.new)
    if not (old and new):
        return item
    changes = tuple(
        replace(change, harmless=SAME_CALL) if _same(change, old, new) else change
        for change in item.changes
    )
    return replace(item, changes=changes)


def _within(calls: Sequence[OpCall], region: Region) -> tuple[OpCall, ...]:
    span = region.span
    return tuple(
        call
        for call in calls
        if call.span.path == span.path and span.line <= call.span.line <= span.end_line
    )


def _same(change: Change, old: Sequence[OpCall], new: Sequence[OpCall]) -> bool:
    if not change.open or change.before is None or change.after is None:
        return False
    before, after = _called(change.before, old), _called(change.after, new)
    if not before or before != after:
        return False
    ops = {_plain(op) for op, _ in before}
    return _around(change.before.said, ops) == _around(change.after.said, ops) is not None


def _called(one: Statement, calls: Sequence[OpCall]) -> list[tuple[str, dict[str, str]]]:
    return [
        (call.op, dict(call.arguments))
        for call in calls
        if one.line <= call.span.line <= one.end_line
    ]


def _around(said: str, ops: set[str]) -> str | None:
    """A statement with the calls of these ops left out."""
    try:
        tree = ast.parse(said)
    except SyntaxError:
        return None
    return ast.dump(_LeaveOut(ops).visit(tree))


class _LeaveOut(ast.NodeTransformer):
    def __init__(self, ops: set[str]) -> None:
        self._ops = ops

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """The op's plain name, for a call of one of the ops."""
        name = _plain(ast.unparse(node.func).rpartition(".")[2])
        if name in self._ops:
            return ast.Name(name, ast.Load())
        self.generic_visit(node)
        return node


def _plain(name: str) -> str:
    """``ResourceApplyAdam`` and ``resource_apply_adam`` alike."""
    return re.sub(r"[\W_]", "", name).lower()
