"""Ops or variables are named otherwise.

What it reports:
Name scopes, variable scopes and names made unique, where they came, went or changed.

Effect on training:
Variables that are created inside have another name, and name-based checkpoints find them under it;
names of plain ops matter only to who looks them up.

Not reported:
The default of ``name`` (default-changed) and slots whose scope was read (slot-renamed).

Example:
Hyperparameters of a Keras optimizer are created under its class's name.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="name-scope-changed",
    topic="scope",
    facet="slot-name",
    effect="checkpoint",
    condition="names of ops or variables matter (name-based checkpoints, summaries, graph lookups)",
    came="Names ops or variables under a scope",
    went="No longer names ops or variables under a scope",
    changed="Names ops or variables under another scope",
    meaning="Variables that are created inside have another name, and name-based "
    "checkpoints find them under it; names of plain ops matter only to who looks "
    "them up.",
    remedy="Map the names when you restore an old checkpoint by name.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
