"""State of the optimizer has another shape.

What it reports:
A slot or non-slot variable that both releases keep, whose shape is another one.

Effect on training:
A checkpoint holds the old shape, and restoring it fails. State that is smaller than the variable is
shared by its elements, which the update rule tells.

Not reported:
Shapes that could not be read, or that are the same written otherwise.

Example:
A slot of the variable's shape becomes a scalar.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Literal, Slot
from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import kind, matched, subject
from tfdiff.rules.pair import Pair, place

TOGETHER = "file"

_ARMS = re.compile(r"(?P<then>.*?) if (?P<condition>.*), else (?P<other>.*)")
_NUMBERS = re.compile(r"[\[(]\d[\d, ]*[\])]")
_SAID = {
    "variable": "the variable's shape",
    "()": "no dimensions (one number)",
}


def check(pair: Pair) -> Iterator[Finding]:
    """Common state of another shape."""
    for old, new in matched(pair).kept:
        before, after = _shape(old), _shape(new)
        if before is None or after is None or before == after:
            continue
        yield Finding(
            rule="slot-shape-changed",
            optimizer=pair.name,
            facet="slot-creation",
            effect="checkpoint",
            certainty="proved",
            subject=subject(new),
            condition="a checkpoint of the other release is restored",
            title=f"{kind(new).capitalize()} {new.name} has {after}, not {before}",
            explanation=f"{new.name} is created with {after} where it had {before}. A value of "
            f"one shape does not restore into a variable of another.",
            remedy=f"Leave {new.name} out when you restore; it then starts from its initial value.",
            old=place(old.span),
            new=place(new.span),
        )


def _shape(slot: Slot) -> str | None:
    """The shape in words; None where it is not known."""
    said = slot.shape.value if isinstance(slot.shape, Literal) else None
    return _words(said) if isinstance(said, str) else None


def _words(said: str) -> str | None:
    if two := _ARMS.fullmatch(said):
        then, other = _words(two["then"]), _words(two["other"])
        return f"{then} if {two['condition']}, else {other}" if then and other else None
    return said if _NUMBERS.fullmatch(said) else _SAID.get(said)
