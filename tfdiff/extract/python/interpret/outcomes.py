"""How a stretch of statements ended, and how the arms of a branch are merged."""

from dataclasses import dataclass
from typing import Literal as OneOf

from tfdiff.extract.python.interpret.memory import (
    Memory,
    merge_memories,
    merge_values,
    negation,
)
from tfdiff.extract.python.interpret.values import Raised, Value
from tfdiff.ir.expr import Expr, select

Ending = OneOf["next", "return", "raise", "fail", "break", "continue"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """How a stretch of statements ended, and the memory it left.

    Attributes:
        ending: ``raise`` where the source does, ``fail`` where something else went wrong.
        value: what is returned, or which exception it is.
        lost: for ``fail``, what stands for all that this way would have computed.
    """

    ending: Ending
    value: Value
    memory: Memory
    lost: Expr | None = None

    @property
    def raised(self) -> Raised | None:
        """The exception that it ends with."""
        if self.ending not in {"raise", "fail"}:
            return None
        return Raised(str(self.value), meant=self.ending == "raise")


@dataclass(frozen=True, slots=True)
class Fork:
    """A stretch whose two arms ended differently."""

    condition: Expr
    then: "Outcome"
    other: "Outcome"


Outcome = Leaf | Fork


def join(outcome: Outcome) -> Outcome:  # noqa: PLR0911 - one way to end each
    """Merge arms that ended the same way.

    An arm that raises is not taken. One that fails for another reason may well be, only what
    it does is not known: that taints what the other arm leaves.
    """
    if isinstance(outcome, Leaf):
        return outcome
    then, other = join(outcome.then), join(outcome.other)
    if isinstance(then, Leaf) and then.ending == "raise":
        return other
    if isinstance(other, Leaf) and other.ending == "raise":
        return then
    if isinstance(then, Leaf) and then.lost is not None:
        return _tainted(other, outcome.condition, then.lost)
    if isinstance(other, Leaf) and other.lost is not None:
        return _tainted(then, negation(outcome.condition), other.lost)
    if isinstance(then, Leaf) and isinstance(other, Leaf) and then.ending == other.ending:
        return Leaf(
            then.ending,
            merge_values(outcome.condition, then.value, other.value),
            merge_memories(outcome.condition, then.memory, other.memory),
        )
    return Fork(outcome.condition, then, other)


def _tainted(outcome: Outcome, condition: Expr, lost: Expr) -> Outcome:
    """An outcome whose states are not known where a condition holds."""
    if isinstance(outcome, Fork):
        arms = (_tainted(arm, condition, lost) for arm in (outcome.then, outcome.other))
        return Fork(outcome.condition, *arms)
    if outcome.lost is not None:
        return outcome
    memory = outcome.memory.copy()
    for states in (memory.states, memory.pending):
        states.update({name: select(condition, lost, value) for name, value in states.items()})
    return Leaf(outcome.ending, outcome.value, memory)
