"""Formulas in the notation of each format."""

from html import escape

from tfdiff.ir import show
from tfdiff.ir.expr import Call, Expr, Operation, Select, children
from tfdiff.ir.text import TextNotation

States = tuple[tuple[str, Expr], ...]


def text(expr: Expr) -> str:
    """A formula as plain text."""
    return show.text(expr)


def latex(expr: Expr) -> str:
    """A formula as LaTeX."""
    return show.text(expr)


def mathml_steps(states: States, marked: frozenset[Expr]) -> tuple[show.Step, ...]:
    """A rule as lines of MathML, in an order in which each can use the results before it."""
    return tuple(
        show.Step(
            s.state,
            f"<mtext>{escape(s.target)}</mtext>",
            f"<mtext>{escape(s.value)}</mtext>",
            s.changed,
        )
        for s in show.steps(states, TextNotation(), marked)
    )


def changed(old: States, new: States) -> tuple[frozenset[Expr], frozenset[Expr]]:
    """The smallest terms of each side that the other side writes otherwise."""
    before, after = dict(old), dict(new)
    found: tuple[set[Expr], set[Expr]] = (set(), set())
    pending = [(before[name], after[name]) for name in before if name in after]
    found[0].update(value for name, value in old if name not in after)
    found[1].update(value for name, value in new if name not in before)
    seen: set[tuple[Expr, Expr]] = set()
    while pending:
        pair = pending.pop()
        one, other = pair
        if one is other or pair in seen:
            continue
        seen.add(pair)
        if _kind(one) is not None and _kind(one) == _kind(other):
            pending.extend(_paired(one, other))
        else:
            found[0].add(one)
            found[1].add(other)
    return frozenset(found[0]), frozenset(found[1])


def _kind(node: Expr) -> object:
    """What two nodes must share for their difference to lie below them."""
    match node:
        case Operation(op=name, args=args) | Call(function=name, args=args):
            return name, len(args)
        case Select():
            return "select"
        case _:
            return None


def _paired(one: Expr, other: Expr) -> list[tuple[Expr, Expr]]:
    """Operands that belong together: sums and products may have theirs swapped."""
    old, new = children(one), children(other)
    swapped = tuple(reversed(new))
    commutes = isinstance(one, Operation) and one.op in {"add", "mul"}
    if commutes and any(left is right for left, right in zip(old, swapped, strict=True)):
        new = swapped
    return list(zip(old, new, strict=True))
