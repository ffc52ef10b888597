"""One step of a rule with everything but the states given: gradients, hyperparameters, clock."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from benchmarks.oracle.cases import Argument
from benchmarks.oracle.gradients import row_gradients
from benchmarks.oracle.reductions import EXACT, NotEvaluableError, evaluated
from benchmarks.oracle.states import Column
from tfdiff.facts import UpdateRule
from tfdiff.ir.evaluate import Value, rounded
from tfdiff.ir.walk import States, symbols

Gradients = Mapping[str, npt.NDArray[np.generic]]
Dtype = type[np.float32] | type[np.float64]


class Given:
    """The gradients of a run: what each row receives, occurrence by occurrence."""

    def __init__(self, kind: str, arrays: Gradients) -> None:
        self.values = np.asarray(arrays[f"{kind}/values"], np.float32)
        self.indices = arrays.get(f"{kind}/indices")

    def occurrences(self, rows: int) -> list[tuple[Column, Column]]:
        """Gradients and masks, steps x rows x columns each: first the first of each row, ..."""
        if self.indices is None:
            return [(self.values, np.ones(self.values.shape, np.bool_))]
        return row_gradients(np.asarray(self.indices, np.int32), self.values, rows)


class Step:
    """A rule, in each order it may be carried out in, with everything but the states given."""

    def __init__(
        self,
        orders: tuple[UpdateRule, ...],
        hyper: dict[str, Argument],
        given: Given,
        shape: tuple[int, ...],
        dtype: Dtype = np.float32,
    ) -> None:
        self.orders = orders
        self._dtype = dtype
        steps = shape[0] - 1
        clock = np.arange(steps, dtype=dtype).reshape(steps, *(1,) * (len(shape) - 1))
        self._fixed = dict(_fixed(orders[0], hyper, shape, dtype))
        self._moving: dict[str, Column] = {"step": clock, "global_step": clock}
        self._levels = [
            (values.astype(dtype), mask) for values, mask in given.occurrences(shape[1])
        ]

    def at(self, states: Mapping[str, Column], steps: slice, order: int = 0) -> dict[str, Column]:
        """The states one step later, for some steps at once.

        Args:
            states: every state before each of the steps.
            steps: which.
            order: which of the rule's orders.
        """
        rule = self.orders[order]
        states = {name: column.astype(self._dtype) for name, column in states.items()}
        levels = self._levels
        if rule.duplicates == "sequential":
            current = dict(states)
            for gradient, mask in levels:
                after = self._once(current, gradient[steps], mask[steps], steps, rule.states)
                current = {
                    name: np.where(mask[steps], after[name], current[name])
                    if name in after and np.shape(after[name])[1:] != (1,) * (np.ndim(mask) - 1)
                    else after.get(name, current[name])
                    for name in current
                }
            return current
        if rule.duplicates == "unknown" and len(levels) > 1:
            raise NotEvaluableError("what repeated indices do was not read")
        gradient = levels[0][0][steps]
        for more, mask in levels[1:]:
            gradient = (
                np.where(mask[steps], more[steps], gradient)
                if rule.duplicates == "last"
                else np.add(gradient, more[steps])
            )
        return self._once(states, gradient, levels[0][1][steps], steps, rule.states)

    def _once(
        self,
        states: Mapping[str, Column],
        gradient: Column,
        mask: Column,
        steps: slice,
        order: States,
    ) -> dict[str, Column]:
        inputs: dict[str, Value] = dict(self._fixed)
        inputs |= {name: self._dtype(np.nan) for name, _ in order}
        inputs |= {name: column[steps] for name, column in self._moving.items()}
        inputs |= dict(states)
        inputs["grad"] = gradient
        inputs["touched"] = mask
        occurrences = [(values[steps], where[steps]) for values, where in self._levels]
        after = evaluated(order, inputs, occurrences)
        return {name: np.asarray(value) for name, value in after.items() if name in states}


def _fixed(
    rule: UpdateRule, hyper: dict[str, Argument], shape: tuple[int, ...], dtype: Dtype
) -> Mapping[str, Value]:
    found: dict[str, Value] = {"inner_dim": dtype(np.prod(shape[2:]))}
    for name in symbols(value for _, value in rule.states):
        if name.endswith(" is None") and (subject := name.removesuffix(" is None")) in hyper:
            found[name] = np.bool_(hyper[subject] is None)
        if name.endswith("[i]") and len(shape) > 2:  # noqa: PLR2004 - steps and rows
            found[name] = dtype(np.nan)  # read only where rows are single numbers
    for name, value in hyper.items():
        if name != "global_step":
            single = rounded(np.nan if value is None else value, np.float32)
            found[name] = rounded(single, dtype)
            found[EXACT + name] = rounded(np.nan if value is None else value, np.float64)
    return found
