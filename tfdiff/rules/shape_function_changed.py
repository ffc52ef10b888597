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
from tfdiff.rules.matching.kernels import declared, identifiers, matters
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

TOGETHER = "file"


def check(pair: Pair) -> Iterator[Told]:
    """One finding for all shape functions and their helpers, and for the flags beside them."""
    ops = [
        (old.op, new.op)
        for old, new in pair.kernels()
        if old
        and new
        and (old.op.shape_function, old.op.flags) != (new.op.shape_function, new.op.flags)
    ]
    found = next(iter(matters(pair, "shape", {"helper"})), None)
    if found is None and not ops:
        return
    declared_in = declared(pair, "op", [new.name for _, new in ops])
    if found is not None:
        names, (old_place, new_place) = found.subject, found.places()
    else:
        names = ", ".join(new.name for _, new in ops)
        old_place, new_place = place(ops[0][0].span), place(ops[0][1].span)
    words = found.came if found else frozenset()
    came = identifiers(word for word in words if "Merge" in word or "Rank" in word)
    asked = f" It now asks for {', '.join(came)}." if came else ""
    flags = [new.name for old, new in ops if old.flags != new.flags]
    noted = f" The flags of {', '.join(flags)} differ too." if flags else ""
    finding = Finding(
        rule="shape-function-changed",
        optimizer=pair.name,
        facet="validation",
        effect="api",
        certainty="read",
        subject=names,
        condition="shapes that do not fit, or are not known",
        title=f"Shape function changed: {names}",
        explanation=f"It runs when the op is added to a graph, not in a step.{asked}{noted}"
        f"{found.details if found and not asked else ''}",
        remedy="Nothing to do, unless building the graph fails: give the variables and gradients "
        "the same static shape.",
        old=old_place,
        new=new_place,
    )
    yield Told(finding, (*(found.changes if found else ()), *declared_in, *_helping(pair)))


def _helping(pair: Pair) -> Iterator[Change]:
    """Helpers of shape functions that came or went with what calls them."""
    for item in pair.regions:
        one_sided = item.region.kind == "helper" and not (item.old and item.new)
        if one_sided and "InferenceContext" in item.region.text:
            yield from item.open
