"""How a stretch of statements ended, and how the arms of a branch are merged."""

from dataclasses import dataclass
from typing import Literal as OneOf

from tfdiff.extract.python.interpret.memory import (
    Memory,
    merge_memories,
    merge_values,
)
from tfdiff.extract.python.interpret.values import (
    Value,
)
from tfdiff.ir.expr import (
    Expr,
)

Ending = OneOf["next", "return", "raise", "break", "continue"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """How a stretch of statements ended, and the memory it left."""

    ending: Ending
    value: Value
    memory: Memory


@dataclass(frozen=True, slots=True)
class Fork:
    """A stretch whose two arms ended differently."""

    condition: Expr
    then: "Outcome"
    other: "Outcome"


Outcome = Leaf | Fork


def join(outcome: Outcome) -> Outcome:
    """Merge arms that ended the same way; an arm that raises is not taken."""
    if isinstance(outcome, Leaf):
        return outcome
    then, other = join(outcome.then), join(outcome.other)
    if isinstance(then, Leaf) and then.ending == "raise":
        return other
    if isinstance(other, Leaf) and other.ending == "raise":
        return then
    if isinstance(then, Leaf) and isinstance(other, Leaf) and then.ending == other.ending:
        return Leaf(
            then.ending,
            merge_values(outcome.condition, then.value, other.value),
            merge_memories(outcome.condition, then.memory, other.memory),
        )
    return Fork(outcome.condition, then, other)
