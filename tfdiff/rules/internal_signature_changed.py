"""A helper that is not public takes other arguments.

What it reports:
The parameters of a private method or of a function outside the optimizer that changed, together
with the calls that pass them on.

Effect on training:
None by itself: users do not call it. Subclasses that override it have to follow.

Not reported:
Public methods (method-signature-changed) and the constructor (parameter-added and others).

Example:
``_apply_dense`` takes the table of hyperparameters as a further argument.
"""

import re
from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import helpers, home, passes_on, places, touched
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True
_DEF = re.compile(r"def \w+\((.*)\):", re.DOTALL)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each helper, or method of that name, that takes other arguments."""
    found: dict[str, list[tuple[int, Change]]] = {}
    regions = touched(pair, "signature")
    for place, (item, changes) in enumerate(regions):
        owner, _, name = item.region.symbol.rpartition(".")
        if name == "__init__":
            name = owner.rpartition(".")[2]  # a helper class, by whose name it is called
        if name in helpers(pair):
            found.setdefault(name, []).extend((place, change) for change in changes)
    for name, entries in found.items():
        item, changes = regions[entries[0][0]]
        old, new = places((item, changes))
        first = entries[0][1]
        before, after = _parameters(first, new=False), _parameters(first, new=True)
        yield Told(
            Finding(
                rule="internal-signature-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api",
                certainty="proved",
                subject=f"{home(pair, item)}.{name}",
                condition="a subclass overrides it or calls it",
                title=f"The helper {name} takes other arguments",
                explanation=f"It took ({before}) and takes ({after}). Scripts that only use the "
                f"optimizer do not call it.",
                remedy="Follow the new arguments in your own subclasses.",
                old=old,
                new=new,
            ),
            (*(change for _, change in entries), *_calls(pair, name)),
        )


def _parameters(change: Change, *, new: bool) -> str:
    one = change.after if new else change.before
    match = _DEF.match(one.said) if one else None
    return match[1] if match else ""


def _calls(pair: Pair, name: str) -> Iterator[Change]:
    """Statements that hand the other arguments on, and have no matter of their own."""
    for item in pair.regions:
        for change in item.open:
            if passes_on(pair, change) and change.before and f"{name}(" in change.before.said:
                yield change
