"""Constraints of variables are treated otherwise.

What it reports:
Code that applies the constraints of variables, where it came, went or changed.

Effect on training:
A variable with a constraint is projected at another point or not at all, so its weights differ
after a step; variables without one are not affected.

Not reported:
Errors about constraints (validation-added).

Example:
``update_op`` assigns ``constraint(var)`` after the dense update.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="constraint-changed",
    topic="constraint",
    facet="base-class-behaviour",
    effect="numeric-conditional",
    condition="a variable has a constraint",
    came="Constraints of variables are applied after the update",
    went="Constraints of variables are no longer applied",
    changed="Constraints of variables are applied otherwise",
    meaning="A variable with a constraint is projected at another point or not at all, so "
    "its weights differ after a step; variables without one are not affected.",
    remedy="Apply the constraint yourself after the step where the releases must agree.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
