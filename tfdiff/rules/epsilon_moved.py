"""Epsilon stands elsewhere in the update rule.

What it reports:
A rule that is the same on both sides once epsilon is 0: it was inside the square root and is now
outside, or the other way round, or it is scaled in another way.

Effect on training:
Steps differ where epsilon is not small against the root of the second moment: small or rare
gradients, and large values of epsilon. The finding says where, and how far the weights drift.

Not reported:
Another default of epsilon, and rules that differ in more than epsilon.

Example:
``grad / sqrt(v + epsilon)`` becomes ``grad / (sqrt(v) + epsilon)``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="epsilon-moved",
    kinds=("epsilon-moved",),
    meaning="Epsilon acts elsewhere in the formula, so steps differ where it is not small against "
    "the gradients seen so far.",
    facet="epsilon-handling",
    remedy="No value of epsilon restores the old formula; a smaller epsilon makes the difference "
    "smaller on both sides.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
