"""Updates are locked otherwise on their way from Python.

What it reports:
Statements that hand ``use_locking`` or a lock on, where they came, went or changed.

Effect on training:
Concurrent updates of one variable may interleave in another way; a single worker sees no
difference.

Not reported:
The lock set of kernels (locking-changed).

Example:
``scatter_add`` gets ``use_locking=self._use_locking``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="use-locking-changed",
    topic="locking",
    facet="locking",
    effect="distributed",
    condition="several steps update the same variable at once",
    came="Passes use_locking where it did not",
    went="No longer passes use_locking",
    changed="Passes use_locking otherwise",
    meaning="Concurrent updates of one variable may interleave in another way; a single "
    "worker sees no difference.",
    remedy="Pass use_locking=True where concurrent updates must not interleave.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
