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

import re
from collections.abc import Iterator
from dataclasses import replace

from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, touched
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


_KEEPS = replace(
    _MATTER,
    effect="api",
    condition="a constraint is passed",
    came="A constraint can be passed to a variable",
    went="A constraint can no longer be passed to a variable",
    changed="Constraints are passed on otherwise",
    meaning="The constraint is kept or handed on there, and not applied: whether the step applies "
    "it is told elsewhere.",
    remedy="Nothing to do unless you pass a constraint.",
)
_APPLIES = re.compile(r"constraints?\(|\bconstraints\b")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file: for what applies constraints, and for what keeps them."""
    found = touched(pair, "constraint")
    applied = [one for one in found if _applies(one)]
    for group in by_home(applied):
        yield finding(pair, _MATTER, group)
    for group in by_home(one for one in found if one not in applied):
        yield finding(pair, _KEEPS, group)


def _applies(one: Touched) -> bool:
    """Whether a changed statement calls a constraint, or looks one up in a table."""
    _, changes = one
    return any(
        feature.kind == "constraint" and _APPLIES.search(feature.text)
        for change in changes
        for side in (change.before, change.after)
        if side is not None
        for feature in side.features
    )
