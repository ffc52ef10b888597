"""State is created or found otherwise.

What it reports:
Statements that create, initialise or look up slots and other state, where the facts read from them
(name, initial value, dtype, shape) do not already tell the change.

Effect on training:
It runs when slots and other state are created or looked up: names, initial values and the order of
creation may be concerned where no other finding says so.

Not reported:
State that came, went, was renamed or starts from another value (slot-added and others).

Example:
An initial value is filled in as a tensor where the variable's shape is not known.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="state-creation-changed",
    topic="state",
    facet="slot-creation",
    effect="checkpoint",
    condition=None,
    came="Creates state that it did not create there",
    went="No longer creates state there",
    changed="Creates or finds its state otherwise",
    meaning="It runs when slots and other state are created or looked up: names, initial "
    "values and the order of creation may be concerned where no other finding says "
    "so.",
    remedy="Look at the lines; restore an old checkpoint once before a long run.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
