"""State of the optimizer is created under another condition.

What it reports:
A slot or non-slot variable that both releases keep, but not for the same arguments.

Effect on training:
For arguments with which only one release creates it, a checkpoint of the other release has a key
too many or one too few.

Not reported:
Conditions on anything but the constructor's arguments, and the same condition under a renamed
argument.

Example:
``momentum`` is created only if ``momentum > 0``.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Slot
from tfdiff.findings import Finding
from tfdiff.rules.matching import parameters
from tfdiff.rules.matching.slots import creating, kind, matched, subject
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

_WORD = re.compile(r"[A-Za-z_]\w*")


def check(pair: Pair) -> Iterator[Told]:
    """Common state that is created for other arguments."""
    renamed = {old.name: new.name for old, new in parameters.matched(pair).renamed}
    for old, new in matched(pair).kept:
        before = old.condition and _WORD.sub(
            lambda word: renamed.get(word[0], word[0]), old.condition
        )
        if _plain(before) == _plain(new.condition):
            continue
        was, now = before or "always", new.condition or "always"
        said = "always" if now == "always" else f"only if {now}"
        found = Finding(
            rule="slot-condition-changed",
            optimizer=pair.name,
            facet="slot-creation",
            effect="checkpoint",
            certainty="proved",
            subject=subject(new),
            condition=_apart(before, new.condition),
            title=f"{kind(new).capitalize()} {new.name} is created {said}",
            explanation=f"{new.name} was created {was if was == 'always' else f'if {was}'}. With "
            f"arguments for which only one release creates it, the checkpoints of the other have "
            f"a key too many or one too few.",
            remedy="Restore such checkpoints without requiring that every key is there and used.",
            old=place(old.span),
            new=place(new.span),
        )
        homes = creating(pair, [(old, new)])
        yield Told(found, tuple(one for item in homes for one in item.open if _about(one, new)))


def _apart(old: str | None, new: str | None) -> str:
    """When only one of the releases creates it."""
    if old and new:
        return f"only one of {' and '.join(sorted((old, new)))} holds"
    return f"{old or new} does not hold"


def _about(change: Change, slot: Slot) -> bool:
    """Whether a statement creates the state, or is a branch around that."""
    said = [one.said for one in (change.before, change.after) if one]
    heads = ("if ", "else:", "end")
    names = (f"'{slot.name}'", f'"{slot.name}"')
    return change.topic == "state" and all(
        text.startswith(heads) or any(name in text for name in names) for text in said
    )


def _plain(condition: str | None) -> str:
    """A test of truth says the same as one against zero."""
    return re.sub(r"\b(\w+) (?:!= 0(?:\.0*)?|is True)(?![\w.])", r"\1", condition or "")
