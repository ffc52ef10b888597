"""Where the sources prepare gradients, for findings about what is made of them."""

import re
from collections.abc import Iterator

from tfdiff.facts import Region, Span
from tfdiff.rules.matching.regions import computes_update
from tfdiff.rules.pair import Change, Pair, RegionPair

_WORDS = re.compile(r"[A-Za-z]\w*")
_PYTHON = frozenset({"method", "function"})
_OTHERWISE = frozenset({"__init__", "get_config", "from_config"})


def preparing(
    pair: Pair, used: frozenset[str], options: frozenset[str]
) -> tuple[Span | None, Span | None]:
    """Where each side makes of a gradient what options ask for.

    Args:
        pair: the optimizer.
        used: what the rules were read from.
        options: names of the options that a difference depends on.
    """
    return _side(pair, used, options, new=False), _side(pair, used, options, new=True)


def claimed(pair: Pair, used: frozenset[str], options: frozenset[str]) -> Iterator[Change]:
    """The changes that prepare gradients, or stand where that is done on one of the sides."""
    spans = preparing(pair, used, options)
    for item in pair.regions:
        leads = any(side and side.span in spans for side in (item.old, item.new))
        for change in item.changes:
            if change.open and (change.topic == "clipping" or (leads and not change.topic)):
                yield change


def _side(pair: Pair, used: frozenset[str], options: frozenset[str], *, new: bool) -> Span | None:
    """The region that speaks of most of the options; None where none speaks of any.

    A changed one, where there is one: else what it calls has changed.
    """
    found = [
        (not item.same_code, said, side)
        for item in pair.regions
        for side in (item.new if new else item.old,)
        if side and _prepares(item, side, used) and (said := len(_words(side) & options))
    ]
    best = max(found, key=lambda one: one[:2], default=None)
    return best[2].span if best else None


def _prepares(item: RegionPair, side: Region, used: frozenset[str]) -> bool:
    name = side.symbol.rpartition(".")[2]
    reached = any(one is not None and one.symbol in used for one in (item.old, item.new))
    asked = name in _OTHERWISE or computes_update(name)
    return reached and side.kind in _PYTHON and not asked


def _words(region: Region) -> frozenset[str]:
    return frozenset(_WORDS.findall(region.text))
