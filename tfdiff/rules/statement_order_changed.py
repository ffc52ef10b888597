"""A value is read before its update where it was read after it, or the other way round.

What it reports:
A rule that is the same on both sides once a state's old value is read where its new one was.

Effect on training:
Each step uses a moment that is one step older, or newer. The finding says how far the weights
drift on the same gradients.

Not reported:
Statements that changed places without effect on any value.

Example:
``var -= update`` moves in front of the line that updates the accumulator which ``update`` reads
when it is evaluated.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="statement-order-changed",
    kinds=("statement-order-changed",),
    meaning="The order of two updates decides which value is read: the step uses the value from "
    "before an update where it used the one from after it, or the reverse.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
