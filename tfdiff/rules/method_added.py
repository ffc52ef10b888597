"""The optimizer has public methods that it did not have.

What it reports:
Public methods and properties, own or inherited, that only the new release has; those that one
class brought are one finding.

Effect on training:
None; scripts that call them do not run at the old release.

Not reported:
Methods that were there under another class, and private ones.

Example:
``get_config`` comes with a new base class.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.methods import bodies, only_in
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each class that brought public methods."""
    for owner, methods in only_in(pair.new, pair.old):
        names = [method.name for method in methods]
        yield Told(
            Finding(
                rule="method-added",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api",
                certainty="proved",
                subject=f"{owner}: {', '.join(names)}",
                condition=f"{listed(names)} is called" if len(names) == 1 else "they are called",
                title=f"New {'methods' if len(names) > 1 else 'method'} {listed(names)}",
                explanation=f"{owner} has {listed(names)}, which the old release does not have.",
                remedy="Nothing to do; scripts that call them do not run at the old release.",
                old=None,
                new=place(methods[0].span),
            ),
            bodies(pair, names),
        )
