"""Which ops an optimizer's methods call."""

from collections.abc import Sequence

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
