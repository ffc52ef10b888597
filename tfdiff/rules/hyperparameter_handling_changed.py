"""Hyperparameters are kept or read otherwise.

What it reports:
How hyperparameters are kept and turned into tensors (``_set_hyper``, callables, schedules), where
it came, went or changed.

Effect on training:
It decides when a hyperparameter is turned into a tensor or variable, whether it may be a callable
or a schedule, and whether it can be changed between steps. The same plain number gives the same
value.

Not reported:
New and changed parameters (parameter-added, default-changed), and arguments that are only kept in
other attributes (attribute-changed).

Example:
``_prepare`` calls the learning rate if it is callable.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.stored import stored
from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="hyperparameter-handling-changed",
    topic="hyper",
    facet="base-class-behaviour",
    effect="api",
    condition=None,
    came="Hyperparameters are read in a further way",
    went="Hyperparameters are read in one way less",
    changed="Hyperparameters are read otherwise",
    meaning="It decides when a hyperparameter is turned into a tensor or variable, whether "
    "it may be a callable or a schedule, and whether it can be changed between "
    "steps. The same plain number gives the same value.",
    remedy="Pass plain numbers where both releases must agree.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    kept = {id(change) for item in pair.regions for change in stored(pair, item)}
    for one in told(pair, _MATTER):
        if not kept.issuperset(map(id, one.changes)):
            yield one
