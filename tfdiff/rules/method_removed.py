"""The optimizer lost public methods.

What it reports:
Public methods and properties, own or inherited, that only the old release has; those that one
class had are one finding.

Effect on training:
None; scripts that call them raise AttributeError.

Not reported:
Methods that are still there under another class, and private ones.

Example:
``get_slot_names`` is gone with the base class that had it.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.methods import bodies, only_in
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each class that lost public methods."""
    for owner, methods in only_in(pair.old, pair.new):
        names = [method.name for method in methods]
        yield Told(
            Finding(
                rule="method-removed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api",
                certainty="proved",
                subject=f"{owner}: {', '.join(names)}",
                condition=f"{listed(names)} is called" if len(names) == 1 else "they are called",
                title=f"{listed(names)} {'are' if len(names) > 1 else 'is'} gone",
                explanation=f"{owner} had {listed(names)}; the new release has no method of that "
                f"name, and calls raise AttributeError.",
                remedy="Remove the calls, or do yourself what they did.",
                old=place(methods[0].span),
                new=None,
            ),
            bodies(pair, names),
        )
