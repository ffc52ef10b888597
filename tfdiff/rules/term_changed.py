"""The update rule gained or lost a term.

What it reports:
Rules that are the same but for a summand or a factor that only one side has.

Effect on training:
Every step differs by the term.

Not reported:
Terms that count only under a guard, which ``guard-changed`` reports.

Example:
A weight decay term is added to the gradient.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="term-changed",
    kinds=("term-added", "term-removed"),
    meaning="One side has a term that the other lacks.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
