"""Ops or variables are named otherwise.

What it reports:
Name scopes, variable scopes and names made unique, where they came, went or changed.

Effect on training:
Variables that are created inside have another name, and name-based checkpoints find them under it.
Where no state is created, the names of plain ops matter only to who looks them up.

Not reported:
The default of ``name`` (default-changed) and slots whose scope was read (slot-renamed).

Example:
Hyperparameters of a Keras optimizer are created under its class's name.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.slots import created
from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, touched
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="name-scope-changed",
    topic="scope",
    facet="slot-name",
    effect="checkpoint",
    condition="checkpoints are name-based, or variables are looked up by name",
    came="Names variables under a scope",
    went="No longer names variables under a scope",
    changed="Names variables under another scope",
    meaning="Variables that are created inside have another name, and name-based "
    "checkpoints find them under it.",
    remedy="Map the names when you restore an old checkpoint by name.",
)
_OPS = replace(
    _MATTER,
    effect="api",
    condition="ops are looked up by name in the graph",
    came="Names ops under a scope",
    went="No longer names ops under a scope",
    changed="Names ops under another scope",
    meaning="No state is created there: the names of plain ops matter only to who looks them up, "
    "or compares graphs.",
    remedy="Look ops up by what they are, or by the names of the release in use.",
)
_SAME = replace(
    _MATTER,
    effect="none",
    condition=None,
    came="Names the same variables by other statements",
    went="Names the same variables by other statements",
    changed="Names the same variables by other statements",
    remedy="Nothing to do.",
)
_FOLLOWED = (
    "{step}: it creates the same variables under the same names and scopes. Several replicas were "
    "not followed."
)
_CREATES = re.compile(r"slot|variable|weight|hyper|iterations|^__init__$|^build$|debias")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed: for variables, and for ops alone."""
    found = touched(pair, "scope")
    of_state = [one for one in found if _creates(pair, one)]
    step = pair.creates_alike() if of_state else None
    followed = [one for one in of_state if step and step.ran(one[0])]
    for group in by_home(one for one in of_state if one not in followed):
        yield finding(pair, _MATTER, group)
    if step:
        matter = replace(_SAME, meaning=_FOLLOWED.format(step=step.said))
        for group in by_home(followed):
            yield finding(pair, matter, group)
    for group in by_home(one for one in found if one not in of_state):
        yield finding(pair, _OPS, group)


def _creates(pair: Pair, one: Touched) -> bool:
    """Whether a region may create variables: it does, or is called for that."""
    item, _ = one
    makes = created(pair.old, item.old) or created(pair.new, item.new)
    return bool(makes or _CREATES.search(base_name(item.region.symbol)))
