"""The shape function of an op says something else.

What it reports:
Changed lines in the shape functions of the ops that the optimizer calls, and in their helpers.

Effect on training:
None while the shapes fit. Graphs with shapes that do not may fail when they are built, at one
release and not at the other.

Not reported:
Checks that the kernels make when they run.

Example:
The shape of a resource variable is read from the handle's data.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import identifiers, matter
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for all shape functions and their helpers."""
    found = matter(pair, "shape", {"helper"})
    if found is None:
        return
    old, new = found.places()
    came = identifiers(word for word in found.came if "Merge" in word or "Rank" in word)
    asked = f" It now asks for {', '.join(came)}." if came else ""
    finding = Finding(
        rule="shape-function-changed",
        optimizer=pair.name,
        facet="validation",
        effect="api",
        certainty="read",
        subject=found.regions[0].region.symbol,
        condition="shapes that do not fit, or are not known",
        title=f"Shape function changed: {found.names}",
        explanation=f"It runs when the op is added to a graph, not in a step.{asked}",
        remedy="Nothing to do, unless building the graph fails: give the variables and gradients "
        "the same static shape.",
        old=old,
        new=new,
    )
    yield Told(finding, found.changes)
