"""Running powers and counters as functions of the step.

``beta1_power`` starts at ``beta1`` and is multiplied by ``beta1`` after each step; another
rule says ``beta1^(step + 1)`` instead. The closed form makes the two comparable.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tfdiff.ir.expr import (
    Expr,
    Operation,
    Select,
    boolean,
    children,
    number,
    operation,
    select,
    symbol,
)
from tfdiff.ir.walk import ordered, rebuilt, replaced, symbols


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
            start = initial.get(name)
            if start is None and name != "step" and _counts(name, rule[name]):
                start = number(0)
                assumptions[name] = f"{name} starts at 0"
            form = _closed(name, rule, start)
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
    if any(isinstance(form, Select) for form in forms.values()):
        done = {node: _asked_once(value) for node, value in done.items() if node in rule.values()}
    return {
        name: value if name in forms else done[value]
        for name, value in rule.items()
        if name in other or name not in forms
    }


def _asked_once(root: Expr) -> Expr:
    """The same value with no choice inside a case of the same choice.

    A counter that counts only with decay is read only with decay.
    """
    done: dict[Expr, Expr] = {}
    for node in ordered([root]):
        made = rebuilt(node, tuple(done[child] for child in children(node)))
        if isinstance(made, Select):
            arms = (made.then, boolean(value=True)), (made.other, boolean(value=False))
            then, other = (replaced([arm], {made.condition: truth})[arm] for arm, truth in arms)
            made = select(made.condition, then, other)
        done[node] = made
    return done[root]


def _counts(name: str, value: Expr) -> bool:
    """Whether a state goes up by one in each step, or not at all."""
    match value:
        case Operation(op="add", args=args):
            return set(args) == {symbol(name), number(1)}
        case Select(_, then, other):
            arms = {then, other} - {symbol(name)}
            return all(_counts(name, arm) for arm in arms)
        case _:
            return False


def _closed(name: str, rule: Mapping[str, Expr], initial: Expr | None) -> Expr | None:
    moving = frozenset({*rule, "grad", "step", "touched"})
    if initial is None or not moving.isdisjoint(symbols([initial])):
        return None
    return _form(symbol(name), rule[name], initial, moving)


def _form(state: Expr, value: Expr, initial: Expr, moving: frozenset[str]) -> Expr | None:
    """The state as a function of the step, given its update; None where there is no such form."""
    step = symbol("step")
    found: Expr | None = None
    match value:
        case Operation(op="mul" | "add" as op, args=(left, right)) if state in {left, right}:
            by = right if left is state else left
            if not moving.isdisjoint(symbols([by])):
                found = None
            elif op == "mul":
                found = operation("mul", initial, operation("pow", by, step))
            else:
                moved = step if by is number(1) else operation("mul", by, step)
                found = moved if initial is number(0) else operation("add", initial, moved)
        case Select(condition, then, other) if moving.isdisjoint(symbols([condition])):
            arms = [_form(state, arm, initial, moving) for arm in (then, other)]
            if arms[0] is not None and arms[1] is not None:
                found = select(condition, arms[0], arms[1])
        case _ if value is state:
            found = initial
        case _:
            pass
    return found
