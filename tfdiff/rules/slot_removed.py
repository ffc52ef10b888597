"""The optimizer no longer keeps some of its state.

What it reports:
A slot or non-slot variable that only the old release creates.

Effect on training:
Its value in an old checkpoint is not used: training goes on without it, and a strict restore
complains about the key left over.

Not reported:
Renamed state (slot-renamed), and variables that hold an argument which both releases take
(hyperparameter-variable-changed).

Example:
A ``momentum`` slot that is created only when momentum is used.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching import presence
from tfdiff.rules.matching.slots import holds_argument, matched
from tfdiff.rules.pair import Pair


def check(pair: Pair) -> Iterator[Finding]:
    """State on the old side only."""
    for slot in matched(pair).removed:
        if not holds_argument(pair, slot, pair.old):
            yield presence.slot(pair, slot, new=False)
