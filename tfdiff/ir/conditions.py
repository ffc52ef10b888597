"""The condition of a conditional verdict: the guards outside of which rules are the same."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.decision import StateDecision
from tfdiff.ir.expr import Expr
from tfdiff.ir.guards import (
    Frame,
    Guard,
    data_guards,
    joined,
    may_fail,
    off_by_default,
    plausible,
    setting_guards,
    special_guards,
)
from tfdiff.ir.refute import Search, differs_at, searched
from tfdiff.ir.rungs import SAME_OPERATIONS, unrefuted
from tfdiff.ir.sampling import points

MOST_GUARDS: Final = 24
OUTSIDE: Final = 256  # points at which a guard is tried


def condition_of(
    old: Expr, new: Expr, frame: Frame, search: Search
) -> tuple[Guard, StateDecision] | None:
    """The guards outside of which two values are the same, joined; None if there is none.

    Args:
        old: one value.
        new: the other.
        frame: where they were compared.
        search: what refuted them.

    Returns:
        The guard, and why the values are the same outside of it.
    """
    roots = old, new
    apart = search.apart.copy()
    apart[search.row] = True

    @cache
    def confirmed(row: int) -> bool:
        return differs_at(roots[0], roots[1], frame.points, row)

    def works(guard: Guard) -> StateDecision | None:
        if not plausible(guard, apart, confirmed):
            return None
        outside = _outside(roots, guard, frame)
        return outside if outside.verdict in {"identical", "equal"} else None

    def alone(guards: Iterable[Guard]) -> list[tuple[Guard, StateDecision]]:
        fitting = (guard for guard in guards if may_fail(guard, search.valid))
        tried = ((guard, works(guard)) for guard in fitting)
        return [(guard, outside) for guard, outside in tried if outside is not None]

    asked = alone(setting_guards(roots, frame))
    of_rows = asked and all(guard.of_rows for guard, _ in asked)
    if of_rows or not asked:  # rows matter more where an option must be set as well
        special = alone(special_guards(roots, frame))
        asked += [(guard, outside) for guard, outside in special if not (of_rows and guard.default)]
    if asked:
        return _together(asked)
    optional = [guard for guard in off_by_default(roots, frame) if may_fail(guard, search.valid)]
    several = _fewest(optional, works)
    # conditions may exclude each other: somewhere all of them must fail
    if several is not None and may_fail(several[0], search.valid):
        return several
    working = alone(data_guards(roots, frame))
    return _together(working) if working else None


def _together(working: list[tuple[Guard, StateDecision]]) -> tuple[Guard, StateDecision]:
    """Guards each of which is enough: rules can differ only where all of them hold."""
    first, outside = working[0]
    shown = " and ".join(dict.fromkeys(guard.text for guard, _ in working))
    default = all(guard.default for guard, _ in working)
    return replace(first, text=shown, default=default), outside


def _fewest(
    candidates: Sequence[Guard], works: Callable[[Guard], StateDecision | None]
) -> tuple[Guard, StateDecision] | None:
    """Guards that are enough only together, and none of which can be left out."""
    if not 1 < len(candidates) <= MOST_GUARDS:
        return None
    needed = list(candidates)
    outside = works(joined(needed))
    if outside is None:
        return None
    for guard in reversed(candidates):  # conditions that the rules ask themselves stay longest
        fewer = [one for one in needed if one is not guard]
        still = works(joined(fewer)) if fewer else None
        if still is not None:
            needed, outside = fewer, still
    return joined(needed), outside


def _outside(roots: tuple[Expr, Expr], guard: Guard, frame: Frame) -> StateDecision:
    name = "outside"
    states = guard.outside((("old", roots[0]), ("new", roots[1])))
    forms = Canonical()
    old, new = (forms.form(value) for _, value in states)
    if old is new:
        return StateDecision(name, "identical", "proved", SAME_OPERATIONS)
    drawn = points([old, new], frame.domain, frame.settings, count=OUTSIDE)
    search = searched(old, new, drawn)
    if search.row is not None:
        return StateDecision(name, "differs", "proved", "")
    return unrefuted(name, old, new, search, frame.domain)
