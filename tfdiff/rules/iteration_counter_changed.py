"""The step counter is kept, read or moved otherwise.

What it reports:
Statements that create, read or move the step counter (``iterations``, ``global_step``), where they
came, went or changed.

Effect on training:
When the counter moves decides which step a decay or a bias correction sees. Where the update rule
was proved the same the weights of a step are not affected.

Not reported:
Counters that are state of their own and came or went (slot-added, slot-removed).

Example:
``assign_add(iterations, 1)`` moves before the update.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="iteration-counter-changed",
    topic="iterations",
    facet="base-class-behaviour",
    effect="numeric-conditional",
    condition="the step counter is used (decay, bias correction, global_step)",
    came="Keeps or reads a step counter",
    went="No longer keeps or reads a step counter there",
    changed="The step counter is kept or read otherwise",
    meaning="When the counter moves decides which step a decay or a bias correction sees. "
    "Where the update rule was proved the same the weights of a step are not "
    "affected.",
    remedy="Compare the counter after one step where you restore it or read it yourself.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
