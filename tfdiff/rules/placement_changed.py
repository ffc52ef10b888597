"""State or ops live on another device.

What it reports:
Where state and ops are placed (``colocate_with``, ``device``), where that came, went or changed.

Effect on training:
It decides on which device state and updates live; on a single device nothing differs.

Not reported:
Placement by a distribution strategy (distribution-strategy-changed).

Example:
The beta powers are placed with the variable of the smallest name instead of the first one.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="placement-changed",
    topic="placement",
    facet="device-placement",
    effect="distributed",
    condition="there are several devices or parameter servers",
    came="Is placed with something where it was free",
    went="Is no longer placed with anything there",
    changed="Is placed with something else",
    meaning="It decides on which device state and updates live; on a single device nothing "
    "differs.",
    remedy="Set devices around the optimizer yourself where the placement matters.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
