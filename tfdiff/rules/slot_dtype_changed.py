"""State of the optimizer is kept in another type.

What it reports:
A slot or non-slot variable that both releases keep, whose type is another one.

Effect on training:
A checkpoint holds the old type, and restoring it by name into another type fails. Where the new
type is narrower the state is rounded more coarsely in every step.

Not reported:
Types that could not be read, and a type that is named now and is the one that the initial value
had anyway.

Example:
``iterations`` is ``int64`` where it was a float.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Literal, Slot
from tfdiff.findings import Finding
from tfdiff.rules.matching.slots import kind, matched, subject
from tfdiff.rules.pair import Pair, place

TOGETHER = "file"

_TYPE = re.compile(r"(u?int|b?float|complex)\d+|half|double|bool|variable")
_NUMBERS: dict[type, tuple[str, ...]] = {float: ("float32",), int: ("int32", "float32")}


def check(pair: Pair) -> Iterator[Finding]:
    """Common state of another type."""
    for old, new in matched(pair).kept:
        before, after = _types(old), _types(new)
        if not before or not after or set(before) & set(after):
            continue
        was, now = _said(before), _said(after)
        yield Finding(
            rule="slot-dtype-changed",
            optimizer=pair.name,
            facet="slot-creation",
            effect="checkpoint",
            certainty="proved",
            subject=subject(new),
            condition="a checkpoint of the other release is restored",
            title=f"{kind(new).capitalize()} {new.name} is of {now}, not of {was}",
            explanation=f"{new.name} is kept in {now} where it was kept in {was}. A value that was "
            f"saved in one type does not restore by name into a variable of another.",
            remedy=f"Convert {new.name} in the checkpoint, or leave it out when you restore.",
            old=place(old.span),
            new=place(new.span),
        )


def _types(slot: Slot) -> tuple[str, ...]:
    """What the type may be; () where that is not known."""
    said = slot.dtype.value if isinstance(slot.dtype, Literal) else None
    if said == "initial value" and isinstance(slot.initial, Literal):
        # TensorFlow takes a whole number for int32, Keras' backend for its own float type
        return _NUMBERS.get(type(slot.initial.value), ())
    return (said,) if isinstance(said, str) and _TYPE.fullmatch(said) else ()


def _said(types: tuple[str, ...]) -> str:
    return "the variable's own type" if types == ("variable",) else f"type {' or '.join(types)}"
