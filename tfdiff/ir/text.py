"""Plain text: formulas for the terminal, readable at 80 columns."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from tfdiff.ir.notation import ATOM, SHAPES, Shape

SIGNS: Final[Mapping[str, str]] = {
    "or": " or ",
    "and": " and ",
    "lt": " < ",
    "le": " <= ",
    "gt": " > ",
    "ge": " >= ",
    "eq": " == ",
    "ne": " != ",
    "add": " + ",
    "sub": " - ",
    "mul": "*",
    "div": "/",
    "pow": "^",
}


class TextNotation:
    """Formulas as a programmer would type them; a changed term stands in ``[[ ]]``."""

    shapes: Mapping[str, Shape] = SHAPES

    def number(self, value: Fraction) -> tuple[str, int]:
        """A decimal where it is exact and short, else a fraction."""
        shown = decimal(value)
        if shown is None:
            shown = f"{value.numerator}/{value.denominator}"
            return shown, SHAPES["div"].result
        return shown, SHAPES["neg"].result if value < 0 else ATOM

    def symbol(self, name: str) -> str:
        """The name as it is in the sources."""
        return name

    def result(self, name: str) -> str:
        """A state after the step has a prime."""
        return f"{name}'"

    def local(self, index: int) -> str:
        """Shared parts are s1, s2, ..."""
        return f"s{index}"

    def truth(self, *, value: bool) -> str:
        """Truths as Python writes them."""
        return str(value)

    def operation(self, op: str, parts: tuple[str, ...]) -> str:
        """Operators between or before their operands."""
        if op == "neg":
            return f"-{parts[0]}"
        if op == "not":
            return f"not {parts[0]}"
        return SIGNS[op].join(parts)

    def call(self, function: str, parts: tuple[str, ...]) -> str:
        """Functions by name; ``square`` is a power."""
        return f"{parts[0]}^2" if function == "square" else f"{function}({', '.join(parts)})"

    def power_of(self, function: str) -> bool:
        """Only ``square``."""
        return function == "square"

    def choice(self, arms: tuple[tuple[str, str], ...], other: str) -> str:
        """Nested ``if``, always in brackets."""
        chain = "".join(f"{value} if {condition} else " for condition, value in arms)
        return f"({chain}{other})"

    def opaque(self, text: str) -> str:
        """Source text between question marks."""
        return f"?{' '.join(text.split())}?"

    def group(self, text: str) -> str:
        """Round brackets."""
        return f"({text})"

    def mark(self, text: str) -> str:
        """Double square brackets."""
        return f"[[{text}]]"


def decimal(value: Fraction) -> str | None:
    """The shortest decimal of a constant; None where no short one is exact.

    1e-8 is 1e-8, 9/10 is 0.9, 1/3 has none.
    """
    if value.denominator == 1 and abs(value) < 10**6:
        return str(value.numerator)
    shown = repr(float(value))
    if Fraction(shown) != value:
        return None
    return shown.replace("e-0", "e-").removesuffix(".0")
