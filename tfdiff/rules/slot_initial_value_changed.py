"""State of the optimizer starts from another value.

What it reports:
A slot or non-slot variable of the same name whose initial value differs, as a value.

Effect on training:
A fresh run takes different first steps; a run restored from a checkpoint is not affected.

Not reported:
Initial values that could not be read, or that are the same value written otherwise.

Example:
``rms`` starts from ones at one release and from zeros at the other.
"""

from collections.abc import Iterator

from tfdiff.facts import Literal, Value
from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import kind, matched, subject
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Common state with another initial value."""
    for old, new in matched(pair).kept:
        known = isinstance(old.initial, Literal) and isinstance(new.initial, Literal)
        if not known or old.initial == new.initial:
            continue
        before, after = _said(old.initial), _said(new.initial)
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
            explanation=f"The first steps of a fresh run differ, because {new.name} is {after} "
            f"where it was {before}; the difference fades as the state forgets its start.",
            remedy=f"Assign {before} to {new.name} before the first step to keep the old start.",
            old=place(old.span),
            new=place(new.span),
        )


def _said(value: Value) -> str:
    """A starting value in words: a name stands for what it holds."""
    if isinstance(value, Literal) and isinstance(value.value, str):
        return f"the value of {value.value}"
    return shown(value)
