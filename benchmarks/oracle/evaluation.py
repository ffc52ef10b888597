"""Our evaluation of the extracted rule against what the release really did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.oracle.cases import Argument, Case
from benchmarks.oracle.gradients import row_gradients
from benchmarks.oracle.reductions import NotEvaluableError, evaluated
from benchmarks.oracle.runs import Record
from benchmarks.oracle.states import Column, columns, started
from tfdiff.facts import Literal, OptimizerFacts, UpdateRule
from tfdiff.ir.evaluate import Value, rounded
from tfdiff.ir.expr import number, operation, symbol
from tfdiff.ir.walk import ordered, symbols

Gradients = Mapping[str, npt.NDArray[np.generic]]
_DEVICES: Final = ("cpu", "python")


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far the evaluation of a rule is from the release, for one state.

    Attributes:
        median, largest: units in the last place of the larger of old and new value, one step from
            the true state each, over all elements and steps.
        exact: share of elements and steps that agree bit for bit.
        relative: L2 norm of the difference over that of the step.
        accumulated: the same over the movement of the whole run, from the first state alone; None
            where only single steps were evaluated.
    """

    state: str
    median: float
    largest: float
    exact: float
    relative: float
    accumulated: float | None


def effective(facts: OptimizerFacts, case: Case) -> dict[str, Argument]:
    """Every hyperparameter as it is in a case."""
    known: dict[str, Argument] = {}
    for parameter in facts.parameters:
        value = parameter.effective
        if isinstance(value, Literal) and isinstance(value.value, bool | int | float | None):
            known[parameter.name] = value.value
    return {**known, **dict(case.arguments)}


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


def counters(rule: UpdateRule) -> tuple[str, ...]:
    """States that one step increments and that the weights' update reads."""
    read = symbols([dict(rule.states)["var"]])
    return tuple(
        name
        for name, value in rule.states
        if name in read and operation("add", symbol(name), number(1)) in ordered([value])
    )


def deviations(  # noqa: PLR0913 - a run has this many parts
    facts: OptimizerFacts,
    case: Case,
    record: Record,
    gradients: Gradients,
    *,
    late: bool = False,
    whole: bool = False,
) -> tuple[Deviation, ...]:
    """One deviation per state that both know, the weights first.

    Args:
        facts: what was read of the optimizer.
        case: the run.
        record: what the release did.
        gradients: what it was given.
        late: the weights' update reads the step counter after its increment, not before. Graphs
            that Keras makes until 1.15 leave the order open; the release decides as it runs.
        whole: evaluate the whole run as well, from the first state alone.

    Raises:
        NotEvaluableError: the rule cannot be evaluated.
    """
    rule = rule_of(facts, case)
    hyper = effective(facts, case)
    truth = {
        name: started(column, name, facts, hyper) for name, column in columns(rule, record).items()
    }
    step = _Step(rule, hyper, _Given(case.gradient, gradients), truth["var"].shape, late=late)
    before = {name: _batched(column[:-1], truth["var"]) for name, column in truth.items()}
    after = step.at(before, slice(None))
    final = {name: column[:1] for name, column in before.items()}
    for index in range(len(truth["var"]) - 1 if whole else 0):
        final = final | step.at(final, slice(index, index + 1))
    return tuple(
        _deviation(
            name,
            before[name],
            np.broadcast_to(after[name], before[name].shape),
            _batched(truth[name][1:], truth["var"]),
            final[name] if whole else None,
        )
        for name, _ in sorted(rule.states, key=lambda item: item[0] != "var")
        if name in truth
    )


def _batched(column: Column, var: Column) -> Column:
    """Steps first, then as many axes as the weights have; single precision."""
    shaped = column.reshape(len(column), *column.shape[1:], *(1,) * (var.ndim - column.ndim))
    return shaped.astype(np.float32)


class _Given:
    """The gradients of a run: what each row receives, occurrence by occurrence."""

    def __init__(self, kind: str, arrays: Gradients) -> None:
        self.values = np.asarray(arrays[f"{kind}/values"], np.float32)
        self.indices = arrays.get(f"{kind}/indices")

    def occurrences(self, rows: int) -> list[tuple[Column, Column]]:
        """Gradients and masks, steps x rows x columns each: first the first of each row, ..."""
        if self.indices is None:
            return [(self.values, np.ones(self.values.shape, np.bool_))]
        return row_gradients(np.asarray(self.indices, np.int32), self.values, rows)


