"""Finding parts that two expressions write differently, so that each is proved equal only once.

A clipped gradient that two rules write differently stands in many places of both. Proved equal
once, it is one and the same part from then on, and what remains is often the same graph. Which
parts to try is told by their values at some points, and the smallest are tried first. Only
sameness is ever concluded: parts that cannot be proved equal say nothing about the whole.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.domain import Domain
from tfdiff.ir.evaluate import compiled
from tfdiff.ir.expr import COMPARISONS, LOGIC, Boolean, Expr, Operation, Symbol, children
from tfdiff.ir.sampling import rows
from tfdiff.ir.stand_ins import with_stand_ins
from tfdiff.ir.walk import ordered, rebuilt, symbols

ROWS: Final = 48
NEAR: Final = 1e-7  # relative difference that rounding explains
FAILURES: Final = 2  # parts that look the same and cannot be proved: the rest is as hard
CANDIDATES: Final = 3
Equal = Callable[[Expr, Expr], tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Merged:
    """One side with parts of the other put in, and what that takes for granted."""

    value: Expr
    assumptions: frozenset[str]


def merged(old: Expr, new: Expr, domain: Domain, equal: Equal) -> Merged:
    """The new side with those parts put in that the old side has for the same.

    Args:
        old: one side, canonical.
        new: the other, canonical.
        domain: which values the symbols take.
        equal: tries to prove two parts equal; what that takes for granted, None if it fails.
    """
    forms = Canonical()
    known = ordered([old])
    own = ordered([new], set(known))
    alike = _alike(known, own, domain)
    there, shared = set(known), set(known) & set(ordered([new]))
    usual = {domain.phrase(name) for name in symbols([old, new])}
    result: dict[Expr, Expr] = {}
    said: set[str] = set()
    failures = 0
    for node in own:
        made = forms.form(rebuilt(node, tuple(result.get(part, part) for part in children(node))))
        result[node] = made
        likes = [like for like in alike.get(node, ()) if _fits(like, node, shared)]
        if made in there or node is new or not likes or failures == FAILURES:
            continue
        found = _best(made, likes, usual, equal)
        if found is None:
            failures += 1
        else:
            result[node] = found[0]
            said.update(found[1])
    return Merged(result.get(new, new), frozenset(said))


def _fits(like: Expr, node: Expr, shared: Container[Expr]) -> bool:
    """Whether a part of the old side may stand for one of the new.

    What the new side has elsewhere as well would be mixed with what it stands beside there.
    """
    return like not in shared or like in ordered([node])


def _best(
    node: Expr, likes: Sequence[Expr], usual: Container[str | None], equal: Equal
) -> tuple[Expr, tuple[str, ...]] | None:
    """An equal part: the first that takes only the usual for granted, else the least."""
    proved: list[tuple[Expr, tuple[str, ...]]] = []
    size = len(ordered([node]))
    likes = sorted(likes, key=lambda like: abs(len(ordered([like])) - size))
    for like in likes[:CANDIDATES]:
        assumptions = equal(like, node)
        if assumptions is not None:
            proved.append((like, assumptions))
            if all(one in usual for one in assumptions):
                break
    return min(reversed(proved), key=lambda pair: len(pair[1]), default=None)


def _alike(
    there: Sequence[Expr], own: Sequence[Expr], domain: Domain
) -> Mapping[Expr, Sequence[Expr]]:
    """Of each of our own nodes, the nodes over there that have its value at all points."""
    left, right = ([node for node in nodes if _is_number(node, domain)] for nodes in (there, own))
    if not left or not right:
        return {}
    values = _values([*left, *right], domain)
    theirs, ours = values[: len(left)], values[len(left) :]
    found: dict[Expr, Sequence[Expr]] = {}
    for node, row in zip(right, ours, strict=True):
        scale = np.maximum(np.abs(theirs), np.abs(row))
        differ = np.abs(theirs - row) > NEAR * scale  # not where one has no value
        finite = np.isfinite(theirs) & np.isfinite(row)
        near = ~differ.any(axis=1) & (finite.sum(axis=1) > ROWS // 2)
        if near.any():
            found[node] = [left[place] for place in np.flatnonzero(near)]
    return found


def _values(nodes: Sequence[Expr], domain: Domain) -> npt.NDArray[np.float64]:
    """Nodes x points; NaN where a node has no value."""
    columns = rows(nodes, domain, ROWS)
    meant = with_stand_ins(nodes)
    program = compiled(tuple((str(place), meant[node]) for place, node in enumerate(nodes)))
    values = np.empty((len(nodes), ROWS))
    with np.errstate(all="ignore"):
        results = program.step(program.start({}, np.float64), columns)
    for place in range(len(nodes)):
        values[place] = results[str(place)]
    values[~np.isfinite(values)] = np.nan
    return values


def _is_number(node: Expr, domain: Domain) -> bool:
    match node:
        case Operation(op=op):
            return op not in COMPARISONS | LOGIC
        case Symbol(name=name):
            return domain.kind(name) != "boolean"
        case _:
            return not isinstance(node, Boolean)
