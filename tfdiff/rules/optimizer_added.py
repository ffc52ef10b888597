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
from tfdiff.rules.pair import Pair, place

PRESENCE = True


def check(pair: Pair) -> Iterator[Finding]:
    """The optimizer itself, if it is new."""
    if pair.old.class_name:
        return
    yield Finding(
        rule="optimizer-added",
        optimizer=pair.name,
        facet="name-deprecation",
        effect="api",
        certainty="proved",
        subject=pair.name,
        condition=None,
        title=f"{pair.name} is new",
        explanation="The old release has no optimizer under any of its names: "
        f"{', '.join(pair.new.public_names)}.",
        remedy="Nothing to do; scripts that use it do not run at the old release.",
        old=None,
        new=place(pair.new.span),
    )
