"""Statements that go with an explained one: they compute what it uses, or use what it computes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfdiff.facts import Statement
from tfdiff.rules.pair import Change, RegionPair

# matters that a statement may belong to and still only serve another change
_SERVING = frozenset({"", "dtype", "shape", "logging", "passing"})
_ANYWHERE = frozenset({"self", "cls"})


def follow_statements(item: RegionPair) -> RegionPair:
    """The region with statements accounted for by the finding that explains their neighbours."""
    if not (item.old and item.new and any(change.explained for change in item.changes)):
        return item
    changes = list(item.changes)
    moved = True
    while moved:
        moved = False
        for place, change in enumerate(changes):
            if change.open and (change.before or change.after):
                serves = not _own_matter(change) or _only_serves(change, changes)
                cause = _cause(change, changes) if serves else None
                if cause:
                    changes[place] = replace(change, explained=cause)
                    moved = True
    return replace(item, changes=tuple(_ends(changes)))


def _ends(changes: Sequence[Change]) -> Iterator[Change]:
    """Ends of blocks go with what stands before them, once nothing else is open."""
    told = [change for change in changes if change.explained]
    alone = all(_is_end(change) for change in changes if change.open)
    for change in changes:
        if alone and change.open:
            before = [one for one in told if one.new <= change.new or one.old <= change.old]
            yield replace(change, explained=(before or told)[-1 if before else 0].explained)
        else:
            yield change


def _is_end(change: Change) -> bool:
    said = {one.said for one in (change.before, change.after) if one}
    return bool(said) and said <= {"end", "else:", "try:", "finally:"}


def _own_matter(change: Change) -> bool:
    """Whether the statement itself has to do with something, and not only those around it."""
    if change.topic in _SERVING:
        return False
    before = change.before.features if change.before else ()
    after = change.after.features if change.after else ()
    return any(one.kind not in _SERVING for one in set(before) ^ set(after))


def _only_serves(change: Change, changes: Sequence[Change]) -> bool:
    """Whether it gives a local a value that only explained changes read."""
    for side in ("before", "after"):
        mine: Statement | None = getattr(change, side)
        if mine is None:
            continue
        if not mine.binds or any("." in name for name in mine.binds) or " = " not in mine.said:
            return False
        readers = [
            other
            for other in changes
            if other is not change
            and (theirs := getattr(other, side)) is not None
            and set(theirs.reads) & set(mine.binds)
        ]
        if not readers or any(other.open for other in readers):
            return False
    return True


def _cause(change: Change, changes: Sequence[Change]) -> str | None:
    for other in changes:
        if other.explained is None or _is_head(other):
            continue
        for mine, theirs in _sides(change, other):
            binds, given = set(mine.binds) - _ANYWHERE, set(theirs.binds) - _ANYWHERE
            inside = mine.within == theirs.said or (
                theirs.within == mine.said and mine.said.startswith(("if ", "for ", "with "))
            )
            if inside or binds & set(theirs.reads) or given & set(mine.reads):
                return other.explained
    return None


def _is_head(change: Change) -> bool:
    """Whether it is a signature, which names every parameter and encloses everything."""
    return any(one and one.said.startswith("def ") for one in (change.before, change.after))


def _sides(one: Change, other: Change) -> Iterator[tuple[Statement, Statement]]:
    if one.before and other.before:
        yield one.before, other.before
    if one.after and other.after:
        yield one.after, other.after
