"""Graph collections are used otherwise.

What it reports:
Graph collections that are read or written, where that came, went or changed.

Effect on training:
Collections decide what is found by savers, initialisers and the code that reads them; the weights
are not affected.

Not reported:
Collections inside the kernels or savers themselves.

Example:
``apply_gradients`` adds its op to ``TRAIN_OP``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="graph-collections-changed",
    topic="collection",
    facet="base-class-behaviour",
    effect="api",
    condition="graph collections are read",
    came="Uses a graph collection where it did not",
    went="No longer uses a graph collection",
    changed="Uses graph collections otherwise",
    meaning="Collections decide what is found by savers, initialisers and the code that "
    "reads them; the weights are not affected.",
    remedy="Name the variables yourself where you relied on a collection.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
