"""Treating parts of expressions as unknown quantities.

What holds for any value of a part holds for the part. A clipped gradient that both rules share
need not be looked into to prove the rest equal, nor to see that its square has a sign.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
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
from tfdiff.ir.walk import ordered, replaced, symbols

PIECEWISE: Final = frozenset({"abs", "sign", "max", "min"})
POSITIVE_CALLS: Final = frozenset({"sqrt", "rsqrt", "square", "abs", "exp"})
EFFORT: Final = 20_000
MARK: Final = "\N{SECTION SIGN}"
_MARKED: Final = re.compile(rf"{MARK}\d+")
DEEPEST: Final = 60


@dataclass(frozen=True, slots=True)
class General:
    """Two expressions in which parts that they share are unknown quantities.

    Attributes:
        domain: with what is known of those quantities' signs.
        parts: name of a quantity -> the part.
    """

    old: Expr
    new: Expr
    domain: Domain
    parts: Mapping[str, Expr]

    def said(self, assumption: str, domain: Domain) -> tuple[str, ...]:
        """An assumption about the quantities as one about the parts.

        Args:
            assumption: what was taken for granted.
            domain: which values the symbols take; a part has its sign because of theirs.
        """
        marks = _MARKED.findall(assumption)
        if marks and assumption == self.domain.phrase(marks[0]):
            phrases = map(domain.phrase, symbols([self.parts[marks[0]]]))
            return tuple(phrase for phrase in phrases if phrase)
        return (_MARKED.sub(lambda mark: self._shown(mark, assumption), assumption),)

    def _shown(self, mark: re.Match[str], around: str) -> str:
        shown = text(self.parts[mark[0]])
        alone = around.startswith(f"{mark[0]} ")
        return shown if alone else f"({shown})"


def generalised(old: Expr, new: Expr, domain: Domain) -> General | None:
    """Both sides with the piecewise parts that they share as unknown quantities.

    None where they share no such part.
    """
    return _freed(old, new, domain, _shared(old, new) & _piecewise([old, new]))


def bare(old: Expr, new: Expr, domain: Domain) -> General | None:
    """Both sides with everything that they share as unknown quantities.

    None where they share nothing but symbols and numbers.
    """
    return _freed(old, new, domain, {node for node in _shared(old, new) if children(node)})


def _shared(old: Expr, new: Expr) -> set[Expr]:
    mine = set(ordered([old]))
    return {node for node in ordered([new]) if node in mine} - {old, new}


def _freed(old: Expr, new: Expr, domain: Domain, shared: Collection[Expr]) -> General | None:
    inner = _maximal([old, new], shared)
    if not inner:
        return None
    names = _named(inner)
    kinds: dict[str, Kind] = {
        names[node].name: "positive" if above_zero(node, domain) else "nonnegative"
        for node in inner
        if at_least_zero(node, domain)
    }
    done = replaced([old, new], dict(names))
    parts = {name.name: node for node, name in names.items()}
    return General(done[old], done[new], domain.having(kinds), parts)


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


def above_zero(value: Expr, domain: Domain, depth: int = 0) -> bool:
    """Whether an expression is shown to be more than zero on the whole domain, cheaply."""
    if depth > DEEPEST:
        return False
    match value:
        case Select(_, then, other):
            shown = [above_zero(arm, domain, depth + 1) for arm in (then, other)]
            return all(shown)
        case Call(function="max" | "min" as function, args=args):
            shown = [above_zero(part, domain, depth + 1) for part in args]
            return any(shown) if function == "max" else all(shown)
        case Operation(op="add", args=args):
            shown = [above_zero(part, domain, depth + 1) for part in args]
            return any(shown) and at_least_zero(value, domain, depth + 1)
        case Operation(op="mul" | "div", args=args) | Call(function="sqrt", args=args):
            shown = [above_zero(part, domain, depth + 1) for part in args]
            return all(shown)
        case _:
            return _polynomial(value, domain, depth, NEGATIVE | ZERO)


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
    """A symbol for each node, of a name that nothing else has."""
    names: dict[Expr, Symbol] = {}
    for index, node in enumerate(nodes, start=1):
        made = symbol(f"{MARK}{index}")
        if isinstance(made, Symbol):
            names[node] = made
    return names
