"""Our evaluation of the extracted rule against what the release really did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from benchmarks.oracle.cases import Argument, Case
from benchmarks.oracle.deviation import Deviation, Doubles, deviation, double, relative
from benchmarks.oracle.reductions import NotEvaluableError
from benchmarks.oracle.runs import Record
from benchmarks.oracle.states import Column, columns, started
from benchmarks.oracle.step import Given, Gradients, Step, counters
from tfdiff.facts import Literal, OptimizerFacts, UpdateRule

EVERY: Final = slice(None)
_DEVICES: Final = ("cpu", "python")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run, and how far our evaluation is from it.

    Attributes:
        states: state by state, the weights first.
        late: the steps that agree only with a step counter that is read after its increment. Graphs
            that Keras makes until 1.15 leave the order open; the release decides as it runs.
    """

    case: Case
    states: tuple[Deviation, ...]
    late: frozenset[int]

    @property
    def deviates(self) -> bool:
        """Farther than rounding explains."""
        return any(item.deviates for item in self.states)


def effective(facts: OptimizerFacts, case: Case) -> dict[str, Argument]:
    """Every hyperparameter as it is in a case."""
    known: dict[str, Argument] = {}
    for parameter in facts.parameters:
        value = parameter.effective
        if isinstance(value, Literal) and isinstance(value.value, bool | int | float | None):
            known[parameter.name] = value.value
    passed = dict(case.arguments)
    # ``kwargs.get("lr", learning_rate)``: another spelling of the argument that is its default.
    same = {
        parameter.default.text: passed[parameter.name]
        for parameter in facts.parameters
        if isinstance(parameter.default, Literal)
        and parameter.default.text in known
        and passed.get(parameter.name) is not None
    }
    return {**known, **passed, **same}


def rule_of(facts: OptimizerFacts, case: Case) -> UpdateRule:
    """The rule of the path that a case takes.

    Raises:
        NotEvaluableError: there is none.
    """
    gradient = "dense" if case.gradient == "dense" else "sparse"
    for rule in facts.rules:
        path = rule.path
        if (path.gradient, path.variable) == (gradient, case.variable) and path.device in _DEVICES:
            return rule
    raise NotEvaluableError(f"no rule for {gradient}/{case.variable}/cpu")


def evaluation(
    facts: OptimizerFacts, case: Case, record: Record, gradients: Gradients, *, whole: bool
) -> Evaluation:
    """How far our evaluation of a run is from it.

    Args:
        facts: what was read of the optimizer.
        case: the run.
        record: what the release did.
        gradients: what it was given.
        whole: evaluate the whole run as well, from the first state alone.

    Raises:
        NotEvaluableError: the rule cannot be evaluated.
    """
    rule = rule_of(facts, case)
    run = _Run(facts, case, rule, record, Given(case.gradient, gradients))
    after, late = run.step.at(run.before, EVERY), frozenset[int]()
    found = run.deviations(after)
    if counters(rule) and any(item.deviates for item in found):
        other = run.step.at(run.before, EVERY, late=True)
        reads_late = run.apart(other) < run.apart(after)
        after = {name: _chosen(reads_late, other[name], after[name]) for name in after}
        late = frozenset(map(int, np.flatnonzero(reads_late)))
        found = run.deviations(after)
    if any(item.deviates for item in found):
        found = run.explained(found, after, late)
    return Evaluation(case, run.accumulated(found, late) if whole else found, late)


class _Run:
    """A run, what was read of its optimizer, and the states before and after each step."""

    def __init__(
        self, facts: OptimizerFacts, case: Case, rule: UpdateRule, record: Record, given: Given
    ) -> None:
        hyper = effective(facts, case)
        truth = {
            name: started(column, name, facts, hyper)
            for name, column in columns(rule, record).items()
        }
        shape = truth["var"].shape
        names = [name for name, _ in rule.states if name in truth]
        self.names = sorted(names, key=lambda name: name != "var")
        self.before = {name: _batched(column[:-1], truth["var"]) for name, column in truth.items()}
        self.truth = {name: _batched(truth[name][1:], truth["var"]) for name in names}
        self.step = Step(rule, hyper, given, shape)
        self._exact = partial(Step, rule, hyper, given, shape, np.float64)

    def apart(self, after: Mapping[str, Column]) -> Doubles:
        """How far the weights are from what the release did, step by step."""
        difference = np.abs(double(after["var"]) - double(self.truth["var"]))
        axes = tuple(range(1, difference.ndim))
        return np.asarray(np.nansum(difference, axis=axes))

    def deviations(self, after: Mapping[str, Column]) -> tuple[Deviation, ...]:
        """One deviation per state that both know, the weights first."""
        return tuple(
            deviation(
                name,
                self.before[name],
                np.broadcast_to(after[name], self.before[name].shape),
                self.truth[name],
            )
            for name in self.names
        )

    def explained(
        self, found: tuple[Deviation, ...], after: Mapping[str, Column], late: frozenset[int]
    ) -> tuple[Deviation, ...]:
        """With what rounding alone does: single against double precision, both our own."""
        exact_step = self._exact()
        exact = exact_step.at(self.before, EVERY)
        if late:
            other = exact_step.at(self.before, EVERY, late=True)
            reads_late = np.isin(np.arange(len(self.before["var"])), list(late))
            exact = {name: _chosen(reads_late, other[name], exact[name]) for name in exact}
        return tuple(
            replace(
                item,
                rounding=relative(
                    _known(double(after[item.state]) - double(exact[item.state])),
                    _known(double(self.truth[item.state]) - double(self.before[item.state])),
                ),
            )
            for item in found
        )

    def accumulated(
        self, found: tuple[Deviation, ...], late: frozenset[int]
    ) -> tuple[Deviation, ...]:
        """With the error after the whole run, evaluated from the first state alone."""
        final = {name: column[:1] for name, column in self.before.items()}
        for index in range(len(self.truth["var"])):
            moment = slice(index, index + 1)
            final = final | self.step.at(final, moment, late=index in late)
        ends = {
            name: (
                double(final[name][0]) - double(self.truth[name][-1]),
                double(self.truth[name][-1]) - double(self.before[name][0]),
            )
            for name in self.names
        }
        return tuple(replace(item, accumulated=relative(*ends[item.state])) for item in found)


def _chosen(steps: Column, then: Column, other: Column) -> Column:
    shape = (-1, *(1,) * (max(np.ndim(then), np.ndim(other)) - 1))
    return np.where(steps.reshape(shape), then, other)


def _known(column: Doubles) -> Doubles:
    return column[np.isfinite(column)]


def _batched(column: Column, var: Column) -> Column:
    """Steps first, then as many axes as the weights have; single precision."""
    shaped = column.reshape(len(column), *column.shape[1:], *(1,) * (var.ndim - column.ndim))
    return shaped.astype(np.float32)
