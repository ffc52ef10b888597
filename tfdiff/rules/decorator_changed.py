"""A method or function is decorated otherwise.

What it reports:
Decorators that came, went or changed: ``abc.abstractmethod``, ``property``, caching, dispatch.

Effect on training:
None on the update. An abstract method has to be defined by every subclass.

Not reported:
Exports and deprecations (public-name-changed, deprecation-changed), and a decorator that is
reached through another module.

Example:
``get_config`` becomes abstract.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import home, listed, places, touched
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each method or function."""
    for item, changes in touched(pair, "decorator"):
        name = item.region.symbol
        gone, come = (
            [side.text for side in sides if side]
            for sides in ([one.before for one in changes], [one.after for one in changes])
        )
        abstract = any("abstract" in text for text in (*gone, *come))
        needed = any("abstract" in text for text in come)
        parts = [f"no longer with {listed(gone)}"] if gone else []
        parts += [f"with {listed(come)}"] if come else []
        old, new = places((item, changes))
        yield Told(
            Finding(
                rule="decorator-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api" if abstract else "none",
                certainty="proved",
                subject=f"{home(pair, item)}: {name}",
                condition="a subclass does not define it" if abstract else None,
                title=f"{name} is decorated {', '.join(parts)}",
                explanation="Subclasses have to define it; those that do not cannot be constructed."
                if needed
                else "Subclasses need not define it any more; those that do not run at the new "
                "release only."
                if abstract
                else f"It was {listed(gone) if gone else 'not'} and is "
                f"{listed(come) if come else 'not'} decorated; what it does is compared itself.",
                remedy=f"Define {name.rpartition('.')[2]} in your own subclasses."
                if abstract
                else "Nothing to do.",
                old=old,
                new=new,
            ),
            changes,
        )
