"""A slot holds the same in another unit.

What it reports:
Rules that move the weights the same way, and of which one keeps a multiple of what the other
keeps in a slot: with the learning rate in it, or with another sign.

Effect on training:
None for as long as the hyperparameters in that multiple stay what they are. Where they change
between steps, what a slot has gathered so far weighs otherwise; a slot restored from the other
release is off by the multiple.

Not reported:
Slots of rules that differ in more than the unit.

Example:
``m`` gathers ``learning_rate * grad`` instead of ``grad``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="slot-meaning-changed",
    kinds=("slot-rescaled",),
    meaning="The weights move the same way for as long as the hyperparameters in that multiple "
    "stay what they are; where they change between steps, what the slot has gathered so far "
    "weighs otherwise.",
    facet="slot-initial-value",
    effect="checkpoint",
    remedy="Divide the slot by that multiple where it is restored from the old release.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
