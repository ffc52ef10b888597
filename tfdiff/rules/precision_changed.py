"""The same formula is computed in another precision.

What it reports:
Rules with the same operations in the same order, some of which are carried out in double or in
single precision in one of the releases, and in the type of the variable in the other.

Effect on training:
Rounding only: in single precision the last digits differ. In half precision a difference such as
``1 - beta`` of numbers of that type can be some percent off.

Not reported:
Numbers that are rounded as they stand, conversions there and back, and single operations, which
give the same result in either precision. Changes of the formula, which other rules report.

Example:
``1 - self.beta`` of Python numbers, in double precision and then rounded, becomes ``1 - beta`` of
a tensor.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOGETHER = "file"
_REMEDY = (
    "Nothing to do, unless runs are compared bit by bit or train in half precision: no argument "
    "restores the old rounding."
)
_WORDINGS = (
    Wording(
        rule="precision-changed",
        kinds=("precision-changed",),
        meaning="The operations and their order are the same, but some are carried out in another "
        "precision: results differ in the last digits, in half precision by more.",
        effect="rounding-only",
        remedy=_REMEDY,
    ),
    Wording(
        rule="precision-changed",
        kinds=("half-precision-changed",),
        meaning="The operations and their order are the same, but one release carries some out in "
        "single precision whatever the type of the variable is.",
        effect="numeric-conditional",
        remedy=_REMEDY,
        condition="variables are of half or double precision",
    ),
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    for wording in _WORDINGS:
        yield from told(pair, wording)
