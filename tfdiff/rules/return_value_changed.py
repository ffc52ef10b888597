"""A public method returns something else.

What it reports:
The returned expression of a public method that changed and belongs to no other matter.

Effect on training:
None on the update; code that uses what is returned gets another object.

Not reported:
Helpers, and methods whose update rule was proved the same.

Example:
``apply_gradients`` returns the counter's new value instead of an op.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.topics import home, passes_on, places, quoted
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each public method whose return statements changed."""
    public = {method.name for method in (*pair.old.methods, *pair.new.methods)}
    for item in pair.regions:
        name = base_name(item.region.symbol)
        if not (item.old and item.new and item.region.kind == "method" and name in public):
            continue
        changes = tuple(
            change
            for change in item.open
            if not change.topic and _returns(change) and not passes_on(pair, change)
        )
        if not changes:
            continue
        before = tuple(one.before.said for one in changes if one.before)
        after = tuple(one.after.said for one in changes if one.after)
        old, new = places((item, changes))
        yield Told(
            Finding(
                rule="return-value-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api",
                certainty="read",
                subject=f"{home(pair, item.region.span.path)}.{name}",
                condition=f"what {name} returns is used",
                title=f"{name} returns something else",
                explanation=f"It was: {quoted(before) or 'nothing'}. It is: "
                f"{quoted(after) or 'nothing'}.",
                remedy=f"Check what you do with the value of {name}.",
                old=old,
                new=new,
            ),
            changes,
        )


def _returns(change: Change) -> bool:
    said = [one.said for one in (change.before, change.after) if one]
    return all(text.startswith("return") for text in said)
