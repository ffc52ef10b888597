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

from tfdiff.rules.matching import presence
from tfdiff.rules.matching.methods import bodies, only_in
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each class that lost public methods."""
    for owner, methods in only_in(pair.old, pair.new):
        found = presence.methods(pair, owner, methods, new=False)
        yield Told(found, bodies(pair, [method.name for method in methods]))
