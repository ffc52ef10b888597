"""What the ladder answers: frozen, without markup."""

from dataclasses import dataclass, field
from typing import Literal as OneOf

from tfdiff.ir.domain import Domain

Rung = OneOf["identical", "equal", "conditional", "differs", "undecided"]
Certainty = OneOf["proved", "sampled", "unknown"]


@dataclass(frozen=True, slots=True)
class Example:
    """Concrete inputs on which two rules give different results, confirmed in balls.

    Attributes:
        inputs: symbol -> value; truths are booleans.
        old, new: state -> value after one step; states without a value there are left out.
        ratio: change of the weight, new over old; None if the old rule does not move it.
    """

    inputs: tuple[tuple[str, float | bool], ...]
    old: tuple[tuple[str, float], ...]
    new: tuple[tuple[str, float], ...]
    ratio: float | None


@dataclass(frozen=True, slots=True)
class StateDecision:
    """The answer for one state.

    Attributes:
        proof: how it was decided, one phrase.
        assumptions: what the proof takes for granted, each only if it was used.
        condition: the guard outside of which the values are the same.
        reason: for undecided, what could not be read or shown.
    """

    state: str
    verdict: Rung
    certainty: Certainty
    proof: str
    assumptions: tuple[str, ...] = ()
    condition: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for two rules: that of their worst state.

    Attributes:
        verdict: ``differs`` with a ``condition`` means that the guard holds by default.
        states: the answer for each state that both rules have.
        only_old, only_new: states that only one rule has; they count as far as they reach
            the states that both have.
        witness: for conditional and differs.
        domain: which values the symbols were taken to have.
    """

    verdict: Rung
    certainty: Certainty
    proof: str
    assumptions: tuple[str, ...] = ()
    condition: str | None = None
    reason: str | None = None
    states: tuple[StateDecision, ...] = ()
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()
    witness: Example | None = None
    domain: Domain = field(default=Domain(), repr=False)
