"""Messages differ, training does not.

What it reports:
Log messages, warnings, summaries and usage counters, where they came, went or changed.

Effect on training:
Messages and summaries are no part of the update.

Not reported:
Warnings about deprecation (deprecation-changed).

Example:
The number of iterations is logged only if the result has one.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="logging-changed",
    topic="logging",
    facet="base-class-behaviour",
    effect="none",
    condition=None,
    came="Logs or warns where it did not",
    went="No longer logs or warns",
    changed="Logs or warns otherwise",
    meaning="Messages and summaries are no part of the update.",
    remedy="Nothing to do.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
