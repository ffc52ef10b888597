"""A rule as people write one: each state in terms of the results already there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tfdiff.ir.expr import Expr, Select, Symbol, children, symbol
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
    by_value: dict[Expr, str] = {}
    for name, value in touched:
        if children(value):
            by_value.setdefault(value, name)
    signs = {name: symbol(name + _AFTER) for name in by_value.values()}
    results = {
        name: _by_name(value, {node: signs[other] for node, other in by_value.items()})
        for name, value in touched
    }
    return StepForm(touched, tuple(_in_order(results, signs)), tuple(signs.items()), rows_only)


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
    """The expression with every named part below its root replaced by the name."""
    done: dict[Expr, Expr] = {}
    for node in ordered((root,)):
        parts = tuple(done[child] for child in children(node))
        done[node] = rebuilt(node, parts) if node is root or node not in names else names[node]
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
