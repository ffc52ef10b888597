"""A constant in the update rule has another value.

What it reports:
Rules of the same form in which nothing but numbers differ.

Effect on training:
Every step differs by what the constant stands for.

Not reported:
Defaults of arguments, which have a rule of their own.

Example:
``2 * l2 * var`` becomes ``l2 * var``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="constant-changed",
    kinds=("constant-changed",),
    meaning="A number in the formula differs, and no argument stands for it.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
