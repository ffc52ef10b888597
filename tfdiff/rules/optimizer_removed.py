"""The new release does not have the optimizer any more.

What it reports:
A public optimizer class with no counterpart at the new release under any of its public names.

Effect on training:
Scripts that name it fail.

Not reported:
Classes that moved or were renamed and are still found under a common public name.

Example:
``tf.contrib`` is gone in 2.0, and its optimizers with it.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching import presence
from tfdiff.rules.pair import Pair

PRESENCE = True


def check(pair: Pair) -> Iterator[Finding]:
    """The optimizer itself, if it is gone."""
    if not pair.new.class_name:
        yield presence.optimizer(pair, new=False)
