"""The update rule differs only under a condition.

What it reports:
Rules that are the same unless a setting, or the data, makes the condition true: an argument that
is new or that acts in another way, ``use_nesterov``, rows that a sparse gradient does not touch.

Effect on training:
None where the condition does not hold. Where it does, the finding says what differs and how far
the weights drift.

Not reported:
Conditions that hold nowhere, and repeated indices, which ``duplicate-indices-changed``
reports.

Example:
A new argument adds a shrinkage penalty to the gradient if it is greater than 0.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="guard-changed",
    kinds=("guard-changed",),
    meaning="The releases take the same step wherever the condition does not hold.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
