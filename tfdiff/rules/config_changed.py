"""Saving and rebuilding the optimizer differs.

What it reports:
Statements that write or read the configuration, where they came, went or changed.

Effect on training:
It is what get_config writes and from_config reads back: a model saved at one release may carry
other entries than the other one expects.

Not reported:
Entries for parameters that came or went (parameter-added, parameter-removed).

Example:
``get_config`` writes ``learning_rate`` where it wrote ``lr``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="config-changed",
    topic="config",
    facet="base-class-behaviour",
    effect="api",
    condition="the optimizer is saved with a model or rebuilt from its configuration",
    came="Its configuration can be saved",
    went="Its configuration can no longer be saved",
    changed="Its configuration is saved or read otherwise",
    meaning="It is what get_config writes and from_config reads back: a model saved at one "
    "release may carry other entries than the other one expects.",
    remedy="Rebuild the optimizer in code instead of from a saved configuration.",
    where=False,
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
