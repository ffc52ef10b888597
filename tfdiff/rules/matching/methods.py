"""Public methods that only one side has."""

from tfdiff.facts import Method, OptimizerFacts
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair


def only_in(one: OptimizerFacts, other: OptimizerFacts) -> tuple[tuple[str, list[Method]], ...]:
    """The public methods that only the first side has, by the class that defines them.

    A property that became an attribute is still there for those who read it.
    """
    known = {method.name for method in other.methods}
    owners: dict[str, list[Method]] = {}
    for method in one.methods:
        if method.name not in known and method.kind != "attribute":
            owners.setdefault(method.owner, []).append(method)
    return tuple(owners.items())


def bodies(pair: Pair, names: list[str]) -> tuple[Change, ...]:
    """The regions of methods that came or went, where a step reaches them."""
    return tuple(
        change
        for item in pair.regions
        if not (item.old and item.new) and item.region.kind == "method"
        if base_name(item.region.symbol) in names
        for change in item.changes
    )