class _Step:
    """A rule with everything but the states given."""

    def __init__(
        self,
        rule: UpdateRule,
        hyper: dict[str, Argument],
        given: _Given,
        shape: tuple[int, ...],
        *,
        late: bool,
    ) -> None:
        self._rule = rule
        self._late = late
        steps = shape[0] - 1
        clock = np.arange(steps, dtype=np.float32).reshape(steps, *(1,) * (len(shape) - 1))
        self._fixed = dict(_fixed(rule, hyper, shape))
        self._moving: dict[str, Column] = {"step": clock, "global_step": clock}
        self._levels = given.occurrences(shape[1])

    def at(self, states: Mapping[str, Column], steps: slice) -> dict[str, Column]:
        """The states one step later, for some steps at once."""
        levels = self._levels
        if self._rule.duplicates == "sequential":
            current = dict(states)
            for gradient, mask in levels:
                after = self._once(current, gradient[steps], mask[steps], steps)
                current = {
                    name: np.where(mask[steps], after[name], current[name])
                    if name in after and np.shape(after[name])[1:] != (1,) * (np.ndim(mask) - 1)
                    else after.get(name, current[name])
                    for name in current
                }
            return current
        if self._rule.duplicates == "unknown" and len(levels) > 1:
            raise NotEvaluableError("what repeated indices do was not read")
        gradient = levels[0][0][steps]
        for more, mask in levels[1:]:
            gradient = (
                np.where(mask[steps], more[steps], gradient)
                if self._rule.duplicates == "last"
                else np.add(gradient, more[steps])
            )
        return self._once(states, gradient, levels[0][1][steps], steps)

    def _once(
        self, states: Mapping[str, Column], gradient: Column, mask: Column, steps: slice
    ) -> dict[str, Column]:
        inputs: dict[str, Value] = dict(self._fixed)
        inputs |= {name: np.float32(np.nan) for name, _ in self._rule.states}
        inputs |= {name: column[steps] for name, column in self._moving.items()}
        inputs |= dict(states)
        inputs["grad"] = gradient
        inputs["touched"] = mask
        after = evaluated(self._rule.states, inputs)
        if self._late:
            kept = {name: after[name] for name in counters(self._rule)}
            inputs |= kept
            after = evaluated(self._rule.states, inputs) | kept
        return {name: np.asarray(value) for name, value in after.items() if name in states}


def _fixed(
    rule: UpdateRule, hyper: dict[str, Argument], shape: tuple[int, ...]
) -> Mapping[str, Value]:
    found: dict[str, Value] = {"inner_dim": np.float32(np.prod(shape[2:]))}
    for name in symbols(value for _, value in rule.states):
        if name.endswith(" is None") and (subject := name.removesuffix(" is None")) in hyper:
            found[name] = np.bool_(hyper[subject] is None)
        if name.endswith("[i]") and len(shape) > 2:  # noqa: PLR2004 - steps and rows
            found[name] = np.float32(np.nan)  # read only where rows are single numbers
    for name, value in hyper.items():
        if name != "global_step":
            found[name] = rounded(np.nan if value is None else value, np.float32)
    return found


def _deviation(
    state: str, before: Column, found: Column, truth: Column, final: Column | None
) -> Deviation:
    old, ours, real = (np.asarray(item, np.float64) for item in (before, found, truth))
    known = np.isfinite(old) & np.isfinite(real)
    scale = np.maximum(np.abs(np.where(known, old, 0)), np.abs(np.where(known, real, 0)))
    unit = np.spacing(np.maximum(scale, np.finfo(np.float32).tiny).astype(np.float32))
    apart = np.where(np.isfinite(ours), np.abs(ours - real), np.inf)[known]
    ulp = apart / unit[known]
    first = np.asarray(old[0])
    return Deviation(
        state,
        median=float(np.median(ulp)) if ulp.size else 0.0,
        largest=float(np.max(ulp, initial=0)),
        exact=float(np.mean(apart == 0)) if ulp.size else 1.0,
        relative=_relative(ours[known] - real[known], (real - old)[known]),
        accumulated=None
        if final is None
        else _relative(np.asarray(final[0], np.float64) - real[-1], real[-1] - first),
    )


def _relative(difference: Column, movement: Column) -> float:
    apart = float(np.linalg.norm(difference))
    if apart == 0:
        return 0.0
    return apart / max(float(np.linalg.norm(movement)), 1e-30)
