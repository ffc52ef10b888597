"""Shapes are read or checked otherwise.

What it reports:
How shapes are read, checked and kept, where that came, went or changed.

Effect on training:
It decides what happens with variables and tensors whose shape is not fully known when the graph is
built; fully known shapes give the same values.

Not reported:
Other spellings of the same shape (``get_shape()``, ``dims[0]``).

Example:
``assert_global_step`` accepts shapes that are not fully defined.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="shape-handling-changed",
    topic="shape",
    facet="base-class-behaviour",
    effect="api",
    condition="shapes are not fully known",
    came="Looks at shapes where it did not",
    went="No longer looks at shapes",
    changed="Looks at shapes otherwise",
    meaning="It decides what happens with variables and tensors whose shape is not fully "
    "known when the graph is built; fully known shapes give the same values.",
    remedy="Give variables a full static shape.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
