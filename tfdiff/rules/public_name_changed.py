"""The optimizer is public under other names.

What it reports:
Public names of the class that came or went, optimizers that moved together as one finding; exports
that changed and leave its names alone.

Effect on training:
None; imports under a name that is gone fail.

Not reported:
Classes that came or went altogether (optimizer-added, optimizer-removed); that a name is offered
as ``tf.compat.v1`` too.

Example:
``tf.train.AdamOptimizer`` is exported for version 1 of the interface only.
"""

from collections.abc import Iterable, Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.names import Names, names
from tfdiff.rules.matching.topics import Matter, listed, told, touched
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

TOPICAL = True
TOGETHER = "anywhere"
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
    where=False,
)


def check(pair: Pair) -> Iterator[Told]:
    """Names that came or went, and exports that changed."""
    own = names(pair)
    if own.gone or own.came:
        yield Told(_finding(pair, own), _own_exports(pair))
        return
    yield from told(pair, _MATTER)


def _finding(pair: Pair, own: Names) -> Finding:
    gone, came = _homes(pair, own.gone), _homes(pair, own.came)
    apart = any(one.startswith("as ") for one in (*gone, *came))
    kept = [f"as {name}" for name in own.kept] if apart else _homes(pair, own.kept)
    said = [f"can no longer be imported {listed(gone)}"] if gone else []
    said += [f"can be imported {listed(came)} now"] if came else []
    title = "; ".join(said)
    explanation = (
        f"Both releases have it {listed(kept)}."
        if kept
        else "No name of it is the same at both releases."
    )
    if gone:
        explanation += " Under a name that is gone there is nothing, or another class."
    remedy = "Nothing to do; scripts that import it from the new place do not run before."
    if gone and kept:
        remedy = f"Import it {kept[0]}, which both releases have."
    elif gone:
        remedy = f"Import it {_homes(pair, pair.new.public_names)[0]} at the new release."
    return Finding(
        rule="public-name-changed",
        optimizer=pair.name,
        facet="name-deprecation",
        effect="api",
        certainty="proved",
        subject=f"{'; '.join(gone) or '-'} -> {'; '.join(came) or '-'}",
        # whoever uses the first of its names is always concerned
        condition=None if pair.old.name in own.gone else f"it is imported {listed(gone or came)}",
        title=f"{title[:1].upper()}{title[1:]}",
        explanation=explanation,
        remedy=remedy,
        old=place(pair.old.span),
        new=place(pair.new.span),
    )


def _homes(pair: Pair, some: Iterable[str]) -> list[str]:
    """Where names stand: optimizers that moved together say the same."""
    own = pair.name.rpartition(".")[2]
    homes = (name.rpartition(".") for name in some)
    return [f"from {home}" if last == own else f"as {home}.{last}" for home, _, last in homes]


def _own_exports(pair: Pair) -> tuple[Change, ...]:
    """The exports that say it in the source."""
    return tuple(change for _, changes in touched(pair, "export") for change in changes)
