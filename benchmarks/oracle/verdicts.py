"""Our verdict on two releases against what their binaries did."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

import numpy as np

from benchmarks.oracle.cases import GRADIENTS, Case
from benchmarks.oracle.matching import Ran, paired
from benchmarks.oracle.runs import Record
from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.optimizer import Side, compare_optimizer
from tfdiff.extract.catalog import Entry
from tfdiff.extract.reading import Reading
from tfdiff.facts import OptimizerFacts, Span
from tfdiff.findings import OptimizerReport, PathVerdict, Place

ROUNDING: Final = 1e-3
"""Difference over movement after the whole run that rounding alone can reach."""

Observed = OneOf["bit for bit", "rounding", "different"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One path of one optimizer at two releases: what we say and what was seen.

    Attributes:
        runs: how many runs with the same settings were compared.
        observed: the worst of them.
        relative: the largest difference over movement after the whole run.
        setting: the run that was farthest apart.
        starts: what we say of the state: it may start from other values.
        shown: whether a run with the same arguments can show a difference that depends on the
            condition: not where only one of the releases takes the argument, nor where every run
            passes what the condition wants left out.
    """

    optimizer: str
    old: str
    new: str
    path: str
    verdict: str
    condition: str | None
    runs: int
    observed: Observed
    relative: float
    setting: str
    starts: str
    shown: bool

    @property
    def refuted(self) -> bool:
        """The binaries show a difference where we say that there is none."""
        return self.verdict in {"identical", "equal"} and self.observed == "different"

    @property
    def not_shown(self) -> bool:
        """We say that there is a difference and no run shows it."""
        said = self.verdict in {"conditional", "differs"}
        return said and self.shown and self.observed != "different"


def report(
    name: str, old: tuple[Reading, OptimizerFacts], new: tuple[Reading, OptimizerFacts]
) -> OptimizerReport:
    """What tfdiff says of one optimizer at two releases."""
    sides = Side(old[1], _quote), Side(new[1], _quote)
    return compare_optimizer(name, *sides, Decisions(new[0].store))


def _quote(span: Span) -> Place:
    return Place(span.path, span.line, span.end_line, "")


def matches(old: Reading, new: Reading) -> Iterator[tuple[Entry, Entry]]:
    """The optimizers that both releases have."""
    for entry in new.catalog.entries:
        counterpart = old.catalog.matching(entry)
        if counterpart:
            yield counterpart, entry


def compared(
    said: OptimizerReport, old: Ran, new: Ran, refs: tuple[str, str]
) -> Iterator[Comparison]:
    """Every path that both releases ran, with the runs that had the same settings."""
    pairs = tuple(paired(old, new))
    names = [{item.name for item in side.facts.parameters} for side in (old, new)]
    one_sided = names[0] ^ names[1]
    for path in said.paths:
        if path.path.device not in {"cpu", "python"}:
            continue
        runs = [
            (case, *_apart(first, second)) for case, first, second in pairs if _takes(case, path)
        ]
        if runs:
            case, _, relative = max(runs, key=lambda run: (run[1] == "different", run[2]))
            yield Comparison(
                said.name,
                *refs,
                path=f"{path.path.gradient}/{path.path.variable}",
                verdict=path.verdict,
                condition=path.condition,
                runs=len(runs),
                observed=_worst([seen for _, seen, _ in runs]),
                relative=relative,
                setting=f"{case.gradient} {dict(case.arguments)}",
                starts=said.verdict.state,
                shown=not (one_sided & set(re.findall(r"\w+", path.condition or "")))
                and any(_may_show(case, path.condition or "") for case, _, _ in runs),
            )


def _may_show(case: Case, condition: str) -> bool:
    passed = dict(case.arguments)
    left_out = re.findall(r"(?<!not )\b(\w+) is None", condition)
    return not left_out or any(passed.get(name) is None for name in left_out)


def _takes(case: Case, path: PathVerdict) -> bool:
    gradient = "dense" if case.gradient == GRADIENTS[0] else "sparse"
    return (gradient, case.variable) == (path.path.gradient, path.path.variable)


def _worst(seen: list[Observed]) -> Observed:
    order: tuple[Observed, ...] = ("different", "rounding", "bit for bit")
    return next(item for item in order if item in seen)


def _apart(old: Record, new: Record) -> tuple[Observed, float]:
    first, second = (np.asarray(item["var"], np.float64) for item in (old, new))
    if np.array_equal(first, second, equal_nan=True):
        return "bit for bit", 0.0
    finite = np.isfinite(first) & np.isfinite(second)
    if np.any(np.isfinite(first) != np.isfinite(second)):
        return "different", np.inf
    difference = np.where(finite, first - second, 0)[-1]
    movement = np.where(finite, first - first[0], 0)[-1]
    relative = float(np.linalg.norm(difference)) / max(float(np.linalg.norm(movement)), 1e-30)
    return "different" if relative > ROUNDING else "rounding", relative
