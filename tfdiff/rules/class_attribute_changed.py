"""An attribute of the class itself came, went or has another value.

What it reports:
Assignments in the body of a class (``_HAS_AGGREGATE_GRAD = True``), of the optimizer and of what it
inherits; the same attribute in several classes is one finding.

Effect on training:
None by itself: what is done with it stands in the methods that read it. Subclasses that set or
read it have to follow.

Not reported:
Attributes that belong to another matter (``GATE_OP``, exports, documentation).

Example:
``_HAS_AGGREGATE_GRAD = True`` says that ``apply_gradients`` takes gradients that were summed.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Statement
from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import Touched, listed, named, places
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True
_ASSIGNS = re.compile(r"(\w+) = (.*)", re.DOTALL)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each attribute, over all classes that set it."""
    found: dict[str, list[Touched]] = {}
    for item in pair.regions:
        if item.region.kind == "class" and item.old and item.new:
            for change in item.open:
                name = "" if change.topic else _name(change)
                if name:
                    found.setdefault(name, []).append((item, (change,)))
    for name, touched in found.items():
        # what all inherit from comes last: one place for all optimizers that it reaches
        _, changes = touched[-1]
        old, new = places(touched[-1])
        was, now = (_value(one) for one in (changes[0].before, changes[0].after))
        classes = list(dict.fromkeys(item.region.symbol for item, _ in touched))
        yield Told(
            Finding(
                rule="class-attribute-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="none" if name.startswith("_") else "api",
                certainty="proved",
                subject=name,
                condition="a subclass sets or reads it",
                title=f"Class attribute {name} {_verb(was, now)}",
                explanation=f"It is set in {listed(classes)}. What is done with it stands in the "
                f"methods that read it, which are compared themselves.",
                remedy=f"Follow in your own subclasses where they set or read {name}.",
                old=old,
                new=new,
            ),
            named(touched),
        )


def _name(change: Change) -> str:
    matches = [
        match[1] if (match := _ASSIGNS.fullmatch(one.said)) else ""
        for one in (change.before, change.after)
        if one is not None
    ]
    return matches[0] if len(set(matches)) == 1 else ""


def _value(one: Statement | None) -> str | None:
    return one.said.partition(" = ")[2] if one else None


def _verb(was: str | None, now: str | None) -> str:
    if was is None:
        return f"is new: {now}"
    return f"is gone (it was {was})" if now is None else f"is {now} and was {was}"
