"""The correction for the zero start of the moments changed.

What it reports:
A rule that is the same on both sides once the running powers of the decay rates have died out.

Effect on training:
The first steps are larger or smaller; the difference dies out with the powers of the decay
rates, after about ``1 / (1 - beta2)`` steps.

Not reported:
Powers that are kept as a state on one side and computed from the step on the other, where they
have the same values.

Example:
``lr * sqrt(1 - beta2_power) / (1 - beta1_power)`` becomes ``lr``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.updates import Wording, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_WORDING = Wording(
    rule="bias-correction-changed",
    kinds=("bias-correction-changed",),
    meaning="The first steps differ; the difference dies out as the powers of the decay rates do.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each cause, over all paths that it holds on."""
    yield from told(pair, _WORDING)
