"""The optimizer keeps state that it did not keep before.

What it reports:
A slot or non-slot variable that only the new release creates, and when it is created.

Effect on training:
A checkpoint of the old release has no value for it: restoring it strictly fails, restoring it
otherwise starts the new state from its initial value. It also takes memory.

Not reported:
Renamed state (slot-renamed).

Example:
``amsgrad=True`` adds the slot ``vhat``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import kind, matched, subject
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """State on the new side only."""
    for slot in matched(pair).added:
        yield Finding(
            rule="slot-added",
            optimizer=pair.name,
            facet="slot-creation",
            effect="checkpoint",
            certainty="proved",
            subject=subject(slot),
            condition=slot.condition,
            title=f"New {kind(slot)} {slot.name}",
            explanation=f"The optimizer creates {slot.name}, initially {shown(slot.initial)}. "
            f"Checkpoints of the old release do not hold it.",
            remedy="Restore old checkpoints without requiring every key; the new state then "
            "starts from its initial value.",
            old=None,
            new=place(slot.span),
        )
