"""Which terms of two rules differ: for marking them side by side."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.expr import Call, Expr, Operation, Select, children, symbol
from tfdiff.ir.walk import States, ordered

Pair = tuple[Expr | None, Expr | None]
Part = tuple[bool, Expr]  # whether it is subtracted (or divided by), and what it is
SUMS: Final = frozenset({"add", "sub"})
PRODUCTS: Final = frozenset({"mul", "div"})


@dataclass(frozen=True, slots=True)
class Changed:
    """The terms of each rule that the other does not have at that place.

    Attributes:
        old, new: terms to be marked.
        pairs: (old term, new term), as small as they can be; None where a sum or a product
            has a part more than the other.
    """

    old: frozenset[Expr]
    new: frozenset[Expr]
    pairs: tuple[Pair, ...]


def changed_terms(old: States, new: States, agreed: Collection[str] = ()) -> Changed:
    """The smallest terms that differ between two rules, state by state.

    Terms that carry out the same operations are the same, however they are written. Where two
    nodes are of the same kind, the search goes on inside them; sums and products are matched
    part by part, in any order. A bare symbol or number is marked together with the term around
    it, because it stands in other places as well.

    Args:
        old: one rule.
        new: the other.
        agreed: states that were found to be identical or equal; they count as the same.
    """
    target = dict(new)
    forms = Canonical()
    for name, value in old:
        if name in agreed and name in target:
            forms.equate(symbol(f"{name}'"), (value, target[name]))
    pairs: dict[Pair, None] = {}
    marks: tuple[set[Expr], set[Expr]] = set(), set()
    leaves = {value for states in (old, new) for name, value in states if name in agreed}
    done: set[tuple[Pair, Pair]] = set()
    pending: list[tuple[Pair, Pair]] = [
        ((value, target[name]), (None, None)) for name, value in old if name in target
    ]
    pending.reverse()
    while pending:
        pair, around = pending.pop()
        left, right = pair
        if (pair, around) in done:
            continue
        done.add((pair, around))
        inner: list[Pair] = []
        if left is not None and right is not None:
            if forms.form(left) is forms.form(right):
                continue
            inner = _inside(left, right, forms)
        if inner:
            pending.extend((part, pair) for part in reversed(inner))
            continue
        pairs[pair] = None
        for marked, node, outer in zip(marks, pair, around, strict=True):
            if node is not None:
                small = node in leaves or not children(node)
                marked.add(outer if small and outer is not None else node)
    return Changed(_outermost(marks[0]), _outermost(marks[1]), tuple(pairs))


def _outermost(marked: set[Expr]) -> frozenset[Expr]:
    """Marks that do not stand inside another mark."""
    inside = {part for node in marked for part in ordered(children(node))}
    return frozenset(marked - inside)


def _inside(left: Expr, right: Expr, forms: Canonical) -> list[Pair]:
    """Smaller pairs that account for the difference; none where the nodes themselves differ."""
    for chain, parts in ((SUMS, _terms), (PRODUCTS, _factors)):
        if _is(left, chain) or _is(right, chain):
            return _matched(left, right, parts, forms)
    if _alike(left, right):
        return list(zip(children(left), children(right), strict=True))
    return []


def _is(node: Expr, operations: frozenset[str]) -> bool:
    return isinstance(node, Operation) and node.op in operations


def _alike(left: Expr, right: Expr) -> bool:
    match left, right:
        case (Operation(op=one), Operation(op=other)) | (Call(function=one), Call(function=other)):
            return one == other and len(children(left)) == len(children(right))
        case Select(), Select():
            return True
        case _:
            return False


def _matched(
    left: Expr, right: Expr, parts: Callable[[Expr], Iterator[Part]], forms: Canonical
) -> list[Pair]:
    mine, other = list(parts(left)), list(parts(right))
    count = len(mine) + len(other)
    for part in tuple(mine):
        same = next((one for one in other if _same(part, one, forms)), None)
        if same is not None:
            mine.remove(part)
            other.remove(same)
    if len(mine) + len(other) == count and (len(mine) == 1 or len(other) == 1):
        return []  # nothing in common: the whole differs
    found: list[Pair] = []
    while mine and other:
        best = max(
            ((one, two) for one in mine for two in other),
            key=lambda pair: (pair[0][0] == pair[1][0], _likeness(pair[0][1], pair[1][1])),
        )
        mine.remove(best[0])
        other.remove(best[1])
        if best[0][0] != best[1][0] and best[0][1] is best[1][1]:
            return []  # a sign was turned
        found.append((best[0][1], best[1][1]))
    found += [(part, None) for _, part in mine]
    found += [(None, part) for _, part in other]
    return [pair for pair in found if pair != (left, right)]


def _same(one: Part, other: Part, forms: Canonical) -> bool:
    return one[0] == other[0] and forms.form(one[1]) is forms.form(other[1])


def _terms(node: Expr) -> Iterator[Part]:
    """The parts of a sum, in written order."""
    pending: list[Part] = [(False, node)]
    while pending:
        turned, part = pending.pop()
        match part:
            case Operation(op="add", args=(first, second)):
                pending += [(turned, second), (turned, first)]
            case Operation(op="sub", args=(first, second)):
                pending += [(not turned, second), (turned, first)]
            case Operation(op="neg", args=(first,)):
                pending.append((not turned, first))
            case _:
                yield turned, part


def _factors(node: Expr) -> Iterator[Part]:
    """The parts of a product, in written order."""
    pending: list[Part] = [(False, node)]
    while pending:
        turned, part = pending.pop()
        match part:
            case Operation(op="mul", args=(first, second)):
                pending += [(turned, second), (turned, first)]
            case Operation(op="div", args=(first, second)):
                pending += [(not turned, second), (turned, first)]
            case _:
                yield turned, part


def _likeness(left: Expr, right: Expr) -> float:
    """Share of nodes that two terms have in common, with a bonus for the same kind."""
    mine, other = set(ordered([left])), set(ordered([right]))
    return len(mine & other) / len(mine | other) + _alike(left, right) / 2
