"""A method whose body a helper of the same class carries now, while a base class calls it."""

from collections import Counter
from collections.abc import Sequence

from tfdiff.extract.python.statements import statements
from tfdiff.facts import Region

_CARRIED = 0.6  # of the statements, of the longer one's
_LEAST = 4  # statements in common: fewer are alike by chance

Carried = list[tuple[Region, Region]]


def carried(old: Sequence[Region], new: Sequence[Region]) -> Carried:
    """Methods of the same class that say mostly the same under names of one side each.

    Args:
        old: what is without a partner in the old release.
        new: likewise in the new one.
    """
    before, after = _methods(old), _methods(new)
    return [pair for owner, mine in before.items() for pair in _alike(mine, after.get(owner, []))]


def _methods(regions: Sequence[Region]) -> dict[str, list[Region]]:
    found: dict[str, list[Region]] = {}
    for region in regions:
        if region.kind == "method":
            found.setdefault(region.symbol.rpartition(".")[0], []).append(region)
    return found


def _alike(old: list[Region], new: list[Region]) -> Carried:
    """The pairs of which each says most of the other, and of no third one."""
    found = [(mine, its) for mine in old for its in new if _says_the_same(mine, its)]
    seen = Counter(id(region) for pair in found for region in pair)
    return [pair for pair in found if all(seen[id(region)] == 1 for region in pair)]


def _says_the_same(old: Region, new: Region) -> bool:
    before, after = _said(old), _said(new)
    common = (before & after).total()
    return common >= max(_LEAST, _CARRIED * max(before.total(), after.total()))


def _said(region: Region) -> Counter[str]:
    """What the statements say, the head with the name and the arguments left out."""
    found = statements(region) or ()
    return Counter(one.said for one in found if one.parent is not None and one.said != "end")
