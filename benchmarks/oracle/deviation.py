"""How far one state of an evaluated run is from what the release did."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.oracle.states import Column

Doubles = npt.NDArray[np.float64]
MEDIAN: Final = 4.0
RELATIVE: Final = 1e-4
AMPLIFIED: Final = 4.0  # single precision differs this much more between two orders of operations


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far the evaluation of a rule is from the release, for one state.

    Attributes:
        median, largest: units in the last place of the larger of old and new value, one step from
            the true state each, over all elements and steps.
        exact: share of elements and steps that agree bit for bit.
        relative: L2 norm of the difference over that of the step.
        rounding: the same between our own evaluations in single and in double precision; 0 where
            it was not asked for.
        accumulated: L2 norm of the difference after the whole run over that of its movement, from
            the first state alone; None where only single steps were evaluated.
    """

    state: str
    median: float
    largest: float
    exact: float
    relative: float
    rounding: float = 0.0
    accumulated: float | None = None

    @property
    def large(self) -> bool:
        """Farther than most."""
        return self.median > MEDIAN or self.relative > RELATIVE

    @property
    def deviates(self) -> bool:
        """Farther than rounding explains."""
        return self.large and self.relative > AMPLIFIED * self.rounding


def double(column: Column) -> Doubles:
    """In double precision."""
    return np.asarray(column, np.float64)


def deviation(state: str, before: Column, found: Column, truth: Column) -> Deviation:
    """How far a state is off, one step from the true state each, wherever that is a number."""
    known = np.isfinite(double(before))
    old, ours, real = double(before)[known], double(found)[known], double(truth)[known]
    same = (ours == real) | (np.isnan(ours) & np.isnan(real))
    both = np.isfinite(ours) & np.isfinite(real)
    apart = np.where(same, 0, np.where(both, np.abs(ours - real), np.inf))
    scale = np.maximum(np.abs(old), np.abs(np.where(both, real, 0)))
    ulp = apart / np.spacing(np.maximum(scale, np.finfo(np.float32).tiny).astype(np.float32))
    return Deviation(
        state,
        median=float(np.median(ulp)) if ulp.size else 0.0,
        largest=float(np.max(ulp, initial=0)),
        exact=float(np.mean(apart == 0)) if ulp.size else 1.0,
        relative=relative(apart, np.where(both, real - old, 0)),
    )


def relative(difference: Doubles, movement: Doubles) -> float:
    """The size of a difference beside that of a movement."""
    apart = float(np.linalg.norm(difference))
    if apart == 0:
        return 0.0
    return apart / max(float(np.linalg.norm(movement)), 1e-30)
