"""What one side calls and nothing is known of, as any quantity: enough to tell where it matters.

Two rules may clip by a norm in different ways, which cannot be compared, and be the same where
nothing is clipped. What holds whatever value the unknown takes holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tfdiff.ir.conditions import condition_of
from tfdiff.ir.decision import StateDecision
from tfdiff.ir.expr import Call, Expr, Opaque, symbol
from tfdiff.ir.guards import Frame
from tfdiff.ir.refute import searched
from tfdiff.ir.rungs import unread, unrefuted
from tfdiff.ir.sampling import points
from tfdiff.ir.walk import opaques, replaced, symbols, truth_symbols, unknown_calls


def around_unread(name: str, old: Expr, new: Expr, frame: Frame) -> StateDecision | None:
    """The answer for a state if what was not read may have any value; None if there is none.

    Args:
        name: the state.
        old: its old value, with calls that both rules share as symbols.
        new: its new value, likewise.
        frame: what the comparison works within.

    Returns:
        ``equal``, or ``conditional`` with what was not read behind the condition as reason.
    """
    if not _unknown([old, new]):
        return None
    left = replaced([old], _any_quantities(_unknown([old]), "old"))[old]
    right = replaced([new], _any_quantities(_unknown([new]), "new"))[new]
    own = frozenset(symbols([left, right])) - frozenset(symbols([old, new]))
    domain = frame.domain.having(dict.fromkeys(truth_symbols([left, right]), "boolean"))
    free = replace(
        frame,
        domain=domain,
        data=frame.data | own,
        unread=own,
        points=points([left, right], domain, frame.settings),
    )
    search = searched(left, right, free.points)
    if search.row is None:
        decision = unrefuted(name, left, right, search, domain)
        return decision if decision.certainty == "proved" else None
    found = condition_of(left, right, free, search)
    if found is None or found[0].default:
        return None
    guard, outside = found
    return StateDecision(
        name,
        "conditional",
        outside.certainty,
        f"outside of the condition: {outside.proof}",
        outside.assumptions,
        guard.text,
        unread([old, new]),
    )


def _unknown(roots: Iterable[Expr]) -> tuple[Call | Opaque, ...]:
    roots = tuple(roots)
    return (*opaques(roots), *unknown_calls(roots))


def _any_quantities(unknown: Iterable[Expr], side: str) -> Mapping[Expr, Expr]:
    """A symbol for each; what was not understood need not be the same thing on both sides."""

    def named() -> Iterator[tuple[Expr, Expr]]:
        for index, node in enumerate(unknown, start=1):
            yield node, symbol(f"unread {index} of the {side} rule")

    return dict(named())
