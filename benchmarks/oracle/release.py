"""Everything about one release: what was read, what ran, and how far the two are apart."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.oracle.cases import Case, NotRunnableError, cases
from benchmarks.oracle.environments import Environment
from benchmarks.oracle.evaluation import Evaluation, evaluation
from benchmarks.oracle.matching import Ran
from benchmarks.oracle.reductions import NotEvaluableError
from benchmarks.oracle.runs import run
from benchmarks.oracle.step import Gradients
from tfdiff.extract.catalog import Entry
from tfdiff.extract.reading import Reading
from tfdiff.sources.packaged import KERNELS


@dataclass(frozen=True, slots=True)
class Judged:
    """One release.

    Attributes:
        optimizers: those that ran, by catalog entry.
        evaluated: every run that could be evaluated.
        refused: optimizer -> why the release did not run it, with the number of runs.
        open: optimizer -> why a run could not be evaluated, with the number of runs.
    """

    environment: Environment
    reading: Reading
    optimizers: tuple[tuple[Entry, Ran], ...]
    evaluated: tuple[Evaluation, ...]
    refused: tuple[tuple[str, str, int], ...]
    open: tuple[tuple[str, str, int], ...]


def judge(  # noqa: PLR0913 - a release, what it is given, and how much of it
    environment: Environment,
    reading: Reading,
    gradients_file: Path,
    folder: Path,
    wanted: Callable[[str], bool],
    *,
    few: bool = False,
) -> Judged:
    """Run what a release has and evaluate what was read of it."""
    gradients = _loaded(gradients_file)
    refused: list[tuple[str, str]] = []
    unread: list[tuple[str, str]] = []
    planned: list[tuple[Entry, tuple[Case, ...]]] = []
    for entry in reading.catalog.entries:
        if not wanted(entry.name):
            continue
        facts = reading.optimizer(entry)
        if facts.calls and KERNELS in reading.missing:
            refused.append((entry.name, "its kernels come with no source of this release"))
            continue
        try:
            planned.append((entry, tuple(cases(facts, few=few))))
        except NotRunnableError as error:
            refused.append((entry.name, str(error)))
    every = [case for _, chosen in planned for case in chosen]
    results = run(environment.python, every, gradients_file, folder)
    evaluated: list[Evaluation] = []
    optimizers: list[tuple[Entry, Ran]] = []
    for entry, chosen in planned:
        facts = reading.optimizer(entry)
        for case in chosen:
            record = results.record(case)
            whole = case.arguments == chosen[0].arguments
            if record is None:
                refused.append((entry.name, results.error(case)))
                continue
            try:
                evaluated.append(evaluation(facts, case, record, gradients, whole=whole))
            except NotEvaluableError as error:
                unread.append((entry.name, str(error)))
        schedules = {item.case.id: item.schedule for item in evaluated if item.schedule}
        optimizers.append((entry, Ran(facts, chosen, results, schedules)))
    return Judged(
        environment,
        reading,
        tuple(optimizers),
        tuple(evaluated),
        _counted(refused),
        _counted(unread),
    )


def _loaded(path: Path) -> Gradients:
    with np.load(path) as arrays:
        return dict(arrays)


def _counted(items: list[tuple[str, str]]) -> tuple[tuple[str, str, int], ...]:
    return tuple((*item, items.count(item)) for item in dict.fromkeys(items))
