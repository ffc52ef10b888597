"""The optimizer no longer keeps some of its state.

What it reports:
A slot or non-slot variable that only the old release creates.

Effect on training:
Its value in an old checkpoint is not used: training goes on without it, and a strict restore
complains about the key left over.

Not reported:
Renamed state (slot-renamed).

Example:
A ``momentum`` slot that is created only when momentum is used.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import kind, matched, subject
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """State on the old side only."""
    for slot in matched(pair).removed:
        yield Finding(
            rule="slot-removed",
            optimizer=pair.name,
            facet="slot-creation",
            effect="checkpoint",
            certainty="proved",
            subject=subject(slot),
            condition=slot.condition,
            title=f"{kind(slot).capitalize()} {slot.name} is gone",
            explanation=f"{slot.name} is not created any more; its value in an old checkpoint has "
            f"nowhere to go.",
            remedy="No argument brings it back; restore old checkpoints without requiring that "
            "every stored key is used.",
            old=place(slot.span),
            new=None,
        )
