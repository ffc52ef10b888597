"""A method or helper returns something else.

What it reports:
The returned expression of a method, or of a function that it reaches, that changed and belongs to
no other matter.

Effect on training:
None on the update; code that uses what is returned gets another object. Of private methods and
helpers that is the optimizer itself, or a subclass.

Not reported:
Methods that compute the update, and private ones that return another call (call-arguments-changed,
called-function-changed).

Example:
``apply_gradients`` returns the counter's new value instead of an op.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.calls import differing
from tfdiff.rules.matching.regions import base_name, computes_update
from tfdiff.rules.matching.topics import home, passes_on, places, quoted
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each method or function whose return statements changed."""
    public = {method.name for method in (*pair.old.methods, *pair.new.methods)}
    for item in pair.regions:
        name = base_name(item.region.symbol)
        mine = item.region.kind == "method" and name in public
        python = item.region.kind in {"method", "function"} and item.old and item.new
        if not python or (not mine and computes_update(name)):
            continue
        changes = tuple(
            change
            for change in item.open
            if not change.topic and _returns(change) and not passes_on(pair, change)
            if mine or differing(change, returned=True) is None
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
                subject=f"{home(pair, item)}.{name}",
                condition=f"what {name} returns is used"
                if mine
                else "a subclass, or another part of the optimizer, uses what it returns",
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
