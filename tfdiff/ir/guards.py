"""Guards: conditions outside of which two rules may turn out to be the same.

A guard is a truth (``use_nesterov``), a condition that a rule asks (``abs(grad) > clip``), or
a hyperparameter's distance from a telling value (``momentum != 0``).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from tfdiff.ir.domain import Domain, Kind
from tfdiff.ir.evaluate import compiled
from tfdiff.ir.expr import (
    COMPARISONS,
    Boolean,
    Expr,
    Number,
    Operation,
    boolean,
    number,
    operation,
    symbol,
)
from tfdiff.ir.occurrences import REPEATED
from tfdiff.ir.sampling import Points
from tfdiff.ir.show import text
from tfdiff.ir.switches import conditions
from tfdiff.ir.truths import by_default
from tfdiff.ir.walk import States, numbers, replaced_states, symbols

OPPOSITE = {"lt": "ge", "ge": "lt", "le": "gt", "gt": "le", "eq": "ne", "ne": "eq"}
MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}
TOUCHED = symbol("touched")
_OF_ROWS = frozenset({TOUCHED, symbol(REPEATED)})
LONGEST = 120  # characters of a condition
ASKED = 6  # rows that speak against a guard and are looked at in balls
ENOUGH = 8  # rows on each side of a guard


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition, and what becomes of a rule where it does not hold.

    Attributes:
        text: the guard as people write it.
        off: nodes and what they are where the guard does not hold.
        holds: per row of the points, whether the guard holds.
        default: whether it holds for users who pass nothing; where no default is known, a
            truth is taken to be off and a number not to have the telling value.
    """

    text: str
    off: Mapping[Expr, Expr]
    holds: npt.NDArray[np.bool_] = field(compare=False)
    default: bool

    @property
    def of_rows(self) -> bool:
        """Whether it is about the rows of a sparse gradient, which no argument decides."""
        return not _OF_ROWS.isdisjoint(self.off)

    def outside(self, states: States) -> States:
        """The rule where the guard does not hold."""
        return replaced_states(states, self.off)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a comparison works within.

    Attributes:
        points: where the rules were compared.
        domain: which values the symbols take.
        settings: values of hyperparameters that users have if they pass nothing.
        data: names of states, gradients and the like: everything but hyperparameters.
        unread: those that stand for what was not read, of which no condition can be made.
    """

    points: Points
    domain: Domain
    settings: Mapping[str, float | bool]
    data: frozenset[str]
    unread: frozenset[str] = frozenset()


def setting_guards(roots: Iterable[Expr], frame: Frame) -> Iterable[Guard]:
    """Guards made of the conditions that the rules ask of hyperparameters."""
    return _asked(roots, frame, of_data=False)


def data_guards(roots: Iterable[Expr], frame: Frame) -> Iterable[Guard]:
    """Guards made of the conditions that the rules ask of states and gradients."""
    return _asked(roots, frame, of_data=True)


def _asked(roots: Iterable[Expr], frame: Frame, *, of_data: bool) -> Iterable[Guard]:
    for condition in conditions(roots):
        on_data = not frame.data.isdisjoint(symbols([condition]))
        if isinstance(condition, Boolean) or on_data != of_data:
            continue
        if not frame.unread.isdisjoint(symbols([condition])):
            continue
        holds = _truth(condition, frame.points)
        for truth in (True, False):
            if on_data and _exceptional(condition, failing=truth):
                continue  # "outside" would be a single value of the data
            if condition is TOUCHED and truth:
                continue  # a sparse gradient always touches some rows
            shown = _condition_text(condition, holds=truth)
            if len(shown) > LONGEST:
                continue  # nobody can read it
            yield Guard(
                shown,
                {condition: boolean(not truth)},
                holds if truth else ~holds,
                by_default(condition, frame.settings) is truth,
            )


def special_guards(roots: Iterable[Expr], frame: Frame) -> Iterable[Guard]:
    """Guards of the form ``momentum != 0``: 0, 1, defaults, and the rules' own constants."""
    roots = tuple(roots)
    constants = {Fraction(0), Fraction(1), *numbers(roots)}
    for name in symbols(roots):
        kind = frame.domain.kind(name)
        if name in frame.data or kind == "boolean":
            continue
        setting = frame.settings.get(name)
        known = None if setting is None else Fraction(repr(float(setting)))
        column = frame.points.columns[name].astype(np.float64)
        for value in sorted(constants if known is None else {*constants, known}):
            if _allowed(kind, value):
                yield Guard(
                    f"{name} != {text(number(value))}",
                    {symbol(name): number(value)},
                    column != float(value),
                    known != value,
                )


