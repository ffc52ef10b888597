"""Slots that keep the same in another unit: ``momentum`` with the learning rate in it, or without.

``m = momentum * m + grad; var -= lr * m`` and ``m = momentum * m - lr * grad; var += m`` move the
weights the same way for as long as the learning rate stays what it is; one keeps ``-lr`` times
what the other keeps. A unit is read off the first step that a gradient of 1 makes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.defaults import at_defaults, simplified
from tfdiff.ir.expr import (
    Expr,
    Number,
    Operation,
    Select,
    children,
    number,
    operation,
    symbol,
)
from tfdiff.ir.walk import (
    States,
    opaques,
    ordered,
    rebuilt,
    replaced_states,
    symbols,
    unknown_calls,
)

_WEIGHTS = "var"
_ZERO = number(0)
_VARIES = frozenset({"grad", "step", "touched"})


@dataclass(frozen=True, slots=True)
class Rescaled:
    """The new rule in the old rule's units.

    Attributes:
        units: slot -> what the new rule keeps, as a multiple of what the old one keeps.
    """

    rule: States
    units: Mapping[str, Expr]

    @property
    def constant(self) -> tuple[str, ...]:
        """The hyperparameters that must not change between steps."""
        return symbols(self.units.values())


def rescaled(
    rules: tuple[States, States], settings: Mapping[str, float | bool], slots: Collection[str]
) -> Rescaled | None:
    """The new rule with slots in the old rule's units; None where none has another unit.

    Args:
        rules: both rules.
        settings: values of hyperparameters that users have if they pass nothing.
        slots: the states that start at zero on both sides, which is zero in any unit.
    """
    old, new = (dict(rule) for rule in rules)
    first = [_first_step(rule, settings) for rule in rules]
    units: dict[str, Expr] = {}
    for name in slots:
        if name != _WEIGHTS and old.get(name, new.get(name)) is not new.get(name):
            unit = _unit(first[0][name], first[1][name], {*old, *new} | _VARIES)
            units |= {name: unit} if unit is not None else {}
    if not units:
        return None
    inside: dict[Expr, Expr] = {
        symbol(name): operation("mul", unit, symbol(name)) for name, unit in units.items()
    }
    turned = tuple(
        (name, operation("div", value, units[name]) if name in units else value)
        for name, value in replaced_states(rules[1], inside)
    )
    return Rescaled(turned, units)


def _first_step(rule: States, settings: Mapping[str, float | bool]) -> dict[str, Expr]:
    """What each state is after a gradient of 1, where all of them were 0 before."""
    started: dict[Expr, Expr] = {symbol(name): number(0) for name, _ in rule}
    started[symbol("grad")] = number(1)
    done = simplified(replaced_states(at_defaults(rule, settings), started))
    return {name: _moving(value) for name, value in done}


def _moving(value: Expr) -> Expr:
    """A first step with the choices made that make it one, without 0 in front of a minus."""
    done: dict[Expr, Expr] = {}
    for node in ordered([value]):
        made = rebuilt(node, tuple(done[child] for child in children(node)))
        match made:
            case Select(then=then, other=other) if _ZERO in {then, other}:
                made = other if then is _ZERO else then
            case Operation(op="sub", args=(left, right)) if left is _ZERO:
                made = operation("neg", right)
        done[node] = made
    (result,) = simplified((("", done[value]),))
    return result[1]


def _unit(old: Expr, new: Expr, varying: Collection[str]) -> Expr | None:
    """One first step as a multiple of the other, made of hyperparameters alone."""
    read = [old, new]
    if opaques(read) or unknown_calls(read) or not {*symbols(read)}.isdisjoint(varying):
        return None
    forms = Canonical()
    if _ZERO in read or forms.form(old) is forms.form(new):
        return None
    one = isinstance(old, Number) and old.value == 1
    return new if one else operation("div", new, old)
