"""Ops are ordered otherwise.

What it reports:
Control dependencies, groups and identities that order ops, where they came, went or changed.

Effect on training:
It decides which ops run before which. Without a dependency two of them may run in either order;
where the update rule was proved the same, one step gives the same weights.

Not reported:
Dependencies that belong to another matter, such as constraints.

Example:
``_finish`` updates the beta powers after all updates instead of beside them.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="control-dependencies-changed",
    topic="control",
    facet="base-class-behaviour",
    effect="distributed",
    condition="ops may run at once",
    came="Waits for other ops where it did not",
    went="No longer waits for other ops",
    changed="Waits for other ops otherwise",
    meaning="It decides which ops run before which. Without a dependency two of them may "
    "run in either order; where the update rule was proved the same, one step gives"
    " the same weights.",
    remedy="Add your own control dependencies where the order matters to you.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
