"""Sets of signs as bit masks."""

from fractions import Fraction
from typing import Final

from flint import fmpq

NEGATIVE: Final = 1
ZERO: Final = 2
POSITIVE: Final = 4
ANY: Final = 7


def sign(value: Fraction | fmpq) -> int:
    """The sign of a number."""
    if value == 0:
        return ZERO
    return POSITIVE if value > 0 else NEGATIVE


def flipped(mask: int) -> int:
    """The signs of the opposite."""
    return (
        (mask & ZERO) | (NEGATIVE if mask & POSITIVE else 0) | (POSITIVE if mask & NEGATIVE else 0)
    )


def squared(mask: int) -> int:
    """The signs that an even power can have."""
    return (mask & ZERO) | (POSITIVE if mask & (NEGATIVE | POSITIVE) else 0)


def multiplied(left: int, right: int) -> int:
    """The signs that a product can have."""
    found = (left | right) & ZERO
    if left & POSITIVE:
        found |= right & ~ZERO
    if left & NEGATIVE:
        found |= flipped(right) & ~ZERO
    return found
