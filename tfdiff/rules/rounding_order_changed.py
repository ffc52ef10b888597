"""The same formula is computed with other operations.

What it reports:
Rules that were proved equal over the real numbers, and that are written with other operations or
in another order.

Effect on training:
Rounding only: single steps differ in the last digits, and long runs drift apart as any two runs
do that round differently.

Not reported:
Operands of one addition or multiplication that changed places.

Example:
``x / sqrt(v)`` becomes ``x * rsqrt(v)``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOGETHER = "file"
_WORDING = Wording(
    rule="rounding-order-changed",
    kinds=("rounding-order-changed",),
    meaning="The quantities are the same and were proved equal; only rounding can differ.",
    tried="The quantities agree at every point that was tried, which is no proof; as far as that "
    "goes only rounding can differ.",
    effect="rounding-only",
    remedy="Nothing to do, unless runs are compared bit by bit: no argument restores the old "
    "rounding.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
