"""An attribute that nothing reads came or went.

What it reports:
``self.x = ...`` in a constructor with a plain value, on one side only, where no code that is
reached on that side reads the attribute.

Effect on training:
None. Code of your own that reads the private attribute misses it.

Not reported:
Attributes that hold a parameter (parameter-added, parameter-removed) or state.

Example:
``self._updated_lr = None`` is dropped.
"""

import re
from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import home, listed, places
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True
_PLAIN = re.compile(r"self\.(_\w+) = (None|True|False|\{\}|\[\]|-?[\d.]+|'[^']*')")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each constructor that sets such an attribute on one side only."""
    for item in pair.regions:
        if not (item.old and item.new):
            continue
        changes = tuple(change for change in item.open if _attribute(pair, change))
        if not changes:
            continue
        names = [name for change in changes if (name := _attribute(pair, change))]
        old, new = places((item, changes))
        yield Told(
            Finding(
                rule="unused-attribute-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="none",
                certainty="read",
                subject=f"{home(pair, item.region.span.path)}: {', '.join(names)}",
                condition=None,
                title=f"{listed(names)} {'are' if len(names) > 1 else 'is'} set on one side only",
                explanation="Nothing that the optimizer reaches reads it.",
                remedy="Nothing to do.",
                old=old,
                new=new,
            ),
            changes,
        )


def _attribute(pair: Pair, change: Change) -> str | None:
    """The attribute, if the statement does nothing but set one that nobody reads."""
    if change.topic or (change.before and change.after):
        return None
    one = change.before or change.after
    match = _PLAIN.fullmatch(one.said) if one else None
    if match is None:
        return None
    facts = pair.old if change.before else pair.new
    read = re.compile(rf"\b{match[1]}\b(?!\s*=[^=])")
    return None if any(read.search(region.text) for region in facts.regions) else match[1]
