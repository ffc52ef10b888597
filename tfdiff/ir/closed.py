"""Running powers and counters as functions of the step.

``beta1_power`` starts at ``beta1`` and is multiplied by ``beta1`` after each step; another
rule says ``beta1^(step + 1)`` instead. The closed form makes the two comparable.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tfdiff.ir.expr import Expr, Operation, number, operation, symbol
from tfdiff.ir.walk import replaced, symbols


@dataclass(frozen=True, slots=True)
class Closed:
    """Two rules with running powers and counters written out.

    Attributes:
        assumptions: symbol -> what was taken for its start (``iterations starts at 0``).
    """

    old: dict[str, Expr]
    new: dict[str, Expr]
    assumptions: tuple[tuple[str, str], ...]


def closed(
    old: Mapping[str, Expr],
    new: Mapping[str, Expr],
    initial_old: Mapping[str, Expr],
    initial_new: Mapping[str, Expr],
) -> Closed:
    """Both rules in terms of ``step``, where a state of one of them is a function of it.

    A state that both have is written out only if it is the same function in both; it stays a
    state. One that only one rule has is left out of the result. A counter whose start is not
    known is taken to start at 0, and that is said.
    """
    forms: tuple[dict[str, Expr], dict[str, Expr]] = ({}, {})
    assumptions: dict[str, str] = {}
    for side, rule, initial in zip(forms, (old, new), (initial_old, initial_new), strict=True):
        for name in rule:
            form = _closed(name, rule, initial.get(name))
            if form is None and name not in initial and _counts(name, rule[name]):
                form = symbol("step")
                assumptions[name] = f"{name} starts at 0"
            if form is not None:
                side[name] = form
    for name in {*old} & {*new}:
        if forms[0].get(name) is not forms[1].get(name) or old[name] is not new[name]:
            forms[0].pop(name, None)
            forms[1].pop(name, None)
    used = {*forms[0], *forms[1]}
    return Closed(
        _written(old, forms[0], new),
        _written(new, forms[1], old),
        tuple((name, said) for name, said in assumptions.items() if name in used),
    )


def _written(
    rule: Mapping[str, Expr], forms: Mapping[str, Expr], other: Mapping[str, Expr]
) -> dict[str, Expr]:
    done = replaced(rule.values(), {symbol(name): form for name, form in forms.items()})
    return {
        name: value if name in forms else done[value]
        for name, value in rule.items()
        if name in other or name not in forms
    }


def _counts(name: str, value: Expr) -> bool:
    match value:
        case Operation(op="add", args=args):
            return set(args) == {symbol(name), number(1)}
        case _:
            return False


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
    moved = step if by is number(1) else operation("mul", by, step)
    return moved if initial is number(0) else operation("add", initial, moved)
