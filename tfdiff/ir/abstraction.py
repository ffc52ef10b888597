"""Treating parts of expressions as unknown quantities.

What holds for any value of a part holds for the part. A clipped gradient that both rules share
need not be looked into to prove the rest equal, nor to see that its square has a sign.
"""

from collections.abc import Collection, Iterable
from typing import Final

from tfdiff.ir.domain import Domain, Kind
from tfdiff.ir.expr import (
    COMPARISONS,
    FUNCTIONS,
    LOGIC,
    Call,
    Expr,
    Number,
    Operation,
    Select,
    Symbol,
    children,
    number,
    operation,
    symbol,
)
from tfdiff.ir.field import Field, NotProvable, OutOfWork, Work
from tfdiff.ir.interpret import AskTruth, Interpreter
from tfdiff.ir.masks import NEGATIVE, ZERO, multiplied
from tfdiff.ir.show import text
from tfdiff.ir.signs import Signs, Split
from tfdiff.ir.walk import ordered, replaced

PIECEWISE: Final = frozenset({"abs", "sign", "max", "min"})
POSITIVE_CALLS: Final = frozenset({"sqrt", "rsqrt", "square", "abs", "exp"})
EFFORT: Final = 20_000
LONGEST: Final = 60  # characters of a part's text that serve as its name
DEEPEST: Final = 60


def generalised(old: Expr, new: Expr, domain: Domain) -> tuple[Expr, Expr, Domain] | None:
    """Both sides with the piecewise parts that they share as unknown quantities.

    None where they share no such part.
    """
    mine = set(ordered([old]))
    shared = {node for node in ordered([new]) if node in mine} - {old, new}
    inner = _maximal([old, new], shared & _piecewise([old, new]))
    if not inner:
        return None
    names = _named(inner)
    kinds: dict[str, Kind] = {
        names[node].name: "nonnegative" for node in inner if at_least_zero(node, domain)
    }
    done = replaced([old, new], dict(names))
    return done[old], done[new], domain.having(kinds)


def at_least_zero(value: Expr, domain: Domain, depth: int = 0) -> bool:
    """Whether an expression is shown to be at least zero on the whole domain, cheaply."""
    if depth > DEEPEST:
        return False
    match value:
        case Select(_, then, other):
            shown = [at_least_zero(arm, domain, depth + 1) for arm in (then, other)]
            return all(shown)
        case Call(function="max" | "min" as function, args=args):
            shown = [at_least_zero(part, domain, depth + 1) for part in args]
            return any(shown) if function == "max" else all(shown)
        case Operation(op="add", args=args) if depth < DEEPEST:
            shown = [at_least_zero(part, domain, depth + 1) for part in args]
            # a square among them is lost where it is multiplied out
            return all(shown) or _polynomial(value, domain, depth, NEGATIVE)
        case _:
            return _is_square(value) or _polynomial(value, domain, depth, NEGATIVE)


def _is_square(value: Expr) -> bool:
    """Whether it is a square, or a function that is never negative."""
    match value:
        case Operation(op="mul", args=(left, right)):
            return left is right
        case Call(function=function):
            return function in POSITIVE_CALLS
        case _:
            return False


def below_one(value: Expr, domain: Domain, depth: int = 0) -> bool:
    """Whether an expression is shown to be less than one on the whole domain, cheaply."""
    if isinstance(value, Select) and depth < DEEPEST:
        return all(below_one(arm, domain, depth + 1) for arm in (value.then, value.other))
    rest = operation("sub", number(1), value)
    return _polynomial(rest, domain, depth, NEGATIVE | ZERO)


def _polynomial(value: Expr, domain: Domain, depth: int, excluded: int) -> bool:
    """Whether signs of terms and factors exclude some signs, piecewise parts being unknown."""
    if not isinstance(value, Operation | Symbol | Number):
        return False
    inner = _maximal([value], _piecewise([value]) - _arithmetic([value]))
    names = _named(inner)
    kinds: dict[str, Kind] = {
        names[node].name: "nonnegative" for node in inner if at_least_zero(node, domain, depth + 1)
    }
    plain = replaced([value], dict(names))[value]
    field = Field(len(ordered([plain])) + 4, Work(EFFORT))
    signs = Signs(field, domain.having(kinds))
    try:
        element = Interpreter(field, signs).value(plain)
        mask = multiplied(signs.of_factors(element.num), signs.of_factors(element.den))
    except (Split, AskTruth, NotProvable, OutOfWork):
        return False
    return not mask & excluded


def _arithmetic(roots: Iterable[Expr]) -> set[Expr]:
    return {node for node in ordered(roots) if isinstance(node, Operation)}


def _piecewise(roots: Iterable[Expr]) -> set[Expr]:
    """Nodes at or below which there is a choice."""
    found: set[Expr] = set()
    for node in ordered(roots):
        own = isinstance(node, Select) or (isinstance(node, Call) and node.function in PIECEWISE)
        unknown = isinstance(node, Call) and node.function not in FUNCTIONS
        if own or unknown or any(child in found for child in children(node)):
            found.add(node)
    return found


def _maximal(roots: Iterable[Expr], wanted: Collection[Expr]) -> tuple[Expr, ...]:
    """The wanted nodes that are met first from the roots; conditions are not looked at."""
    found: dict[Expr, None] = {}
    seen: set[Expr] = set()
    pending = list(roots)
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in wanted and not _is_truth(node):
            found[node] = None
        else:
            pending.extend(children(node))
    return tuple(found)


def _is_truth(node: Expr) -> bool:
    return isinstance(node, Operation) and node.op in COMPARISONS | LOGIC


def _named(nodes: Iterable[Expr]) -> dict[Expr, Symbol]:
    """A symbol for each node, named by its text as far as that is short."""
    names: dict[Expr, Symbol] = {}
    for index, node in enumerate(nodes, start=1):
        shown = text(node)
        made = symbol(shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}... ({index})")
        if isinstance(made, Symbol):
            names[node] = made
    return names
