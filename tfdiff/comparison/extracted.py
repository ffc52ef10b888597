"""Statements that moved into a helper of their own, which is called in their place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tfdiff.extract.python.statements import statements
from tfdiff.facts import Region, Statement
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair, RegionPair

_MOVED = "the same statements, moved into a helper that is called there, or out of one"
_CALL = re.compile(r"(?:self\.)?(\w+)\(([\w, ]*)\)")
_HEAD = re.compile(r"def \w+\((?:self(?:, )?)?(.*)\):")
_KINDS = frozenset({"method", "function"})


def extracted(pair: Pair) -> Pair:
    """The pair with the changes marked that only put statements into a helper, or take them out."""
    regions = list(pair.regions)
    for new in (True, False):
        helpers = {
            base_name(item.region.symbol): place
            for place, item in enumerate(regions)
            if item.region.kind in _KINDS and (item.new if new else item.old)
            if not (item.old and item.new)
        }
        for place, item in enumerate(regions):
            for number, helper in _calls(item, helpers, new=new):
                lone = regions[helper]
                moved = _moved(regions[place], number, lone, new=new)
                if moved:
                    regions[place] = _settled(regions[place], moved)
                    regions[helper] = _settled(lone, set(range(len(lone.changes))))
    return pair.with_regions(tuple(regions))


def _calls(item: RegionPair, helpers: dict[str, int], *, new: bool) -> Iterator[tuple[int, int]]:
    """The changes of a region that call a helper which only this side has, and which one."""
    if not (item.old and item.new and helpers):
        return
    for number, change in enumerate(item.changes):
        one = change.after if new else change.before
        called = _CALL.fullmatch(one.said) if one and change.open else None
        if called and called[1] in helpers:
            yield number, helpers[called[1]]


def _moved(item: RegionPair, number: int, helper: RegionPair, *, new: bool) -> set[int]:
    """The changes that are a helper's body, and its call; none where it holds anything else."""
    call = item.changes[number]
    one = call.after if new else call.before
    body = _body(helper.region, one) if one else ()
    left = [said.said for said in body]
    found = {number}
    for place, change in enumerate(item.changes):
        gone = change.before if new else change.after
        stays = change.after if new else change.before
        if left and gone and gone.said == left[0] and (stays is None or place == number):
            found.add(place)
            left.pop(0)
    other = call.before if new else call.after
    replaced = other is None or other.said in {said.said for said in body}
    return found if body and not left and replaced else set()


def _body(region: Region, call: Statement) -> Sequence[Statement]:
    """What a helper does, if it is called with its parameters by their own names."""
    head, *rest = statements(region) or (None,)
    defined, called = _HEAD.fullmatch(head.said) if head else None, _CALL.fullmatch(call.said)
    if not (defined and called and defined[1] == called[2]):
        return ()
    return [one for one in rest if not (one.said == "end" and one.parent == 0)]


def _settled(item: RegionPair, places: set[int]) -> RegionPair:
    changes = tuple(
        _harmless(change) if place in places else change
        for place, change in enumerate(item.changes)
    )
    return replace(item, changes=changes)


def _harmless(change: Change) -> Change:
    return replace(change, harmless=_MOVED) if change.open else change
