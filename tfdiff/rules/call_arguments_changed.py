"""A call inside passes other arguments.

What it reports:
A statement of both releases whose only difference is what one call in it is given.

Effect on training:
It depends on what is called; the finding names the call and the arguments.

Not reported:
Calls that belong to another matter, calls of private helpers that take other arguments
(internal-signature-changed), and calls on paths whose update rule was proved the same.

Example:
A table is made with ``deleted_key`` as well.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.calls import arguments, callee, differing
from tfdiff.rules.matching.regions import computes_update
from tfdiff.rules.matching.topics import home, passes_on, places, quoted
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each statement in which one call differs in its arguments."""
    public = {method.name for method in (*pair.old.methods, *pair.new.methods)}
    for item in pair.regions:
        name = item.region.symbol.rpartition(".")[2]
        if not (item.old and item.new) or computes_update(name):
            continue
        for change in item.open:
            calls = None
            if not (change.topic or passes_on(pair, change)):
                calls = differing(change, returned=name not in public)
            if calls is None or callee(calls[0]) != callee(calls[1]):
                continue
            called = callee(calls[0])
            before, after = map(arguments, calls)
            gone = tuple(text for text in before if text not in after)
            come = tuple(text for text in after if text not in before)
            old, new = places((item, (change,)))
            said = [f"no longer {quoted(gone)}"] if gone else []
            said += [f"{quoted(come)} now"] if come else []
            said = said or [f"{quoted(after)} in that order"]
            yield Told(
                Finding(
                    rule="call-arguments-changed",
                    optimizer=pair.name,
                    facet="base-class-behaviour",
                    effect="api",
                    certainty="read",
                    subject=f"{home(pair, item)}.{name}: {called}",
                    condition=None,
                    title=f"{name} calls {called} with other arguments",
                    explanation=f"It passes {', and '.join(said)}.",
                    remedy=f"Look up what {called} does with them.",
                    old=old,
                    new=new,
                ),
                (change,),
            )
