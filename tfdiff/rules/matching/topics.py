"""Changed statements by what they have to do with, and findings that speak of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tfdiff.facts import OptimizerFacts, Region
from tfdiff.findings import Effect, Facet, Finding, Place
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair, RegionPair
from tfdiff.rules.told import Told

Touched = tuple[RegionPair, tuple[Change, ...]]
EAGER_ONLY = "eager only"
"""The topic of a change that is none in graph mode."""

_SHOWN = 3
_LONG = 90
_TITLE = 140
_STRUCTURE = frozenset({"end", "else:", "try:", "finally:"})
_WORD = re.compile(r"[A-Za-z_]\w*")
_SAVED = re.compile(r"self\._?weights = ")
_TELLING = 5  # letters of a name that means something by itself


@dataclass(frozen=True, slots=True)
class Matter:
    """What a rule says of the changed statements of one topic.

    Attributes:
        came: the title where only the new side has to do with it.
        went: the title where only the old side has.
        changed: the title where both have.
        meaning: what it does to training and to whom.
        where: whether the title says where the statements are, and what one by itself says.
        called: part of the names of functions that do it, wherever they stand.
    """

    rule: str
    topic: str
    facet: Facet
    effect: Effect
    condition: str | None
    came: str
    went: str
    changed: str
    meaning: str
    remedy: str
    where: bool = True
    called: str = ""


def told(pair: Pair, matter: Matter) -> Iterator[Told]:
    """One finding for each file in which statements of the topic changed."""
    for group in by_home(touched(pair, matter.topic)):
        yield finding(pair, matter, group)


def touched(pair: Pair, *topics: str) -> tuple[Touched, ...]:
    """The regions of both sides with open changes of some topics."""
    found: list[Touched] = []
    for item in pair.regions:
        if item.old and item.new:
            changes = tuple(change for change in item.open if change.topic in topics)
            if changes:
                found.append((item, changes))
    return tuple(found)


def saves(change: Change) -> bool:
    """Whether a statement says, on both sides, what is saved as the optimizer's weights."""
    return all(one and _SAVED.match(one.said) for one in (change.before, change.after))


def helpers(pair: Pair) -> frozenset[str]:
    """Private methods, functions and helper classes that take other arguments than before."""
    public = {method.name for method in (*pair.old.methods, *pair.new.methods)}
    own = {base.name for base in (*pair.old.ancestry, *pair.new.ancestry)}
    return frozenset(
        owner.rpartition(".")[2] if name == "__init__" else name
        for item, _ in touched(pair, "signature")
        for owner, _, name in (item.region.symbol.rpartition("."),)
        if _of_one_name(item)
        and (
            item.region.kind == "function"
            or (owner.rpartition(".")[2] not in own if name == "__init__" else name not in public)
        )
    )


def _of_one_name(item: RegionPair) -> bool:
    """Whether both sides are called the same: what became a helper was none before."""
    return bool(item.old and item.new and base_name(item.old.symbol) == base_name(item.new.symbol))


def passes_on(pair: Pair, change: Change) -> bool:
    """Whether a statement calls, on both sides, a helper that takes other arguments now."""
    before, after = change.before, change.after
    if before is None or after is None or change.topic:
        return False
    calls = (f"{name}(" for name in helpers(pair))
    return any(call in before.said and call in after.said for call in calls)


def by_home(found: Iterable[Touched]) -> tuple[tuple[Touched, ...], ...]:
    """Grouped by file: what changed together in a base class is one cause."""
    groups: dict[tuple[str, ...], list[Touched]] = {}
    for item, changes in found:
        groups.setdefault(tuple(side.span.path for side in _sides(item)), []).append(
            (item, changes)
        )
    return tuple(
        tuple(sorted(group, key=lambda one: sum(side.span.line for side in _sides(one[0]))))
        for group in groups.values()
    )


def _sides(item: RegionPair) -> tuple[Region, ...]:
    return tuple(side for side in (item.old, item.new) if side)


def finding(pair: Pair, matter: Matter, group: tuple[Touched, ...]) -> Told:
    """What a matter's rule says of the changes in one file."""
    before, after = _shown(group, matter.topic, new=False), _shown(group, matter.topic, new=True)
    gone = tuple(text for text in before if text not in after)
    come = tuple(text for text in after if text not in before)
    title = matter.changed
    if come and not _has(group, matter.topic, new=False) and not _known(pair.old, matter, come):
        title = matter.came
    elif gone and not _has(group, matter.topic, new=True) and not _known(pair.new, matter, gone):
        title = matter.went
    title += _where(group) if matter.where else ""
    old, new = places(group[0])
    found = Finding(
        rule=matter.rule,
        optimizer=pair.name,
        facet=matter.facet,
        effect=matter.effect,
        certainty="read",
        subject=home(pair, group[0][0]),
        condition=matter.condition,
        title=title,
        explanation=f"{matter.meaning} {_details(group, gone, come)}",
        remedy=matter.remedy,
        old=old,
        new=new,
    )
    return Told(found, named(group))


