"""State is created or found otherwise.

What it reports:
Statements that create, initialise or look up slots and other state, where the facts read from them
(name, initial value, dtype, shape) do not already tell the change.

Effect on training:
It runs when slots and other state are created or looked up: names, initial values and the order of
creation may be concerned where no other finding says so.

Not reported:
State that came, went, was renamed or starts from another value (slot-added and others). Where all
that is created was read and is the same, or a whole step creates the same variables on both sides,
it has no effect.

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
_FOLLOWED = (
    "{step}: it creates the same variables in the same order, with the same names, scopes, "
    "initial values, dtypes and shapes, so old checkpoints load. Several replicas were not "
    "followed."
)
_ELSEWHERE = replace(
    _MATTER,
    effect="api",
    condition="it is called otherwise than by a step",
    meaning="A whole step creates the same variables on both sides and does not run this: "
    "checkpoints are not concerned.",
    remedy="Look at the lines if you call or override it.",
)
_STATELESS = replace(
    _SAME,
    meaning="A whole step was carried out on both sides: it creates no variables, and does not "
    "run this.",
)
# arguments of a variable that are no part of what was read of it, or was followed
_READ = "dtype|initial_value|initializer|name|shape|slot_name|val|value"
_OTHER = re.compile(rf"(?!({_READ})=)\w+=")
_UNFOLLOWED = re.compile(rf"(?!({_READ}|collections|trainable)=)\w+=")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed, and for each thing that it comes to."""
    matters = [(_matter(pair, one), one) for one in touched(pair, "state")]
    for matter in dict.fromkeys(matter for matter, _ in matters):
        for group in by_home(one for its, one in matters if its == matter):
            yield finding(pair, matter, group)


def _matter(pair: Pair, one: Touched) -> Matter:
    """What a change comes to: told from what was read, else from a whole step."""
    if creates_the_same(pair, one[0]) and not _more(one, _OTHER):
        return _SAME
    step = None if _more(one, _UNFOLLOWED) else pair.creates_alike()
    if step is None:
        return _MATTER
    if step.ran(one[0]):
        return replace(_SAME, meaning=_FOLLOWED.format(step=step.said))
    return _ELSEWHERE if step.creates else _STATELESS


def _more(one: Touched, other: re.Pattern[str]) -> bool:
    """Whether a change is about more than what was read of the variables or was followed."""
    _, changes = one
    return any(_given_otherwise(change, other) or saves(change) for change in changes)


def _given_otherwise(change: Change, other: re.Pattern[str]) -> bool:
    """Whether a variable is given an argument, or no longer, that decides something else."""
    before = change.before.features if change.before else ()
    after = change.after.features if change.after else ()
    return any(
        feature.kind == "state" and other.match(feature.text)
        for feature in set(before) ^ set(after)
    )
