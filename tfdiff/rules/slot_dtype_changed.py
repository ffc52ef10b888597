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
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Pair, place

TOGETHER = "file"

_TYPE = re.compile(r"(u?int|b?float|complex)\d+|half|double|bool|variable")
_FLOATX: tuple[str, ...] = ("floatx", "float32")  # the same unless somebody sets it
_NUMBERS: dict[type, tuple[str, ...]] = {float: ("float32",), int: ("int32", "float32")}


def check(pair: Pair) -> Iterator[Finding]:
    """Common state of another type: one finding for all that went the same way."""
    groups: dict[tuple[object, ...], list[tuple[Slot, Slot]]] = {}
    for old, new in matched(pair).kept:
        before, after = _types(old), _types(new)
        if before and after and not set(before) & set(after):
            groups.setdefault((kind(new), before, after), []).append((old, new))
    for members in groups.values():
        yield _finding(pair, members)


def _finding(pair: Pair, members: list[tuple[Slot, Slot]]) -> Finding:
    old, new = members[0]
    before, after = _types(old), _types(new)
    was, now = _said(before), _said(after)
    names = [its.name for _, its in members]
    several = len(names) > 1
    what = f"{kind(new).capitalize()}{'s' if several else ''} {listed(names)}"
    return Finding(
        rule="slot-dtype-changed",
        optimizer=pair.name,
        facet="slot-creation",
        effect="rounding-only" if _follows(before, after) else "checkpoint",
        certainty="proved",
        subject=", ".join((subject(new), *names[1:])),
        condition="variables are of another type than tf.keras.backend.floatx()"
        if _follows(before, after)
        else "a checkpoint of the other release is restored",
        title=f"{what} {'are' if several else 'is'} of {now}, not of {was}",
        explanation=f"{listed(names)} {'are' if several else 'is'} kept in {now} and "
        f"{'were' if several else 'was'} kept in {was}. A value that was saved in one type does "
        f"not restore by name into a variable of another.",
        remedy=f"Convert {listed(names)} in the checkpoint, or leave out what restoring refuses.",
        old=place(old.span),
        new=place(new.span),
    )


def _types(slot: Slot) -> tuple[str, ...]:
    """What the type may be; () where that is not known."""
    said = slot.dtype.value if isinstance(slot.dtype, Literal) else None
    if said == "initial value" and isinstance(slot.initial, Literal):
        # TensorFlow takes a whole number for int32, Keras' backend for its own float type
        return _NUMBERS.get(type(slot.initial.value), ())
    if said == "floatx":
        return _FLOATX
    return (said,) if isinstance(said, str) and _TYPE.fullmatch(said) else ()


def _follows(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether one release keeps Keras' own type and the other the variable's: the same for most."""
    return {before, after} == {_FLOATX, ("variable",)}


def _said(types: tuple[str, ...]) -> str:
    if types == _FLOATX:
        return "Keras' own type (floatx)"
    return "the variable's own type" if types == ("variable",) else f"type {' or '.join(types)}"
