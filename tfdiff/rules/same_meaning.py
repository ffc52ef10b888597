"""Only the spelling differs: other names for the same things.

What it reports:
Regions in which statements were written otherwise and say the same, as one finding per file:
renamed locals, Python 2 against Python 3, other ways to a module, annotations, TensorFlow's own
second names, statements moved past others that they do not depend on, or into a helper that is
called in their place, and statements that the proof of the update rule takes in.

Effect on training:
None.

Not reported:
Layout (formatting-only) and comments (docs-only).

Example:
``six.iteritems(d)`` becomes ``d.items()``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import by_home, home, listed, places
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """One finding for all statements of a file that were shown to say the same."""
    found = []
    for item in pair.regions:
        changes = tuple(
            change for change in item.changes if change.harmless and (change.before or change.after)
        )
        if changes and item.old and item.new:
            found.append((item, changes))
    for group in by_home(found):
        names = list(dict.fromkeys(item.region.symbol for item, _ in group))
        reasons = dict.fromkeys(change.harmless for _, changes in group for change in changes)
        old, new = places(group[0])
        yield Told(
            Finding(
                rule="same-meaning",
                optimizer=pair.name,
                facet="formatting-only",
                effect="none",
                certainty="proved",
                subject=home(pair, group[0][0]),
                condition=None,
                title=f"Written otherwise with the same meaning in {len(names)} "
                f"place{'s' if len(names) > 1 else ''}",
                explanation=f"Compared statement by statement in {listed(names)}: "
                f"{'; '.join(reasons)}.",
                remedy="Nothing to do.",
                old=old,
                new=new,
            ),
            (),
        )
