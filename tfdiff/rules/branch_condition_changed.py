"""Something is done under another condition.

What it reports:
A branch or loop of both releases whose test is another one, outside of what computes the update.

Effect on training:
It depends on what the branch does; the finding shows both tests and what stands behind them. Where
both come to the same for your arguments, nothing differs.

Not reported:
Tests that belong to another matter (validation, eager mode ...), and branches that came or went
with what they do.

Example:
``if not grad`` becomes ``if grad is None``.
"""

import re
from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import computes_update
from tfdiff.rules.matching.topics import home, places
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True
_HEAD = re.compile(r"(if|while) (.*):", re.DOTALL)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each test."""
    for item in pair.regions:
        name = item.region.symbol.rpartition(".")[2]
        python = item.region.kind in {"method", "function"}
        if not (python and item.old and item.new) or computes_update(name):
            continue
        for change in item.open:
            tests = None if change.topic in {"raise", "eager", "strategy"} else _tests(change)
            if tests is None:
                continue
            old, new = places((item, (change,)))
            yield Told(
                Finding(
                    rule="branch-condition-changed",
                    optimizer=pair.name,
                    facet="base-class-behaviour",
                    effect="api",
                    certainty="read",
                    subject=f"{home(pair, item)}.{name}: {tests[1]}",
                    condition="({}) and ({}) are not the same".format(*sorted(tests)),
                    title=f"{name} tests {tests[1]} instead of {tests[0]}",
                    explanation="What stands behind the test is done for other cases than "
                    "before, where the two are not the same.",
                    remedy="Look at the lines, and at what your variables and arguments make of "
                    "the two tests.",
                    old=old,
                    new=new,
                ),
                (change,),
            )


def _tests(change: Change) -> tuple[str, str] | None:
    sides = [_HEAD.fullmatch(one.said) for one in (change.before, change.after) if one]
    found = [match for match in sides if match]
    if change.topic or len(found) != len((change.before, change.after)):
        return None
    return found[0][2], found[1][2]
