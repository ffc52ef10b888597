"""Changes that only eager execution sees: with a graph, both sides say the same."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from tfdiff.comparison.differing import differing
from tfdiff.comparison.inlining import inlined
from tfdiff.facts import Statement
from tfdiff.rules.matching.topics import EAGER_ONLY
from tfdiff.rules.pair import Change

_TEST = "executing_eagerly"
_LEAVES = ("return", "raise", "continue", "break")

Side = Sequence[Statement]


def eager_only(
    changes: Sequence[Change],
    sides: tuple[Side, Side],
    tokens: Callable[[Statement], tuple[str, ...]],
) -> list[Change]:
    """The changes, with those marked by their topic that are none where nothing runs eagerly.

    Args:
        changes: of one region.
        sides: all statements of both sides.
        tokens: a statement's words.
    """
    if not any(_TEST in one.said for side in sides for one in side):
        return list(changes)
    old, new = (_in_graph_mode(side) for side in sides)
    left, right = tuple(one for one, _ in old), tuple(one for one, _ in new)
    found = inlined(tuple(differing(left, right, (1, 1), tokens)), left, right)
    origin = {id(view): id(one) for view, one in (*old, *new)}
    differ = {
        origin[id(one)]
        for change in found
        if not change.harmless
        for one in (change.before, change.after)
        if one is not None
    }
    changed = {id(one) for change in changes for one in (change.before, change.after)}
    if not differ <= changed:
        return list(changes)  # statements that graph mode sees in another order
    return [
        change
        if change.harmless or {id(change.before), id(change.after)} & differ
        else replace(change, topic=EAGER_ONLY)
        for change in changes
    ]


def _in_graph_mode(side: Side) -> list[tuple[Statement, Statement]]:
    """What runs of one side with a graph, each statement with the one it was."""
    gone: set[int] = set()
    lifted: dict[int, int | None] = {}
    said: dict[int, str] = {}
    for place, one in enumerate(side):
        if _TEST not in one.said or place in gone:
            continue
        view = _without_eager(one.said)
        if view == "if False:":
            gone |= _arm(side, place, taken=False)
            lifted[place] = one.parent
        elif view == "if True:":
            gone |= _arm(side, place, taken=True)
            lifted[place] = one.parent
        elif view is not None:
            said[place] = view
    return _rebuilt(side, gone, lifted, said)


def _arm(side: Side, head: int, *, taken: bool) -> set[int]:
    """The statements that go with the head of a branch: the arm that never runs among them."""
    inside = [k for k, one in enumerate(side) if one.parent == head]
    cut = next((k for k in inside if side[k].said == "else:"), None)
    end = next((k for k in reversed(inside) if side[k].said == "end"), head)
    body = [k for k in inside if k < (end if cut is None else cut)]
    other = [k for k in inside if cut is not None and cut < k < end]
    dead = _with_content(side, other if taken else body)
    gone = {head, end, *dead, *([cut] if cut is not None else [])}
    if taken and body and side[body[-1]].said.startswith(_LEAVES):
        after = (k for k in range(end + 1, len(side)) if side[k].parent == side[head].parent)
        rest = takewhile(lambda k: side[k].said not in {"end", "else:"}, after)
        gone |= _with_content(side, list(rest))
    return gone


def _with_content(side: Side, places: Sequence[int]) -> set[int]:
    found = set(places)
    for place, one in enumerate(side):
        if one.parent in found:
            found.add(place)
    return found


def _rebuilt(
    side: Side, gone: set[int], lifted: dict[int, int | None], said: dict[int, str]
) -> list[tuple[Statement, Statement]]:
    """What is left, with each parent where it stands now."""
    left: list[tuple[Statement, Statement]] = []
    moved: dict[int | None, int | None] = {None: None}
    for place, one in enumerate(side):
        if place in gone:
            continue
        parent = one.parent
        while parent in lifted:
            parent = lifted[parent]
        within = said.get(parent, side[parent].said) if parent is not None else ""
        view = one._replace(
            said=said.get(place, one.said), parent=moved.get(parent), within=within, guards=()
        )
        moved[place] = len(left)
        left.append((view, one))
    return left


def _without_eager(said: str) -> str | None:
    """What a statement says where nothing runs eagerly; None where that cannot be told."""
    head = said.startswith(("if ", "for ", "while ", "with ", "def ", "class "))
    try:
        tree = ast.parse(f"{said} pass" if head else said)
    except SyntaxError:
        return None
    view = ast.unparse(ast.fix_missing_locations(_Graph().visit(tree)))
    return view.partition("\n")[0] if head else view


class _Graph(ast.NodeTransformer):
    """Puts in that nothing runs eagerly, and leaves out what that decides."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return ast.Constant(value=False) if ast.unparse(node.func).endswith(_TEST) else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=bool(value))):
                return ast.Constant(value=not value)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        match node.test:
            case ast.Constant(value=bool(value)):
                return node.body if value else node.orelse
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        decides = isinstance(node.op, ast.Or)
        parts: list[ast.expr] = []
        for part in node.values:
            match part:
                case ast.Constant(value=bool(value)):
                    if value == decides:
                        return ast.Constant(value=decides)
                case _:
                    parts.append(part)
        if not parts:
            return ast.Constant(value=not decides)
        return parts[0] if len(parts) == 1 else ast.BoolOp(node.op, parts)
