"""A rule as people write one: each state in terms of the results already there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tfdiff.ir.expr import Expr, Select, Symbol, children, select, symbol
from tfdiff.ir.walk import States, ordered, rebuilt

TOUCHED: Final = "touched"  # the symbol that is true for the rows in a sparse gradient
_AFTER: Final = "\N{PRIME} after the step"  # no name in any source holds this


@dataclass(frozen=True, slots=True)
class StepForm:
    """A rule whose values use other states' results by name.

    Attributes:
        written: the rule without the case of untouched rows, where they keep their values.
        results: the states in an order in which each uses only results before it; a result
            is a symbol of ``signs``.
        signs: state -> the symbol that stands for its result.
        rows_only: whether the case of untouched rows was left away.
    """

    written: States
    results: States
    signs: tuple[tuple[str, Expr], ...]
    rows_only: bool


def step_form(states: States) -> StepForm:
    """Write a rule with its results by name."""
    touched = tuple((name, _touched(name, value)) for name, value in states)
    rows_only = any(new is not old for (_, new), (_, old) in zip(touched, states, strict=True))
    if rows_only and any(_mentions(value) for _, value in touched):
        touched, rows_only = states, False
    signs = {name: symbol(name + _AFTER) for name, value in touched if children(value)}
    for arms in (True, False):
        results = _results(touched, signs, arms=arms)
        order = tuple(_in_order(results, signs))
        if not arms or not _uses_later(order, signs):
            break
    return StepForm(touched, order, tuple(signs.items()), rows_only)


def _results(states: States, signs: dict[str, Expr], *, arms: bool) -> dict[str, Expr]:
    """Each state's value with the others' results by name.

    With ``arms`` the case of a choice also names the results of the same case: where Adam's
    weights choose on ``touched``, the touched case may say m for what m becomes there.
    """
    whole: dict[Expr, Expr] = {}
    for name, value in states:
        if name in signs:
            whole.setdefault(value, signs[name])
    results = {}
    for name, value in states:
        if arms and isinstance(value, Select):
            then, other = (
                _by_name(
                    getattr(value, arm), whole | _arms(name, value.condition, arm, states, signs)
                )
                for arm in ("then", "other")
            )
            results[name] = select(value.condition, then, other)
        else:
            results[name] = rebuilt(value, tuple(_by_name(part, whole) for part in children(value)))
    return results


def _arms(
    mine: str, condition: Expr, arm: str, states: States, signs: dict[str, Expr]
) -> dict[Expr, Expr]:
    """What the other states become in one case of a choice on the same condition."""
    found: dict[Expr, Expr] = {}
    for name, value in states:
        if name != mine and isinstance(value, Select) and value.condition is condition:
            case = value.then if arm == "then" else value.other
            if children(case):
                found.setdefault(case, signs[name])
    return found


def _uses_later(order: States, signs: dict[str, Expr]) -> bool:
    later = {signs[name] for name, _ in order if name in signs}
    for name, value in order:
        if not later.isdisjoint(ordered((value,))):
            return True
        later.discard(signs.get(name, value))
    return False


def _touched(name: str, value: Expr) -> Expr:
    """What a row in the gradient gets, where other rows keep what they have."""
    match value:
        case Select(Symbol(name=sign), then, Symbol(name=kept)) if sign == TOUCHED and kept == name:
            return then
        case _:
            return value


def _mentions(value: Expr) -> bool:
    return any(isinstance(node, Symbol) and node.name == TOUCHED for node in ordered((value,)))


def _by_name(root: Expr, names: dict[Expr, Expr]) -> Expr:
    """The expression with every named part replaced by its name."""
    done: dict[Expr, Expr] = {}
    for node in ordered((root,)):
        parts = tuple(done[child] for child in children(node))
        done[node] = names[node] if node in names else rebuilt(node, parts)
    return done[root]


def _in_order(results: dict[str, Expr], signs: dict[str, Expr]) -> Iterator[tuple[str, Expr]]:
    """Each state after those whose results it uses; they cannot use each other in a circle."""
    owners = {sign: name for name, sign in signs.items()}
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, Expr]]:
        if name in done:
            return
        done.add(name)
        for node in ordered((results[name],)):
            if node in owners and owners[node] != name:
                yield from visit(owners[node])
        yield name, results[name]

    for name in results:
        yield from visit(name)
