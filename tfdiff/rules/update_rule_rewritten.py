"""The update rule is another one.

What it reports:
Rules that give different results on a worked example, and differ in more than one place.

Effect on training:
The weights move differently: the formulas of both sides, a worked example and the drift are
shown.

Not reported:
Differences that have a name of their own, and rules that are proved the same.

Example:
The running mean is replaced by a running maximum.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="update-rule-rewritten",
    kinds=("update-rule-rewritten",),
    meaning="The formula differs in more than one place.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