def home(pair: Pair, one: RegionPair) -> str:
    """What to call a region's files: the first class whose methods are there, else the module.

    What both sides have there counts before what only one has, and the files of both sides count,
    so that the releases the other way round group the same.
    """
    files = {side.span.path for side in _sides(one)}
    inside = sorted(
        (not (item.old and item.new), len(owners), sum(side.span.line for side in sides), owner)
        for item in pair.regions
        for sides in (_sides(item),)
        if item.region.kind == "method" and files.issuperset(side.span.path for side in sides)
        for owner in (item.region.symbol.rpartition(".")[0],)
        for owners in ({side.symbol.rpartition(".")[0] for side in sides},)
        if not owner.startswith("_")
    )
    path = one.region.span.path
    module = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    return inside[0][-1] if inside else module


def places(one: Touched) -> tuple[Place | None, Place | None]:
    """From the first to the last of the changes in one region, on each side."""
    item, changes = one
    return (
        _hull(item.old, [change.old for change in changes]),
        _hull(item.new, [change.new for change in changes]),
    )


def named(group: Iterable[Touched]) -> tuple[Change, ...]:
    """All changes of a group, for the account."""
    return tuple(change for _, changes in group for change in changes)


def _hull(region: Region | None, lines: list[tuple[int, int]]) -> Place | None:
    if region is None:
        return None
    real = [(first, last) for first, last in lines if first <= last] or [
        (first, first) for first, _ in lines
    ]
    start = max(min(first for first, _ in real), region.span.line)
    end = min(max(last for _, last in real), region.span.end_line)
    return Place(region.span.path, min(start, end), max(start, end), "")


def _has(group: tuple[Touched, ...], topic: str, *, new: bool) -> bool:
    """Whether the changed statements of one side have to do with the topic."""
    return any(
        feature.kind == topic
        for _, changes in group
        for change in changes
        for one in ((change.after if new else change.before),)
        if one is not None
        for feature in one.features
    )


def _known(side: OptimizerFacts, matter: Matter, texts: Iterable[str]) -> bool:
    """Whether a side speaks of the matter all the same, in other statements."""
    if any(matter.topic in region.symbol for region in side.regions):
        return True  # ``get_config`` has to do with the configuration
    if matter.called and any(_calls(region, matter.called) for region in side.regions):
        return True
    telling = {max(words, key=len) for text in texts if (words := _words(text))}
    return any(not telling.isdisjoint(_words(region.text)) for region in side.regions)


def _calls(region: Region, called: str) -> bool:
    return bool(re.search(rf"(?<!def )\b\w*{called}\w*\(", region.text))


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    """The words that are long enough to tell, each once; asked of regions for many matters."""
    found = dict.fromkeys(word.strip("_") for word in _WORD.findall(text))
    return tuple(word for word in found if len(word) >= _TELLING)


def _shown(group: tuple[Touched, ...], topic: str, *, new: bool) -> tuple[str, ...]:
    """The expressions of one side that show the topic, each once."""
    return tuple(
        dict.fromkeys(
            feature.text
            for _, changes in group
            for change in changes
            for one in ((change.after if new else change.before),)
            if one is not None
            for feature in one.features
            if feature.kind == topic
        )
    )


def _where(group: tuple[Touched, ...]) -> str:
    """In which functions it is, and what the statement says if it is but one."""
    names = [base_name(item.region.symbol) for item, _ in group]
    names = [name for name in dict.fromkeys(names) if name != "__init__"]
    if len(names) > _SHOWN:
        names = [*names[: _SHOWN - 1], f"{len(names) - _SHOWN + 1} more"]
    place = f" in {listed(names)}" if names else ""
    every = (one for _, changes in group for one in changes)
    alone = [one for one in every if not _STRUCTURE.issuperset(_said(one))]
    said = next(filter(None, map(_became, alone)), "") if len(alone) <= _SHOWN else ""
    more = f", and {len(alone) - 1} more" if len(alone) > 1 else ""
    return f"{place}: {said}{more}" if said else place


def _said(change: Change) -> frozenset[str]:
    return frozenset(one.said for one in (change.before, change.after) if one)


def _became(change: Change) -> str:
    """What a statement was and is; "" for one that is too long for a title."""
    before, after = (one.said.rstrip(":") if one else "" for one in (change.before, change.after))
    said = f"{before} became {after}" if before and after else f"{before or after} is "
    said += "" if before and after else "gone" if before else "new"
    return said if len(said) <= _TITLE else ""


def _details(group: tuple[Touched, ...], gone: tuple[str, ...], come: tuple[str, ...]) -> str:
    names = list(dict.fromkeys(item.region.symbol for item, _ in group))
    said = f"It is in {listed(names)}."
    if gone and come:
        return f"{said} It was {quoted(gone)} and is {quoted(come)}."
    if come:
        return f"{said} New there: {quoted(come)}."
    return f"{said} Gone there: {quoted(gone)}." if gone else said


def listed(names: list[str]) -> str:
    """Names for a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def quoted(texts: tuple[str, ...]) -> str:
    """A few expressions, shortened, and how many more there are."""
    short = [text if len(text) <= _LONG else f"{text[:_LONG]}…" for text in texts[:_SHOWN]]
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(short) + more
