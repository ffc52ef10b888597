"""The machinery has a private method or helper more, or less.

What it reports:
Private methods and helper functions that the optimizer reaches at one release only, and that no
other finding accounts for, each with the helpers that only it calls.

Effect on training:
None by itself: what calls them is compared statement by statement, and the update rules are read
through them. Subclasses that override or call them have to follow. Methods that take a step for
gradients or variables of another kind make that possible, or end it.

Not reported:
Public methods (method-added, method-removed), helpers that came or went with a change that another
finding tells, and regions of C++.

Example:
``_create_or_restore_slot_variable`` comes to the base class.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import base_name, companions, computes_update, grouped
from tfdiff.rules.pair import Pair, RegionPair, place
from tfdiff.rules.told import Told

CATCH_ALL = True
_KINDS = frozenset({"method", "function"})


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each method or helper, with what only it calls."""
    for group in grouped(item for item in pair.regions if item.region.kind in _KINDS):
        lead = group[0]
        if not (lead.old and lead.new):  # else it stands with what changed
            changes = tuple(change for item in group for change in item.open)
            yield Told(_finding(pair, lead, group), changes)


def _finding(pair: Pair, lead: RegionPair, group: tuple[RegionPair, ...]) -> Finding:
    came = lead.new is not None
    name = lead.region.symbol
    steps = any(computes_update(base_name(item.region.symbol)) for item in group)
    return Finding(
        rule="internal-method-changed",
        optimizer=pair.name,
        facet="base-class-behaviour",
        effect="api" if steps else "none",
        certainty="read",
        subject=name,
        condition="a subclass overrides or calls it",
        title=f"{name} {'came' if came else 'went'}",
        explanation=f"Only the {'new' if came else 'old'} release reaches {name}."
        f"{companions(group[1:])} What calls a helper is compared itself, and so is the update "
        "rule that it is part of"
        + (
            "; gradients or variables of a kind that only this method updates are updated at "
            "that release only."
            if steps
            else "."
        ),
        remedy="Nothing to do, unless your own subclass overrides or calls it.",
        old=None if came else place(lead.region.span),
        new=place(lead.region.span) if came else None,
    )
