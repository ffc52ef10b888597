"""Running powers and counters as functions of the step.

``beta1_power`` starts at ``beta1`` and is multiplied by ``beta1`` after each step; another
rule says ``beta1^(step + 1)`` instead. The closed form makes the two comparable.
"""

from collections.abc import Collection, Mapping

from tfdiff.ir.expr import Expr, Number, Operation, operation, symbol
from tfdiff.ir.walk import replaced, symbols


def closed_forms(
    states: Mapping[str, Expr], names: Collection[str], initial: Mapping[str, Expr]
) -> dict[str, Expr]:
    """The rule with those of the named states that allow it written as functions of ``step``.

    Args:
        states: state -> value after one step; a state with a closed form is left out of the
            result.
        names: states to look at.
        initial: their values before the first step (``step`` is 0 then).
    """
    forms: dict[Expr, Expr] = {}
    for name in names:
        form = _closed(name, states, initial.get(name))
        if form is not None:
            forms[symbol(name)] = form
    if not forms:
        return dict(states)
    done = replaced(states.values(), forms)
    return {name: done[value] for name, value in states.items() if symbol(name) not in forms}


def _closed(name: str, states: Mapping[str, Expr], initial: Expr | None) -> Expr | None:
    state, step = symbol(name), symbol("step")
    moving = {*states, "grad", "step", "touched"}
    if initial is None or not moving.isdisjoint(symbols([initial])):
        return None
    match states[name]:
        case Operation(op="mul" | "add" as op, args=(left, right)) if state in {left, right}:
            by = right if left is state else left
        case _:
            return None
    if not moving.isdisjoint(symbols([by])):
        return None
    if op == "mul":
        return operation("mul", initial, operation("pow", by, step))
    plain = isinstance(by, Number) and by.value == 1
    return operation("add", initial, step if plain else operation("mul", by, step))
