"""Rules that are the same over the reals, and computed in other precisions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from tfdiff.findings import Aspect
from tfdiff.ir.decision import Decision, StateDecision
from tfdiff.ir.precision import differing
from tfdiff.ir.rungs import SAME_OPERATIONS
from tfdiff.ir.walk import States

IN_ANOTHER: Final = (
    "the same operations in the same order, some in another precision; only rounding can differ"
)
_KIND: Final = "precision-changed"
_HALF_KIND: Final = "half-precision-changed"
_SINGLE: Final = "float32"


def in_precision(
    decision: Decision, converted: tuple[States, States]
) -> tuple[Decision, tuple[Aspect, ...]]:
    """A decision over the reals, with what the precision adds to it.

    Args:
        decision: what was decided of the rules without their conversions.
        converted: both rules with them; empty where neither has any.

    Returns:
        The decision in which nothing is identical that rounds otherwise, and an aspect for each
        state of which that is the only difference.
    """
    apart = differing(*converted)
    if not apart:
        return decision, ()
    states = tuple(_stated(one, apart) for one in decision.states)
    found = replace(decision, states=states, proof=_said(decision.proof))
    if decision.verdict == "identical":
        found = replace(found, verdict="equal")
    return found, tuple(_aspects(states, apart))


def _said(proof: str) -> str:
    return proof.replace(SAME_OPERATIONS, IN_ANOTHER)


def _stated(one: StateDecision, apart: Mapping[str, frozenset[str]]) -> StateDecision:
    if one.state not in apart:
        return one
    verdict = "equal" if one.verdict == "identical" else one.verdict
    return replace(one, verdict=verdict, proof=_said(one.proof))


def _aspects(
    states: tuple[StateDecision, ...], apart: Mapping[str, frozenset[str]]
) -> Iterator[Aspect]:
    for one in states:
        if one.proof == IN_ANOTHER:
            kinds = sorted(apart[one.state])
            half = kinds == [_SINGLE]
            phrase = f"{one.state} is computed in another precision ({', '.join(kinds)})"
            kind = _HALF_KIND if half else _KIND
            yield Aspect(kind, one.state, one.certainty, None, phrase)
