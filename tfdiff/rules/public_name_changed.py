"""The optimizer is public under other names.

What it reports:
Public names of the class that came or went; exports that changed and leave its names alone.

Effect on training:
None; imports under a name that is gone fail.

Not reported:
Classes that came or went altogether (optimizer-added, optimizer-removed); that a name is offered
as ``tf.compat.v1`` too.

Example:
``tf.train.AdamOptimizer`` is exported for version 1 of the interface only.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.names import Names, names
from tfdiff.rules.matching.topics import Matter, listed, told, touched
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="public-name-changed",
    topic="export",
    facet="name-deprecation",
    effect="none",
    condition=None,
    came="Is exported where it was not",
    went="Is no longer exported",
    changed="The export changed; the optimizer's names are the same at both releases",
    meaning="What is exported decides under which names it can be imported, for version 1 and "
    "version 2 of the interface; the code behind it is the same, and so are the names that the "
    "optimizer has at these two releases.",
    remedy="Nothing to do.",
)


def check(pair: Pair) -> Iterator[Told]:
    """Names that came or went, and exports that changed."""
    own = names(pair)
    if own.gone or own.came:
        yield Told(_finding(pair, own), _own_exports(pair))
        return
    yield from told(pair, _MATTER)


def _finding(pair: Pair, own: Names) -> Finding:
    said = [f"gone: {listed(list(own.gone))}"] if own.gone else []
    said += [f"new: {listed(list(own.came))}"] if own.came else []
    explanation = (
        f"Both releases know it as {listed(list(own.kept))}."
        if own.kept
        else "No name of it is the same at both releases."
    )
    if own.gone:
        explanation += " Under a name that is gone there is nothing, or another class."
    return Finding(
        rule="public-name-changed",
        optimizer=pair.name,
        facet="name-deprecation",
        effect="api",
        certainty="proved",
        subject=f"{', '.join(own.gone) or '-'} -> {', '.join(own.came) or '-'}",
        condition=f"it is imported as {listed(list(own.gone or own.came))}",
        title=f"Public names: {'; '.join(said)}",
        explanation=explanation,
        remedy=_remedy(pair, own),
        old=place(pair.old.span),
        new=place(pair.new.span),
    )


def _remedy(pair: Pair, own: Names) -> str:
    if not own.gone:
        return "Nothing to do; scripts that import it under the new name do not run before."
    if own.kept:
        return f"Import it as {own.kept[0]}, which both releases have."
    return f"Import it as {pair.new.public_names[0]} at the new release."


def _own_exports(pair: Pair) -> tuple[Change, ...]:
    """The exports that say it in the source."""
    return tuple(change for _, changes in touched(pair, "export") for change in changes)
