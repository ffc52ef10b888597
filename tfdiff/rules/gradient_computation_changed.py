"""Gradients are computed or filtered otherwise.

What it reports:
How gradients are asked for (gates, aggregation, tapes, functions of the loss) and filtered, where
it came, went or changed.

Effect on training:
It is how the gradients come about, before any update; the values are those of the same loss unless
the arguments say otherwise.

Not reported:
Parameters alone (method-signature-changed), errors (validation-added).

Example:
``compute_gradients`` accepts a callable loss and records it on a tape.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="gradient-computation-changed",
    topic="gradients",
    facet="base-class-behaviour",
    effect="api",
    condition=None,
    came="Computes gradients in a further way",
    went="Computes gradients in one way less",
    changed="Computes gradients otherwise",
    meaning="It is how the gradients come about, before any update; the values are those of"
    " the same loss unless the arguments say otherwise.",
    remedy="Pass gradients to apply_gradients yourself to be independent of it.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
