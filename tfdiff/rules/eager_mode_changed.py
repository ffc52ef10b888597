"""The optimizer takes another way in eager mode, or in graph mode.

What it reports:
Branches that depend on whether TensorFlow executes eagerly, and what they lead to, that came, went
or changed. All of them in one file are one finding.

Effect on training:
Without a graph other branches run than with one; training in graph mode takes the same way as
before.

Not reported:
Tests that were only renamed (``in_graph_mode()`` is ``not executing_eagerly()``).

Example:
``if context.in_eager_mode(): return v`` comes first in a helper of the base class.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="eager-mode-changed",
    topic="eager",
    facet="eager-graph-mode",
    effect="api",
    condition="eager execution is enabled",
    came="Runs in eager mode",
    went="No longer tells eager from graph mode",
    changed="Tells eager from graph mode otherwise",
    meaning="Without a graph other branches run than with one; training in graph mode takes"
    " the same way as before.",
    remedy="Nothing to do for graph-mode scripts; in eager mode test against the release "
    "that you train with.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
