"""Runs of two releases that had the same gradients, variables and effective arguments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.oracle.cases import Argument, Case
from benchmarks.oracle.evaluation import effective
from benchmarks.oracle.runs import Record, Results
from tfdiff.comparison.match import match_regions
from tfdiff.comparison.names import renames
from tfdiff.extract.store import FactStore
from tfdiff.facts import OptimizerFacts
from tfdiff.rules.pair import Pair


@dataclass(frozen=True, slots=True)
class Ran:
    """One optimizer at one release: what was read, and what ran.

    Attributes:
        schedules: run -> which of the rule's orders each step followed, where not all the first.
    """

    facts: OptimizerFacts
    cases: tuple[Case, ...]
    results: Results
    schedules: Mapping[str, tuple[int, ...]]


def paired(old: Ran, new: Ran) -> Iterator[tuple[Case, Record, Record]]:
    """The old case and what both did.

    What only one of the two takes has to be left at its default. Runs are left out where one
    of the steps read the step counter before its increment in one and after it in the other: their
    graphs leave that open, so that the two say nothing about the rules.
    """
    same = _Same(old.facts, new.facts)
    counterparts = {same.key(case, new.facts, {}): case for case in reversed(new.cases)}
    for case in old.cases:
        counterpart = counterparts.get(same.key(case, old.facts, same.renamed))
        if counterpart is None or old.schedules.get(case.id) != new.schedules.get(counterpart.id):
            continue
        first, second = old.results.record(case), new.results.record(counterpart)
        if first is not None and second is not None:
            yield case, first, second


class _Same:
    """What two releases call the same."""

    def __init__(self, old: OptimizerFacts, new: OptimizerFacts) -> None:
        pair = Pair(new.name, old, new, match_regions(old, new, FactStore(None)), ())
        self.renamed: Mapping[str, str] = dict(renames(pair).parameters)
        before = {self.renamed.get(item.name, item.name) for item in old.parameters}
        self._shared = before & {item.name for item in new.parameters}

    def key(
        self, case: Case, facts: OptimizerFacts, names: Mapping[str, str]
    ) -> tuple[object, ...]:
        """Equal for runs that should do the same; unique where an argument has no counterpart."""
        values: dict[str, Argument] = {
            names.get(name, name): value for name, value in effective(facts, case).items()
        }
        passed = {names.get(name, name) for name, _ in case.arguments} - {"global_step"}
        own = () if passed <= self._shared else (facts.class_name, case.id, facts.span.path)
        shared = sorted((name, value) for name, value in values.items() if name in self._shared)
        return case.gradient, case.variable, tuple(shared), own
