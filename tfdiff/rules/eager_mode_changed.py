"""The optimizer takes another way in eager mode, or in graph mode.

What it reports:
Branches that depend on whether TensorFlow executes eagerly, and what they lead to, that came, went
or changed. All of them in one file are one finding.

Effect on training:
Without a graph other branches run than with one. Whether graph mode runs the same statements as
before is worked out: eager tests are taken as false on both sides, and what is left is compared.

Not reported:
Tests that were only renamed (``in_graph_mode()`` is ``not executing_eagerly()``).

Example:
``if context.in_eager_mode(): return v`` comes first in a helper of the base class.
"""

from collections.abc import Iterator
from dataclasses import replace

from tfdiff.rules.matching.topics import EAGER_ONLY, Matter, by_home, finding, touched
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="eager-mode-changed",
    topic="eager",
    facet="eager-graph-mode",
    effect="api",
    condition="eager execution is enabled",
    came="Has a way of its own for eager mode",
    went="No longer tells eager from graph mode",
    changed="Tells eager from graph mode otherwise",
    meaning="With a graph both releases run the same statements there.",
    remedy="Nothing to do for graph-mode scripts; in eager mode test against the release "
    "that you train with.",
)
_BOTH = replace(
    _MATTER,
    condition=None,
    meaning="Eager execution takes other branches than before; some of the statements that "
    "changed with them run in graph mode as well.",
    remedy="Read the lines; test in the mode, and against the release, that you train with.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    for group in by_home(touched(pair, "eager", EAGER_ONLY)):
        only = all(change.topic == EAGER_ONLY for _, changes in group for change in changes)
        yield finding(pair, _MATTER if only else _BOTH, group)
