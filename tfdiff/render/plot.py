"""The drift plot: how far the weights are apart after 1, 10, 100, 1000 steps, both axes log."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tfdiff.findings import Drift, Witness

WIDTH: Final = 560
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 96, 14, 40
_MARKERS: Final = ("circle", "square", "triangle", "diamond")
_LABEL_GAP: Final = 14


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """One set of gradients: a line, its marks, and where its name stands."""

    name: str
    look: int
    line: str
    marks: tuple[str, ...]
    label_y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything the drawing needs, in its own coordinates."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    series: tuple[Series, ...]
    title: str
    rows: tuple[tuple[str, str, str, str], ...]


def plot(witness: Witness | None) -> Plot | None:
    """The plot of a witness' drift; None where none was measured."""
    drift = witness.drift if witness else ()
    shown = [one for one in drift if math.isfinite(one.relative) and one.steps > 0]
    if not shown:
        return None
    scale = _Scale(shown)
    names = list(dict.fromkeys(one.gradients for one in shown))
    worst = max(shown, key=lambda one: one.relative)
    return Plot(
        *(WIDTH, HEIGHT, _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM),
        x_ticks=tuple(
            Tick(scale.x(steps), f"{steps:,}") for steps in sorted({one.steps for one in shown})
        ),
        y_ticks=scale.y_ticks(),
        series=_series(shown, names, scale),
        title=f"Relative difference of the weights: up to {worst.relative:.2g} after "
        f"{worst.steps:,} steps on {worst.gradients} gradients",
        rows=tuple(
            (one.gradients, f"{one.steps:,}", f"{one.relative:.3g}", f"{one.ulp:,.6g}")
            for one in drift
        ),
    )


class _Scale:
    """Logarithmic axes; an exact zero has a line of its own at the foot."""

    def __init__(self, drift: list[Drift]) -> None:
        steps = [one.steps for one in drift]
        self._steps = (
            math.log10(min(steps)),
            max(math.log10(max(steps)), math.log10(min(steps)) + 1),
        )
        values = [one.relative for one in drift if one.relative > 0] or [1.0]
        self._low = math.floor(math.log10(min(values)))
        self._high = max(math.ceil(math.log10(max(values))), self._low + 1)
        self._has_zero = any(one.relative <= 0 for one in drift)
        self._foot = HEIGHT - _BOTTOM - (26 if self._has_zero else 0)

    def x(self, steps: int) -> float:
        low, high = self._steps
        share = (math.log10(steps) - low) / (high - low)
        return round(_LEFT + 12 + share * (WIDTH - _LEFT - _RIGHT - 24), 1)

    def y(self, value: float) -> float:
        if value <= 0:
            return float(HEIGHT - _BOTTOM)
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return round(self._foot - share * (self._foot - _TOP), 1)

    def y_ticks(self) -> tuple[Tick, ...]:
        every = max(1, math.ceil((self._high - self._low) / 6))
        powers = range(self._low, self._high + 1, every)
        ticks = [Tick(self.y(10.0**power), f"1e{power}" if power else "1") for power in powers]
        return (*ticks, Tick(self.y(0), "0")) if self._has_zero else tuple(ticks)


def _series(drift: list[Drift], names: list[str], scale: _Scale) -> tuple[Series, ...]:
    found = []
    for number, name in enumerate(names):
        points = [
            (scale.x(one.steps), scale.y(one.relative)) for one in drift if one.gradients == name
        ]
        look = number % len(_MARKERS)
        line = " ".join(f"{x:g},{y:g}" for x, y in points)
        marks = tuple(_mark(_MARKERS[look], x, y) for x, y in points)
        found.append((name, look, line, marks, points[-1][1]))
    heights = _apart([label for *_, label in found])
    return tuple(
        Series(name, look, line, marks, height)
        for (name, look, line, marks, _), height in zip(found, heights, strict=True)
    )


def _apart(heights: list[float]) -> list[float]:
    """Label heights, moved just so far that no label covers another."""
    placed = list(heights)
    order = sorted(range(len(heights)), key=heights.__getitem__)
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + _LABEL_GAP)
    return [round(height, 1) for height in placed]


def _mark(shape: str, x: float, y: float) -> str:
    """The path of a marker: its shape tells the series apart without colour."""
    match shape:
        case "circle":
            return f"M{x - 4:g},{y:g}a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z"
        case "square":
            return f"M{x - 3.5:g},{y - 3.5:g}h7v7h-7z"
        case "triangle":
            return f"M{x:g},{y - 4.5:g}l4.5,8h-9z"
        case _:
            return f"M{x:g},{y - 5:g}l5,5l-5,5l-5,-5z"
