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
from dataclasses import replace

from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.topics import Matter, by_home, finding, touched
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


_ACCEPTS = replace(
    _MATTER,
    effect="api",
    condition="variables or gradients are of another dtype",
    came="Accepts variables and gradients of further dtypes",
    went="Accepts variables and gradients of fewer dtypes",
    changed="Accepts variables and gradients of other dtypes",
    meaning="Variables and gradients of any other dtype raise an error.",
    remedy="Nothing to do, unless your variables are of a dtype that one release refuses.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file: for what is cast, and for what is accepted."""
    found = touched(pair, "dtype")
    accepted = [one for one in found if "valid_dtypes" in base_name(one[0].region.symbol)]
    for group in by_home(one for one in found if one not in accepted):
        yield finding(pair, _MATTER, group)
    for group in by_home(accepted):
        yield finding(pair, _ACCEPTS, group)
