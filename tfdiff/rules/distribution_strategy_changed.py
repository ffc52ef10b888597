"""Replicas and towers are treated otherwise.

What it reports:
Calls of and tests on distribution strategies (``merge_call``, ``extended.update``, ``reduce_to``,
towers and replicas) that came, went or changed.

Effect on training:
It decides how gradients and updates go between replicas; with a single replica nothing differs.

Not reported:
TensorFlow's own renames (``get_tower_context`` to ``get_replica_context``, ``distribution.x`` to
``distribution.extended.x``).

Example:
``apply_gradients`` enters ``merge_call`` before it updates.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="distribution-strategy-changed",
    topic="strategy",
    facet="base-class-behaviour",
    effect="distributed",
    condition="training runs under a distribution strategy",
    came="Works through distribution strategies",
    went="No longer works through distribution strategies",
    changed="Treats replicas otherwise",
    meaning="It decides how gradients and updates go between replicas; with a single "
    "replica nothing differs.",
    remedy="Compare the reduction of gradients and losses when you move a distributed job.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
