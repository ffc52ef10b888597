"""A call inside goes to another function with the same arguments.

What it reports:
A statement of both releases whose only difference is which function, or method, it calls.

Effect on training:
It depends on what the two functions do; the finding names both.

Not reported:
The same function reached through another module, calls that belong to another matter, what public
methods return (return-value-changed), and calls on paths whose update rule was proved the same.

Example:
``convert_to_tensor(x)`` becomes ``internal_convert_to_tensor(x)``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.calls import callee, differing
from tfdiff.rules.matching.regions import computes_update
from tfdiff.rules.matching.topics import home, places
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each statement in which nothing but the callee differs."""
    public = {method.name for method in (*pair.old.methods, *pair.new.methods)}
    for item in pair.regions:
        name = item.region.symbol.rpartition(".")[2]
        python = item.region.kind in {"method", "function"}
        if not (python and item.old and item.new) or computes_update(name):
            continue
        for change in item.open:
            calls = None if change.topic else differing(change, returned=name not in public)
            if calls is None or callee(calls[0]) == callee(calls[1]):
                continue
            was, now = map(callee, calls)
            old, new = places((item, (change,)))
            yield Told(
                Finding(
                    rule="called-function-changed",
                    optimizer=pair.name,
                    facet="base-class-behaviour",
                    effect="api",
                    certainty="read",
                    subject=f"{home(pair, item)}.{name}: {now}",
                    condition=None,
                    title=f"{name} calls {now} instead of {was}",
                    explanation="The arguments are the same; what the two do need not be.",
                    remedy=f"Look up how {was} and {now} differ.",
                    old=old,
                    new=new,
                ),
                (change,),
            )
