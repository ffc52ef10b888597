"""dtypes are cast or accepted otherwise.

What it reports:
Casts, dtypes passed on, and sets of valid dtypes, where they came, went or changed.

Effect on training:
Values may be rounded to another precision on their way, or another dtype be accepted; with float32
throughout nothing differs.

Not reported:
dtypes of slots (slot-dtype-changed).

Example:
``bfloat16`` joins the valid dtypes.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="dtype-handling-changed",
    topic="dtype",
    facet="base-class-behaviour",
    effect="rounding-only",
    condition="dtypes are mixed or not float32",
    came="Casts or checks a dtype where it did not",
    went="No longer casts or checks a dtype",
    changed="Casts or checks dtypes otherwise",
    meaning="Values may be rounded to another precision on their way, or another dtype be "
    "accepted; with float32 throughout nothing differs.",
    remedy="Keep all variables and hyperparameters in float32 where the releases must agree.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
