"""For which gradients a difference matters: measured, over sixteen decades."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tfdiff.ir.drift import Setting, everyday
from tfdiff.ir.evaluate import Value, trajectory
from tfdiff.ir.walk import States

NOTABLE: Final = 1e-3
DECADES: Final = (-12, 4)
PER_DECADE: Final = 10
STEPS: Final = 20
EPSILONS: Final = ("epsilon", "eps")


@dataclass(frozen=True, slots=True)
class Region:
    """The gradients for which the weights' movement differs by more than a thousandth.

    Attributes:
        low, high: smallest and largest such ``|grad|`` among those tried (1e-12 to 1e4).
        share: their share of the gradients tried, which are equally spaced in the logarithm.
        by_epsilon: whether the region grows with epsilon.
        text: the region in words.
    """

    low: float
    high: float
    share: float
    by_epsilon: bool
    text: str


def region(  # noqa: PLR0913 - as many as drift has
    old: States,
    new: States,
    settings: Setting,
    *,
    initial_old: Setting | None = None,
    initial_new: Setting | None = None,
    visible: str = "var",
) -> Region | None:
    """Where ``|grad|`` makes a difference; None if it never does.

    Every gradient is held for a few steps from the start, in double precision, so that only
    the formulas are compared.

    Args:
        old: one rule.
        new: the other.
        settings: hyperparameters; those that are missing get everyday values.
        initial_old: starting values of the old rule's states; what is missing starts at 0.
        initial_new: the same of the new rule.
        visible: the state that holds the weights.
    """
    full = everyday((old, new), settings)
    initial = initial_old or {}, initial_new or {}
    sizes = np.logspace(*DECADES, (DECADES[1] - DECADES[0]) * PER_DECADE + 1)
    matters = _differing((old, new), full, initial, sizes, visible)
    if not np.any(matters):
        return None
    low, high = float(sizes[matters].min()), float(sizes[matters].max())
    share = float(np.mean(matters))
    known = next((name for name in EPSILONS if full.get(name)), None)
    grown = False
    if known is not None and not np.all(matters):
        larger = full | {known: full[known] * 100}
        grown = bool(
            np.sum(_differing((old, new), larger, initial, sizes, visible)) > np.sum(matters)
        )
    text = _text(low, high, sizes, float(full[known]) if known is not None and grown else None)
    return Region(low, high, share, grown, text)


def _differing(
    rules: tuple[States, States],
    settings: Setting,
    initial: tuple[Setting, Setting],
    sizes: npt.NDArray[np.float64],
    visible: str,
) -> npt.NDArray[np.bool_]:
    gradients = np.tile(sizes, (STEPS, 1))
    moved: list[npt.NDArray[np.float64]] = []
    for rule, start in zip(rules, initial, strict=True):
        names = dict.fromkeys((state for state, _ in rule), 0.0) | dict(start) | {visible: 0.0}
        values: dict[str, Value] = {name: np.float64(value) for name, value in names.items()}
        last = trajectory(rule, values, gradients, settings, dtype=np.float64)[STEPS][visible]
        moved.append(np.broadcast_to(np.asarray(last, dtype=np.float64), sizes.shape))
    left, right = moved
    both = np.isfinite(left) & np.isfinite(right)
    scale = np.maximum(np.abs(left), np.abs(right))
    with np.errstate(all="ignore"):
        relative = np.where(scale > 0, np.abs(left - right) / scale, 0.0)
    return np.where(both, relative > NOTABLE, np.isfinite(left) != np.isfinite(right))


def _text(low: float, high: float, sizes: npt.NDArray[np.float64], epsilon: float | None) -> str:
    below, above = low <= sizes[0], high >= sizes[-1]
    if below and above:
        return "for gradients of every size that was tried (1e-12 to 1e4)"
    if below:
        where = f"where |grad| is below about {high:.1g}"
    elif above:
        where = f"where |grad| is above about {low:.1g}"
    else:
        where = f"where |grad| is between about {low:.1g} and {high:.1g}"
    if epsilon is None:
        return f"only {where}"
    return f"only where epsilon ({epsilon:.1g}) is not small against the gradient: {where}"
