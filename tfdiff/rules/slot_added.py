"""The optimizer keeps state that it did not keep before.

What it reports:
A slot or non-slot variable that only the new release creates, and when it is created.

Effect on training:
A checkpoint of the old release has no value for it: restoring it strictly fails, restoring it
otherwise starts the new state from its initial value. It also takes memory.

Not reported:
Renamed state (slot-renamed), and variables that hold an argument which both releases take
(hyperparameter-variable-changed).

Example:
``amsgrad=True`` adds the slot ``vhat``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching import presence
from tfdiff.rules.matching.slots import holds_argument, matched
from tfdiff.rules.pair import Pair


def check(pair: Pair) -> Iterator[Finding]:
    """State on the new side only."""
    for slot in matched(pair).added:
        if not holds_argument(pair, slot, pair.new):
            yield presence.slot(pair, slot, new=True)
