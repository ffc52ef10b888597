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
from tfdiff.rules.pair import Pair, place

PRESENCE = True


def check(pair: Pair) -> Iterator[Finding]:
    """The optimizer itself, if it is gone."""
    if pair.new.class_name:
        return
    yield Finding(
        rule="optimizer-removed",
        optimizer=pair.name,
        facet="name-deprecation",
        effect="api",
        certainty="proved",
        subject=pair.name,
        condition=None,
        title=f"{pair.name} is gone",
        explanation="The new release has no optimizer under any of its names: "
        f"{', '.join(pair.old.public_names)}.",
        remedy="Use another optimizer; compare candidates with `tfdiff query NAME@OLD NAME@NEW`.",
        old=place(pair.old.span),
        new=None,
    )
