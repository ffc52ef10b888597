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

from tfdiff.rules.matching import presence
from tfdiff.rules.matching.methods import bodies, only_in
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each class that brought public methods."""
    for owner, methods in only_in(pair.new, pair.old):
        found = presence.methods(pair, owner, methods, new=True)
        yield Told(found, bodies(pair, [method.name for method in methods]))
