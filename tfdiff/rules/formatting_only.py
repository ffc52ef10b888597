"""Only the layout differs.

What it reports:
The regions that were laid out anew and say the same, word for word, as one finding per optimizer.

Effect on training:
None.

Not reported:
Regions in which code or documentation changed too, and code that only moved.

Example:
clang-format wraps an expression at another column.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """One finding for all regions whose layout alone differs."""
    changed = [
        item
        for item in pair.regions
        if item.old
        and item.new
        and item.same_code
        and item.old.docs == item.new.docs
        and item.old.text.strip() != item.new.text.strip()
    ]
    if not changed:
        return
    first = changed[0]
    names = ", ".join(item.region.symbol for item in changed)
    yield Finding(
        rule="formatting-only",
        optimizer=pair.name,
        facet="formatting-only",
        effect="none",
        certainty="proved",
        subject=names,
        condition=None,
        title=f"Laid out anew in {len(changed)} place{'s' if len(changed) > 1 else ''}",
        explanation=f"{names} says the same, word for word.",
        remedy="Nothing to do.",
        old=place(first.old.span if first.old else None),
        new=place(first.new.span if first.new else None),
    )
