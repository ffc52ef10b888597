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

import re
from collections.abc import Iterator
from dataclasses import replace

from tfdiff.rules.matching.slots import creates_the_same
from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, saves, touched
from tfdiff.rules.pair import Change, Pair
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
_SAME = replace(
    _MATTER,
    effect="none",
    came="Creates the same state by other statements",
    went="Creates the same state by other statements",
    changed="Creates the same state by other statements",
    meaning="Name, scope, initial value, dtype, shape and order of all state that is created "
    "there were read on both sides and are the same, so old checkpoints load.",
    remedy="Nothing to do.",
)
# arguments of a variable that are no part of what was read of it
_OTHER = re.compile(r"(?!(dtype|initial_value|initializer|name|shape|slot_name|val|value)=)\w+=")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed, and one for what came to the same."""
    found = touched(pair, "state")
    same = [one for one in found if _same(pair, one)]
    for group in by_home(one for one in found if one not in same):
        yield finding(pair, _MATTER, group)
    for group in by_home(same):
        yield finding(pair, _SAME, group)


def _same(pair: Pair, one: Touched) -> bool:
    item, changes = one
    return creates_the_same(pair, item) and not any(
        _given_otherwise(one) or saves(one) for one in changes
    )


def _given_otherwise(change: Change) -> bool:
    """Whether a variable is given an argument, or no longer, that decides something else."""
    before = change.before.features if change.before else ()
    after = change.after.features if change.after else ()
    return any(
        feature.kind == "state" and _OTHER.match(feature.text)
        for feature in set(before) ^ set(after)
    )
