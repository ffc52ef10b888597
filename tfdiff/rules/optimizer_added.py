"""The new release has an optimizer that the old one does not have.

What it reports:
A public optimizer class with no counterpart at the old release under any of its public names.

Effect on training:
None for existing scripts.

Not reported:
Classes that moved or were renamed and are still found under a common public name.

Example:
``tf.contrib.opt.NadamOptimizer`` appears.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching import presence
from tfdiff.rules.pair import Pair

PRESENCE = True


def check(pair: Pair) -> Iterator[Finding]:
    """The optimizer itself, if it is new."""
    if not pair.old.class_name:
        yield presence.optimizer(pair, new=True)
