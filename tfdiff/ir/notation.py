"""What the printers share: which operations need brackets, and what is given a name.

A notation says how each piece looks; the driver in ``show`` walks the graph and decides
where brackets are needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

ATOM: Final = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """Binding strength of an operation's result, and what each operand needs at least."""

    result: int
    operands: tuple[int, ...]


SHAPES: Final[Mapping[str, Shape]] = {
    "or": Shape(1, (1, 1)),
    "and": Shape(2, (2, 2)),
    "not": Shape(3, (4,)),
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), Shape(4, (5, 5))),
    "add": Shape(5, (5, 6)),
    "sub": Shape(5, (5, 6)),
    "mul": Shape(6, (6, 7)),
    "div": Shape(6, (6, 7)),
    "neg": Shape(5, (6,)),
    "pow": Shape(8, (9, 8)),
}


class Notation(Protocol):
    """How a printed language writes each piece. Operands arrive bracketed where needed."""

    shapes: Mapping[str, Shape]

    def number(self, value: Fraction) -> tuple[str, int]:
        """A constant and its binding strength."""

    def symbol(self, name: str) -> str:
        """A state before the step, ``grad``, or a hyperparameter."""

    def result(self, name: str) -> str:
        """A state after the step."""

    def local(self, index: int) -> str:
        """A name for the ``index``-th shared part."""

    def truth(self, *, value: bool) -> str:
        """A constant condition."""

    def operation(self, op: str, parts: tuple[str, ...]) -> str:
        """Arithmetic, comparison or logic."""

    def call(self, function: str, parts: tuple[str, ...]) -> str:
        """A function of unbracketed arguments."""

    def power_of(self, function: str) -> bool:
        """Whether ``call`` writes this function as a power, so that its base may need brackets."""

    def choice(self, arms: tuple[tuple[str, str], ...], other: str) -> str:
        """The first value whose condition holds, else ``other``."""

    def opaque(self, text: str) -> str:
        """Source text that was not understood."""

    def group(self, text: str) -> str:
        """Brackets."""

    def mark(self, text: str) -> str:
        """A changed term."""
