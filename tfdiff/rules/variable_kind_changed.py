"""Kinds of variables are told apart otherwise.

What it reports:
Tests for resource variables, reference variables and variables in a graph that came, went or
changed, and what they lead to.

Effect on training:
Which update a variable gets (by reference or by handle, dense or per slice) may be another one;
for the kinds that both releases know the update rule's paths say whether it is the same.

Not reported:
Kernels of resource variables themselves.

Example:
``isinstance(v, ResourceVariable)`` becomes ``is_resource_variable(v)``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="variable-kind-changed",
    topic="variables",
    facet="resource-variable-semantics",
    effect="api",
    condition="variables are of a kind that one of the tests leaves out",
    came="Tells kinds of variables apart",
    went="No longer tells kinds of variables apart",
    changed="Tells kinds of variables apart otherwise",
    meaning="A variable may be taken for another kind than before and get that kind's update; "
    "plain reference and resource variables are recognised by both releases.",
    remedy="Use plain tf.Variable objects, or resource variables throughout.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
