"""How far two rules drift apart on the same gradients.

The gradient sets are fixed: the same rules give the same figures on every machine. Drift is
the L2 norm of the difference over that of the weights' movement, beside the largest
difference of one weight in units in the last place: pure rounding reaches millions of those
on single weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Final

import numpy as np
import numpy.typing as npt

from tfdiff.ir.domain import inferred_domain
from tfdiff.ir.evaluate import Dtype, Value, trajectory
from tfdiff.ir.sampling import TYPICAL
from tfdiff.ir.walk import States, symbols

ELEMENTS: Final = 256
STEPS: Final = (1, 10, 100, 1000)
SERIES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SEED: Final = 20170814
TOUCHED: Final = 0.1  # share of rows that a sparse gradient has
Setting = Mapping[str, float | bool]


@dataclass(frozen=True, slots=True)
class DriftPoint:
    """How far the weights are apart after some steps.

    Attributes:
        gradients: ``dense``, ``tiny``, ``zero``, ``sparse`` or ``float16``.
        relative: norm of the difference over the norm of the movement; infinite where one
            rule leaves the numbers and the other does not.
        ulp: largest difference of one weight in units in the last place of its dtype.
    """

    gradients: str
    steps: int
    relative: float
    ulp: float


@dataclass(frozen=True, slots=True)
class Gradients:
    """One fixed set of gradients.

    Attributes:
        values: steps x elements.
        touched: where a sparse gradient has rows; None for everywhere.
    """

    values: npt.NDArray[np.float64]
    dtype: Dtype
    touched: npt.NDArray[np.bool_] | None


def drift(  # noqa: PLR0913 - a comparison of runs has this many parts
    old: States,
    new: States,
    settings: Setting,
    *,
    initial_old: Setting | None = None,
    initial_new: Setting | None = None,
    sets: tuple[str, ...] = ("dense", "tiny", "zero", "sparse"),
    steps: tuple[int, ...] = STEPS,
    visible: str = "var",
) -> tuple[DriftPoint, ...]:
    """The drift after some numbers of steps, per set of gradients.

    Args:
        old: one rule.
        new: the other.
        settings: hyperparameters; those that are missing get everyday values.
        initial_old: starting values of the old rule's states; what is missing starts at 0.
        initial_new: the same of the new rule.
        sets: which gradients: dense, tiny, zero, sparse, float16.
        steps: step numbers to report; ``SERIES`` for a plot.
        visible: the state that holds the weights.
    """
    full = everyday((old, new), settings)
    drawn = {name: gradient_set(name, max(steps)) for name in dict.fromkeys(sets)}
    found: dict[str, tuple[DriftPoint, ...]] = {}
    for batch in _batches(drawn):
        first = drawn[batch[0]]
        weights = np.random.default_rng(SEED).normal(0, 0.1, ELEMENTS).astype(first.dtype)
        runs: list[dict[int, npt.NDArray[np.generic]]] = []
        for rule, initial in ((old, initial_old), (new, initial_new)):
            start = dict.fromkeys((state for state, _ in rule), 0.0) | dict(initial or {})
            values: dict[str, Value] = {key: np.float64(value) for key, value in start.items()}
            values[visible] = np.tile(weights, len(batch))
            kept = trajectory(
                rule,
                values,
                np.concatenate([drawn[name].values for name in batch], axis=1),
                full,
                dtype=first.dtype,
                touched=first.touched,
                keep=steps,
            )
            shape = len(batch) * ELEMENTS
            runs.append(
                {
                    step: np.broadcast_to(np.asarray(states[visible]), shape).reshape(-1, ELEMENTS)
                    for step, states in kept.items()
                }
            )
        for row, name in enumerate(batch):
            found[name] = tuple(
                DriftPoint(name, step, *_apart(weights, runs[0][step][row], runs[1][step][row]))
                for step in steps
            )
    return tuple(point for name in sets for point in found[name])


def _batches(drawn: Mapping[str, Gradients]) -> list[list[str]]:
    """Names of sets that can run side by side: one step over many elements costs as one."""
    batches: dict[object, list[str]] = {}
    for name, gradients in drawn.items():
        alone = name if gradients.touched is not None else gradients.dtype
        batches.setdefault(alone, []).append(name)
    return list(batches.values())


def everyday(rules: tuple[States, ...], settings: Setting) -> dict[str, float | bool]:
    """All symbols of some rules that are no states, with everyday values where none is given."""
    values = [value for states in rules for _, value in states]
    names = {name for states in rules for name, _ in states}
    domain = inferred_domain(rules, names, {})
    full: dict[str, float | bool] = {}
    for name in symbols(values):
        if name in settings:
            full[name] = settings[name]
        elif name not in names and name not in {"grad", "step", "touched"}:
            kind = domain.kind(name)
            full[name] = False if kind == "boolean" else TYPICAL[kind][0]
    return full


@lru_cache(maxsize=8)
def gradient_set(name: str, steps: int) -> Gradients:
    """One of the fixed sets, as long as asked for.

    Elements differ in size by a factor of a thousand, and each has a direction that it keeps
    through the noise, as weights in training have.
    """
    random = np.random.default_rng(SEED + 1)
    size = 10.0 ** random.uniform(-3, 0, ELEMENTS)
    direction = random.normal(0, 0.5, ELEMENTS)
    values = size * (direction + random.normal(0, 1, (steps, ELEMENTS)))
    touched = random.random((steps, ELEMENTS)) < TOUCHED
    match name:
        case "tiny":
            return Gradients(values * 1e-6, np.float32, None)
        case "zero":
            return Gradients(values * 0, np.float32, None)
        case "sparse":
            return Gradients(np.where(touched, values, 0), np.float32, touched)
        case "float16":
            return Gradients(values, np.float16, None)
        case _:
            return Gradients(values, np.float32, None)


def _apart(start: Value, old: Value, new: Value) -> tuple[float, float]:
    begin, left, right = (
        np.broadcast_to(np.asarray(value), np.shape(start)).astype(np.float64)
        for value in (start, old, new)
    )
    finite = np.isfinite(left) & np.isfinite(right)
    if np.any(np.isfinite(left) != np.isfinite(right)):
        return inf, inf
    begin, left, right = begin[finite], left[finite], right[finite]
    difference = np.abs(left - right)
    moved = max(float(np.linalg.norm(left - begin)), float(np.linalg.norm(right - begin)))
    apart = float(np.linalg.norm(difference))
    if apart == 0:
        return 0.0, 0.0
    scale = np.maximum(np.abs(left), np.abs(right)).astype(np.asarray(start).dtype)
    ulp = float(np.max(difference / np.spacing(scale).astype(np.float64)))
    return apart / moved, ulp
