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
from dataclasses import replace

from tfdiff.rules.matching.topics import Matter, by_home, finding, touched
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
_PASSING = replace(
    _MATTER,
    topic="passing",
    came="Hands a value on through a further op",
    went="Hands a value on through one op less",
    changed="Hands values on through other ops",
    meaning="An op that hands a value on decides when, and on which device, the value is read; "
    "where the update rule was proved the same, one step gives the same weights.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    for group in by_home(touched(pair, "control", "passing")):
        waits = any(change.topic == "control" for _, changes in group for change in changes)
        yield finding(pair, _MATTER if waits else _PASSING, group)
