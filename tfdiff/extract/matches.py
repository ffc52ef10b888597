"""Which optimizer of one release is to be compared with which of another, and under which name."""

from collections import Counter
from collections.abc import Sequence

from tfdiff.extract.catalog import Catalog, Entry

Match = tuple[Entry | None, Entry | None]


def all_matches(before: Catalog, after: Catalog) -> tuple[Match, ...]:
    """Every optimizer that either release has, each with what it is to be compared with.

    A class that goes by the names of two classes of the other release is compared with both.
    """
    sought: list[Match] = [(before.matching(entry), entry) for entry in after.entries]
    sought += [(entry, after.matching(entry)) for entry in before.entries]
    pairs = [(old, new) for old, new in dict.fromkeys(sought) if old and new]
    shared = {entry for pair in pairs if _shared(*pair) for entry in pair}
    # A second class of the same name elsewhere is new where the first one is still there.
    pairs = [pair for pair in pairs if _shared(*pair) or shared.isdisjoint(pair)]
    paired = {entry for pair in pairs for entry in pair}
    alone: list[Match] = [(None, entry) for entry in after.entries if entry not in paired]
    alone += [(entry, None) for entry in before.entries if entry not in paired]
    return tuple(sorted((*pairs, *alone), key=_newer_name))


def public_names(matches: Sequence[Match]) -> tuple[str, ...]:
    """What the report calls each: its name at the newer release that has it.

    Where two have that name, the one that had another before goes by what it kept.
    """
    taken = Counter(map(_newer_name, matches))
    return tuple(
        _kept_name(*match) if taken[name] > 1 else name
        for match, name in zip(matches, map(_newer_name, matches), strict=True)
    )


def _kept_name(old: Entry | None, new: Entry | None) -> str:
    if not (old and new) or new.name in old.public_names:
        return _newer_name((old, new))
    return next(iter(_shared(old, new)), old.name)


def _shared(old: Entry, new: Entry) -> tuple[str, ...]:
    """The public names that two entries have in common."""
    return tuple(name for name in new.public_names if name in old.public_names)


def _newer_name(match: Match) -> str:
    old, new = match
    entry = new or old
    return entry.name if entry else ""
