"""The rule that users run who pass nothing: options that are off by default left out.

For explaining and measuring only. A product with a hyperparameter that is 0 by default is taken
to be 0, whatever the other factor is.
"""

from collections.abc import Mapping
from typing import Final

from tfdiff.ir.expr import Boolean, Expr, Operation, boolean, children, number, operation, symbol
from tfdiff.ir.switches import conditions
from tfdiff.ir.truths import by_default
from tfdiff.ir.walk import States, ordered, rebuilt, replaced_states, symbols

Settings = Mapping[str, float | bool]
ABSENT: Final = " is None"
ZERO: Final = number(0)
ONE: Final = number(1)


def without_absent(states: States, settings: Settings) -> States:
    """A rule without the arguments that are None by default and were not passed."""
    absent: dict[Expr, Expr] = {
        symbol(name): boolean(value=True)
        for name, value in settings.items()
        if name.endswith(ABSENT) and value is True
    }
    return simplified(replaced_states(states, absent))


def at_defaults(states: States, settings: Settings) -> States:
    """A rule with the choices made that defaults decide, and without what is 0 by default."""
    decided: dict[Expr, Expr] = {}
    for condition in conditions(value for _, value in states):
        truth = by_default(condition, settings)
        if truth is not None:
            decided[condition] = boolean(truth)
    zeros: dict[Expr, Expr] = {
        symbol(name): number(0)
        for name, value in settings.items()
        if not isinstance(value, bool) and value == 0
    }
    return simplified(replaced_states(states, decided | zeros))


def simplified(states: States) -> States:
    """The same rule with the choices made that are known, and without adding 0 and the like."""
    done: dict[Expr, Expr] = {}
    for node in ordered(value for _, value in states):
        done[node] = _simpler(rebuilt(node, tuple(done[child] for child in children(node))))
    return tuple((name, done[value]) for name, value in states)


def reaching(states: States, visible: str) -> frozenset[str]:
    """The states that the weights depend on, in this step or a later one."""
    values = dict(states)
    found: set[str] = set()
    pending = [visible]
    while pending:
        name = pending.pop()
        if name in values and name not in found:
            found.add(name)
            pending.extend(symbols([values[name]]))
    return frozenset(found)


def _simpler(node: Expr) -> Expr:
    match node:
        case Operation(op="and" | "or" as op, args=args):
            return _logic(args, neutral=op == "and")
        case Operation(op="not", args=(Boolean(value=truth),)):
            return boolean(not truth)
        case Operation(op=op, args=(left, right)):
            return _arithmetic(op, left, right) or node
        case _:
            return node


def _arithmetic(op: str, left: Expr, right: Expr) -> Expr | None:
    """A sum, product or quotient with 0 or 1; None for all else."""
    found: Expr | None = None
    if op in {"add", "sub"} and right is ZERO:
        found = left
    elif op == "add" and left is ZERO:
        found = right
    elif op in {"mul", "div"} and (right is ONE or left is ZERO):
        found = left
    elif op == "mul" and (left is ONE or right is ZERO):
        found = right
    return found


def _logic(parts: tuple[Expr, ...], *, neutral: bool) -> Expr:
    kept = tuple(part for part in parts if part is not boolean(neutral))
    if boolean(not neutral) in kept:
        return boolean(not neutral)
    if not kept:
        return boolean(neutral)
    return kept[0] if len(kept) == 1 else operation("and" if neutral else "or", *kept)
