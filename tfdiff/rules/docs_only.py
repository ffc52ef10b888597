"""Only comments or docstrings differ.

What it reports:
The regions in which the code is the same and the words around it are not, as one finding per
optimizer.

Effect on training:
None. Documentation sometimes announces what the next release does, so it is listed.

Not reported:
Comments in regions whose code changed too.

Example:
A docstring gains a paragraph on the choice of epsilon.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """One finding for all regions whose words alone differ."""
    changed = [
        item
        for item in pair.regions
        if item.old and item.new and item.same_code and item.old.docs != item.new.docs
    ]
    if not changed:
        return
    first = changed[0]
    names = ", ".join(item.region.symbol for item in changed)
    yield Finding(
        rule="docs-only",
        optimizer=pair.name,
        facet="docs-only",
        effect="none",
        certainty="proved",
        subject=names,
        condition=None,
        title=f"Comments or docstrings changed in {len(changed)} place"
        f"{'s' if len(changed) > 1 else ''}",
        explanation=f"The code of {names} is the same.",
        remedy="Nothing to do.",
        old=place(first.old.span if first.old else None),
        new=place(first.new.span if first.new else None),
    )
