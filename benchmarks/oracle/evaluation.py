"""Our evaluation of the extracted rule against what the release really did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from benchmarks.oracle.cases import Argument, Case
from benchmarks.oracle.deviation import Deviation, Doubles, deviation, double, relative
from benchmarks.oracle.orders import orders
from benchmarks.oracle.reductions import NotEvaluableError
from benchmarks.oracle.runs import Record
from benchmarks.oracle.settled import settled
from benchmarks.oracle.states import Column, columns, started
from benchmarks.oracle.step import Given, Gradients, Step
from tfdiff.facts import Literal, OptimizerFacts, UpdateRule

States = Mapping[str, Column]
EVERY: Final = slice(None)
_DEVICES: Final = ("cpu", "python")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run, and how far our evaluation is from it.

    Attributes:
        states: state by state, the weights first.
        schedule: step by step, which of the rule's ``orders`` fits; empty where it is the first.
    """

    case: Case
    states: tuple[Deviation, ...]
    schedule: tuple[int, ...]

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
    """The rule of the path that a case takes, for its arguments.

    Raises:
        NotEvaluableError: there is none.
    """
    gradient = "dense" if case.gradient == "dense" else "sparse"
    for rule in facts.rules:
        path = rule.path
        if (path.gradient, path.variable) == (gradient, case.variable) and path.device in _DEVICES:
            computed = rule.converted or rule.states
            return replace(rule, states=settled(computed, effective(facts, case)))
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
    schedule: tuple[int, ...] = ()
    found = run.deviations(schedule)
    if any(item.deviates for item in found) and len(run.step.orders) > 1:
        schedule = run.fitting()
        found = run.deviations(schedule)
    return Evaluation(case, run.accumulated(found, schedule) if whole else found, schedule)


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
        rules = orders(facts, rule)
        self.step = Step(rules, hyper, given, shape)
        self._exact = partial(Step, rules, hyper, given, shape, np.float64)

    def after(self, schedule: tuple[int, ...] = (), step: Step | None = None) -> States:
        """Every state after each step, one step from the true state each."""
        found = (step or self.step).at(self.before, EVERY)
        for order in sorted({*schedule} - {0}):
            other = (step or self.step).at(self.before, EVERY, order)
            fits = np.equal(schedule, order)
            found = {name: _chosen(fits, other[name], found[name]) for name in found}
        return found

    def fitting(self) -> tuple[int, ...]:
        """Step by step, which of the rule's orders is nearest to what the release did."""
        apart = [
            self._apart(self.step.at(self.before, EVERY, order))
            for order in range(len(self.step.orders))
        ]
        return tuple(map(int, np.argmin(apart, axis=0)))

    def _apart(self, after: States) -> Doubles:
        difference = np.abs(double(after["var"]) - double(self.truth["var"]))
        return np.asarray(np.nansum(difference, axis=tuple(range(1, difference.ndim))))

    def deviations(self, schedule: tuple[int, ...]) -> tuple[Deviation, ...]:
        """One deviation per state that both know, the weights first."""
        after = self.after(schedule)
        found = tuple(
            deviation(
                name,
                self.before[name],
                np.broadcast_to(after[name], self.before[name].shape),
                self.truth[name],
            )
            for name in self.names
        )
        return (
            self._explained(found, after, schedule) if any(item.large for item in found) else found
        )

    def _explained(
        self, found: tuple[Deviation, ...], after: States, schedule: tuple[int, ...]
    ) -> tuple[Deviation, ...]:
        """With what rounding alone does: single against double precision, both our own."""
        exact = self.after(schedule, self._exact())
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
        self, found: tuple[Deviation, ...], schedule: tuple[int, ...]
    ) -> tuple[Deviation, ...]:
        """With the error after the whole run, evaluated from the first state alone."""
        final = {name: column[:1] for name, column in self.before.items()}
        for index in range(len(self.truth["var"])):
            order = schedule[index] if schedule else 0
            final = final | self.step.at(final, slice(index, index + 1), order)
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
