"""Gradients are clipped otherwise.

What it reports:
Code that clips gradients, and its place before or after aggregation, where it came, went or
changed.

Effect on training:
Where clipping is asked for, the gradient that reaches the update may be another one; without it
nothing differs.

Not reported:
Clipping parameters alone (parameter-added, parameter-removed).

Example:
``clip_norm`` multiplies by ``c / n`` under a ``cond`` that keeps sparse gradients sparse.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="gradient-clipping-changed",
    topic="clipping",
    facet="base-class-behaviour",
    effect="numeric-conditional",
    condition="gradients are clipped (clipnorm, clipvalue)",
    came="Gradients can be clipped",
    went="Gradients are no longer clipped",
    changed="Gradients are clipped otherwise",
    meaning="Where clipping is asked for, the gradient that reaches the update may be "
    "another one; without it nothing differs.",
    remedy="Clip the gradients yourself between compute_gradients and apply_gradients to "
    "be independent of the release.",
    called="clip",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
