"""Which ops an optimizer's methods call."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from tfdiff.facts import OpCall, OptimizerFacts


def calls(facts: OptimizerFacts) -> dict[str, tuple[OpCall, ...]]:
    """Op -> its calls, in source order."""
    found: dict[str, tuple[OpCall, ...]] = {}
    for call in facts.calls:
        found[call.op] = (*found.get(call.op, ()), call)
    return found


def callers(of: Sequence[OpCall]) -> str:
    """The methods that call an op, for a sentence."""
    return " and ".join(dict.fromkeys(call.method for call in of))


def together(ops: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Ops that came, or went, for one reason: those for handles of variables, and the others."""
    ordered = sorted(ops, key=_for_handles)
    return tuple(tuple(group) for _, group in groupby(ordered, key=_for_handles))


def _for_handles(op: str) -> bool:
    return op.startswith("Resource")
