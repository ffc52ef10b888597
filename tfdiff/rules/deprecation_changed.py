"""Something is marked as deprecated, or no longer is.

What it reports:
Decorators and calls that mark a class, a method or an argument as deprecated, or that warn of its
removal, where they came, went or changed.

Effect on training:
None yet; the new release warns of what a later one drops.

Not reported:
What is dropped itself (parameter-removed, method-removed, optimizer-removed).

Example:
``@deprecated_args`` names an argument of ``minimize``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="deprecation-changed",
    topic="deprecation",
    facet="name-deprecation",
    effect="api",
    condition=None,
    came="Is marked as deprecated",
    went="Is no longer marked as deprecated",
    changed="Is marked as deprecated otherwise",
    meaning="A warning is logged where it was not, or no longer is; the update is the same.",
    remedy="Move to what the warning names before the next upgrade.",
    where=False,
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which a deprecation changed."""
    return told(pair, _MATTER)
