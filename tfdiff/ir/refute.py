"""Looking for a point at which two rules give different results.

Doubles find the suspects, balls confirm them: a difference that rounding could explain is
never reported, and one that doubles cannot see is looked for once per branch signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from flint import arb

from tfdiff.ir.balls import PRECISIONS, ball_values, meeting
from tfdiff.ir.decision import Example
from tfdiff.ir.evaluate import compiled
from tfdiff.ir.expr import Expr
from tfdiff.ir.sampling import Points
from tfdiff.ir.walk import States, symbols

NOTABLE: Final = 1e-6  # relative difference that doubles see without doubt
VISIBLE: Final = 1e-3  # one that a reader sees
SUSPECT: Final = 1e-13
TRIED: Final = 10  # suspects that balls look at
LOPSIDED: Final = 0.1  # share of rows with a value on one side only that is too many
FEWEST: Final = 3  # rows that say something of a branch
CONFIRMED: Final = 4  # rows that balls look at where doubles see much
CHECKED: Final = 24  # branch signatures that balls look at when doubles see nothing


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for one state.

    Attributes:
        row: index of a point at which the results differ, confirmed; None if there is none.
        apart: rows at which doubles see a difference.
        valid: rows at which both results have a value.
        signatures: number of branch signatures among the valid rows.
        lopsided: whether at many rows only one side has a value, or none ever has.
        thin: whether some branches were met at hardly any row at which both results have a value.
    """

    row: int | None
    apart: npt.NDArray[np.bool_]
    valid: npt.NDArray[np.bool_]
    signatures: int
    lopsided: bool
    thin: bool


def searched(old: Expr, new: Expr, points: Points) -> Search:
    """Look for a point at which two values differ."""
    relative, valid, single = _relative(old, new, points)
    apart = relative > NOTABLE
    signatures = np.unique(points.signatures[valid])
    rows = _suspects(relative, points)
    rows += tuple(
        int(np.flatnonzero(valid & (points.signatures == signature))[0])
        for signature in signatures[:CHECKED]
    )
    row = next((row for row in rows if differs_at(old, new, points, row)), None)
    lopsided = single > LOPSIDED * len(valid) or not len(signatures)
    thin = bool(np.any(np.bincount(points.signatures, weights=valid) < FEWEST))
    return Search(row, apart, valid, len(signatures), lopsided, thin)


def clearly_apart(old: Expr, new: Expr, points: Points) -> bool:
    """Whether two values differ for certain at a point where a reader would see it."""
    relative, _, _ = _relative(old, new, points)
    rows = np.argsort(-relative, kind="stable")[:CONFIRMED]
    return any(relative[row] > VISIBLE and differs_at(old, new, points, row) for row in rows)


def differs_at(old: Expr, new: Expr, points: Points, row: int) -> bool:
    """Whether two values differ at one point for certain."""
    return meeting(old, new, points.row(row)).verdict == "apart"


def example(
    old: States, new: States, inputs: Mapping[str, Fraction | bool], visible: str
) -> Example:
    """The results of both rules at one point, worked out in full."""
    reached = symbols(value for states in (old, new) for _, value in states)
    left, right = (_values(states, inputs) for states in (old, new))
    start = inputs.get(visible)
    ratio = None
    if isinstance(start, Fraction) and visible in left and visible in right:
        base = arb(start.numerator) / start.denominator
        old_move, new_move = left[visible] - base, right[visible] - base
        if old_move > 0 or old_move < 0:
            ratio = float((new_move / old_move).mid())
    return Example(
        tuple(
            (name, value if isinstance(value, bool) else float(value))
            for name, value in inputs.items()
            if name in reached
        ),
        tuple((name, float(ball.mid())) for name, ball in left.items()),
        tuple((name, float(ball.mid())) for name, ball in right.items()),
        ratio,
    )


def _values(states: States, inputs: Mapping[str, Fraction | bool]) -> dict[str, arb]:
    found = ball_values(states, inputs, PRECISIONS[-1])
    return {name: ball for name, ball in found.items() if isinstance(ball, arb)}


def _relative(
    old: Expr, new: Expr, points: Points
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], int]:
    """Relative difference in each row (0 where a value is missing).

    With it where both sides have a value, and in how many rows only one of them has.
    """
    program = compiled((("old", old), ("new", new)))
    with np.errstate(all="ignore"):
        results = program.step(program.start({}, np.float64), points.columns)
        rows = len(points.signatures)
        left, right = (
            np.broadcast_to(np.asarray(results[side], dtype=np.float64), rows)
            for side in ("old", "new")
        )
        valid = np.isfinite(left) & np.isfinite(right)
        scale = np.maximum(np.abs(left), np.abs(right))
        relative = np.where(valid & (scale > 0), np.abs(left - right) / scale, 0.0)
        single = int(np.count_nonzero(np.isfinite(left) != np.isfinite(right)))
    return np.nan_to_num(relative), valid, single


def _suspects(relative: npt.NDArray[np.float64], points: Points) -> tuple[int, ...]:
    """Rows worth a closer look: everyday values first, then the largest differences."""
    plain = relative[: points.plain]
    order = [int(row) for row in np.flatnonzero(plain > VISIBLE)[:4]]
    order += [int(row) for row in np.argsort(-plain, kind="stable")[:4] if plain[row] > NOTABLE]
    most = np.argsort(-relative, kind="stable")[:TRIED]
    order += [int(row) for row in most if relative[row] > SUSPECT]
    return tuple(dict.fromkeys(order))
