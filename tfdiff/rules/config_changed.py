"""Saving and rebuilding the optimizer differs.

What it reports:
Entries that only one release writes into the configuration, and other statements that write or read
it, where they came, went or changed.

Effect on training:
It is what get_config writes and from_config reads back: a model saved at one release may carry
other entries than the other one expects.

Not reported:
Entries for parameters that came or went (parameter-added, parameter-removed).

Example:
``get_config`` writes ``exclude_from_weight_decay``, which it left out.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Region
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import topical
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.topics import Matter, listed, told
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

TOPICAL = True
_DOCSTRING = re.compile(r'"""(?s:.*?)"""')
_ENTRY = re.compile(r"[\"'](\w+)[\"']\s*:|\w\[[\"'](\w+)[\"']\]\s*=(?!=)")
_MATTER = Matter(
    rule="config-changed",
    topic="config",
    facet="base-class-behaviour",
    effect="api",
    condition="the optimizer is saved with a model or rebuilt from its configuration",
    came="Its configuration can be saved",
    went="Its configuration can no longer be saved",
    changed="Its configuration is saved or read otherwise",
    meaning="It is what get_config writes and from_config reads back: a model saved at one "
    "release may carry other entries than the other one expects.",
    remedy="Rebuild the optimizer in code instead of from a saved configuration.",
    where=False,
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding on the entries, and one for each file in which other statements changed."""
    gone, come = (tuple(sorted(names)) for names in _entries(pair))
    own = topical(pair, "config", _writers(pair))
    if gone or come:
        yield Told(_finding(pair, gone, come), own)
    for one in told(pair, _MATTER):
        if not ((gone or come) and {*map(id, one.changes)} <= {*map(id, own)}):
            yield one


def _entries(pair: Pair) -> tuple[frozenset[str], frozenset[str]]:
    """The entries that either release alone writes, but for those of its own arguments."""
    old, new = _written(pair.old), _written(pair.new)
    if not (old and new):
        return frozenset(), frozenset()
    known = matched(pair)
    mine = {one.name for one in (*known.removed, *(old for old, _ in known.renamed))}
    its = {one.name for one in (*known.added, *(new for _, new in known.renamed))}
    return old - new - mine, new - old - its


def _written(facts: OptimizerFacts) -> frozenset[str]:
    texts = (_DOCSTRING.sub("", one.text) for one in facts.regions if _writes(one))
    found = (name for text in texts for names in _ENTRY.findall(text) for name in names)
    return frozenset(filter(None, found))


def _writes(region: Region) -> bool:
    return region.kind == "method" and base_name(region.symbol) == "get_config"


def _writers(pair: Pair) -> frozenset[str]:
    return frozenset(item.region.symbol for item in pair.regions if _writes(item.region))


def _finding(pair: Pair, gone: tuple[str, ...], come: tuple[str, ...]) -> Finding:
    said = [f"has {listed([*come])} now"] if come else []
    said += [f"no longer has {listed([*gone])}"] if gone else []
    places = [
        next((one.span for one in side.regions if _writes(one)), None)
        for side in (pair.old, pair.new)
    ]
    lost = "A model saved at the old release does not carry them. " * bool(come)
    lost += "A model saved at the new one loses them. " * bool(gone)
    return Finding(
        rule="config-changed",
        optimizer=pair.name,
        facet="base-class-behaviour",
        effect="api",
        certainty="read",
        subject=", ".join((*come, *gone)),
        condition=_MATTER.condition,
        title=f"Its configuration {' and '.join(said)}",
        explanation=f"It is what get_config writes and from_config reads back. {lost}What is not "
        f"in the configuration is the default again once the optimizer is rebuilt from it.",
        remedy="Pass these arguments yourself where you rebuild the optimizer.",
        old=place(places[0]) if places[0] else None,
        new=place(places[1]) if places[1] else None,
    )
