"""Hyperparameters are kept in variables, or no longer.

What it reports:
Arguments of the constructor whose value one release keeps in a variable of the optimizer and the
other does not.

Effect on training:
Such a variable is state: checkpoints and lists of weights carry its value, and restoring one
brings back the value that was saved, whatever the constructor is given. It can be assigned between
steps, which a plain number cannot.

Not reported:
Variables that hold anything else (slot-added, slot-removed), and those that were renamed.

Example:
``decay`` is kept in a variable of that name.
"""

from collections.abc import Iterator

from tfdiff.facts import Slot
from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import holds_argument, matched
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Pair, place

TOGETHER = "file"


def check(pair: Pair) -> Iterator[Finding]:
    """One finding for those that became variables, one for those that no longer are."""
    slots = matched(pair)
    came = [slot for slot in slots.added if holds_argument(pair, slot, pair.new)]
    went = [slot for slot in slots.removed if holds_argument(pair, slot, pair.old)]
    if came:
        yield _finding(pair, came, new=True)
    if went:
        yield _finding(pair, went, new=False)


def _finding(pair: Pair, slots: list[Slot], *, new: bool) -> Finding:
    names = [slot.name for slot in slots]
    verb = "are" if names[1:] else "is"
    where = place(slots[0].span)
    return Finding(
        rule="hyperparameter-variable-changed",
        optimizer=pair.name,
        facet="slot-creation",
        effect="checkpoint",
        certainty="proved",
        subject=", ".join(names),
        condition="state is saved or restored",
        title=f"{listed(names)} {verb} kept in a variable"
        if new
        else f"{listed(names)} {verb} no longer kept in a variable",
        explanation="Checkpoints and lists of weights carry the value now: restoring one brings "
        "back what was saved, whatever the constructor is given. Those of the old release do not "
        "hold it."
        if new
        else "Checkpoints and lists of weights do not carry the value any more: after restoring, "
        "what the constructor is given counts.",
        remedy=f"Assign {listed(names)} after restoring, and do not require every key of an old "
        f"checkpoint."
        if new
        else f"Pass the value of {listed(names)} that training had reached to the constructor.",
        old=None if new else where,
        new=where if new else None,
    )