def off_by_default(roots: Iterable[Expr], frame: Frame) -> tuple[Guard, ...]:
    """Guards that do not hold for users who pass nothing, at most one for each condition.

    Those that no argument decides come last.
    """
    roots = tuple(roots)
    found: dict[Expr, Guard] = {}
    for guard in (*setting_guards(roots, frame), *special_guards(roots, frame)):
        asked = next(iter(guard.off))
        negated = isinstance(asked, Operation) and asked.op == "not"
        if not (guard.default or negated):  # what is negated is asked by itself as well
            found.setdefault(asked, guard)
    return tuple(sorted(found.values(), key=lambda guard: guard.of_rows))


def joined(guards: Iterable[Guard]) -> Guard:
    """The guard that holds where one of these does."""
    guards = tuple(guards)
    off = {node: value for guard in guards for node, value in guard.off.items()}
    holds = np.logical_or.reduce([guard.holds for guard in guards])
    shown = " or ".join(dict.fromkeys(guard.text for guard in guards))
    return Guard(shown, off, holds, all(guard.default for guard in guards))


def may_fail(guard: Guard, valid: npt.NDArray[np.bool_]) -> bool:
    """Whether a guard fails at enough of the points at which both rules have a value."""
    return int(np.count_nonzero(valid & ~guard.holds)) >= ENOUGH


def plausible(guard: Guard, apart: npt.NDArray[np.bool_], confirmed: Callable[[int], bool]) -> bool:
    """Whether a guard holds wherever results differ.

    Args:
        guard: the guard.
        apart: rows at which doubles saw a difference, which may be their own rounding.
        confirmed: whether the results differ at a row for certain.
    """
    against = np.flatnonzero(apart & ~guard.holds)[:ASKED]
    return not any(confirmed(int(row)) for row in against)


def _truth(condition: Expr, points: Points) -> npt.NDArray[np.bool_]:
    program = compiled((("condition", condition),))
    with np.errstate(all="ignore"):
        result = program.step(program.start({}, np.float64), points.columns)["condition"]
    found = np.asarray(result)
    truths = found if found.dtype == np.bool_ else found == 1
    return np.broadcast_to(truths, len(points.signatures))


def _exceptional(condition: Expr, *, failing: bool) -> bool:
    """Whether the condition fails (or holds) at single values only."""
    if not isinstance(condition, Operation):
        return False
    return condition.op == ("ne" if failing else "eq")


def _condition_text(condition: Expr, *, holds: bool) -> str:
    match condition:
        case Operation(op="not", args=(inner,)):
            return _condition_text(inner, holds=not holds)
        case Operation(op=op, args=(left, right)) if op in COMPARISONS:
            if isinstance(left, Number):
                op, left, right = MIRRORED[op], right, left
            return text(operation(op if holds else OPPOSITE[op], left, right))
        case _:
            return text(condition if holds else operation("not", condition))


def _allowed(kind: Kind, value: Fraction) -> bool:
    match kind:
        case "positive":
            return value > 0
        case "nonnegative" | "count":
            return value >= 0
        case "nonpositive":
            return value <= 0
        case "unit":
            return 0 <= value < 1
        case _:
            return True
