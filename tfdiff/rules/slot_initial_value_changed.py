"""State of the optimizer starts from another value.

What it reports:
A slot or non-slot variable, renamed or not, whose initial value differs, as a value.

Effect on training:
A fresh run takes different first steps; a run restored from a checkpoint is not affected.

Not reported:
Initial values that could not be read, or that are the same value written otherwise; an argument
of one side whose default is what the other side starts from.

Example:
``rms`` starts from ones at one release and from zeros at the other.
"""

from collections.abc import Iterator

from tfdiff.facts import Slot
from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import giving, kind, started_otherwise, starting, subject
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Common state with another initial value."""
    for old, new in started_otherwise(pair):
        before, after = starting(old.initial), starting(new.initial)
        only = new.condition or old.condition
        fresh = "the run does not start from a checkpoint"
        yield Finding(
            rule="slot-initial-value-changed",
            optimizer=pair.name,
            facet="slot-initial-value",
            effect="numeric-conditional" if only else "numeric",
            certainty="proved",
            subject=subject(new),
            condition=f"{only} and {fresh}" if only else fresh,
            title=f"{kind(new).capitalize()} {new.name} starts from {after} instead of {before}",
            explanation=f"The first steps of a fresh run differ, because {new.name} is {after}"
            f"{_unless_passed(pair, new)} where it was {before}; the difference fades as the state "
            f"forgets its start.",
            remedy=_remedy(pair, old, new),
            old=place(old.span),
            new=place(new.span),
        )


def _unless_passed(pair: Pair, slot: Slot) -> str:
    argument = giving(pair.new, slot.initial)
    return f" ({shown(argument.effective)} unless it is passed)" if argument else ""


def _remedy(pair: Pair, old: Slot, new: Slot) -> str:
    argument = giving(pair.new, new.initial)
    if argument is not None and giving(pair.old, old.initial) is None:
        return f"Pass {argument.name}={starting(old.initial)} to keep the old start."
    return (
        f"Assign {starting(old.initial)} to {new.name} before the first step to keep the old start."
    )
