"""The optimizer, or a function that it uses, is public under other names.

What it reports:
Public names that came or went while the class is still there, and changed exports.

Effect on training:
None; imports under a name that is gone fail.

Not reported:
Classes that came or went altogether (optimizer-added, optimizer-removed).

Example:
``tf.train.AdamOptimizer`` is exported for version 1 of the interface only.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import Matter, listed, told, touched
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="public-name-changed",
    topic="export",
    facet="name-deprecation",
    effect="api",
    condition="it is imported under a name that is gone",
    came="Is exported where it was not",
    went="Is no longer exported",
    changed="Is exported under other names",
    meaning="What is exported decides under which names it can be imported, for version 1 and "
    "version 2 of the interface; the code behind it is the same.",
    remedy="Import it under a name that both releases have, such as tf.compat.v1.",
)


def check(pair: Pair) -> Iterator[Told]:
    """Names that came or went, and exports that changed."""
    gone = [name for name in pair.old.public_names if name not in pair.new.public_names]
    came = [name for name in pair.new.public_names if name not in pair.old.public_names]
    if gone or came:
        said = [f"gone: {listed(gone)}"] if gone else []
        said += [f"new: {listed(came)}"] if came else []
        found = Finding(
            rule="public-name-changed",
            optimizer=pair.name,
            facet="name-deprecation",
            effect="api",
            certainty="proved",
            subject=f"{', '.join(gone) or '-'} -> {', '.join(came) or '-'}",
            condition=f"it is imported as {listed(gone)}" if gone else "it is imported as new name",
            title=f"Public names: {'; '.join(said)}",
            explanation="The class is the same under the names that both releases have.",
            remedy=f"Import it as {pair.name}."
            if pair.name in pair.old.public_names
            else f"Import it as {pair.new.public_names[0]} at the new release.",
            old=place(pair.old.span),
            new=place(pair.new.span),
        )
        yield Told(found, _own_exports(pair))
        return
    yield from told(pair, _MATTER)


def _own_exports(pair: Pair) -> tuple[Change, ...]:
    """The exports that say it in the source."""
    return tuple(change for _, changes in touched(pair, "export") for change in changes)
