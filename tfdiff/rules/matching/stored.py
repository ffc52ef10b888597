"""Statements of a constructor that do no more than keep values in attributes."""

import re

from tfdiff.facts import OptimizerFacts, Statement
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair, RegionPair

_PLAIN = re.compile(
    r"None|True|False|\{\}|\[\]|\(\)|-?[\d.]+(e-?\d+)?|'[^']*'|(\w+\.)*(dict|set|list|OrderedDict"
    r"|defaultdict|WeakKeyDictionary|local)\((dict|list|set)?\)"
)
SETS = re.compile(r"self\.(\w+) = (.*)", re.DOTALL)
HYPER = re.compile(r"self\._set_hyper\(['\"](\w+)['\"], (.*)\)", re.DOTALL)
_STANDS_IN = re.compile(r"(\w+) = (.*)", re.DOTALL)
_IS_NONE = re.compile(r"if (?:not )?(\w+)(?: is (?:not )?None)?:")
_WORKED_OUT = re.compile(r"[\w)\]] ?(\*\*?|[-+/%]|//) ?[\w(\[]")
_TOPICS = frozenset({"", "hyper", "dtype", "shape"})


def stored(pair: Pair, item: RegionPair) -> tuple[Change, ...]:
    """What changed in a constructor and only keeps values, with the ends of its branches."""
    found: list[Change] = []
    if not (item.old and item.new) or base_name(item.region.symbol) != "__init__":
        return ()
    for change in item.open:
        if change.topic not in _TOPICS:
            continue
        sides = ((change.before, pair.old), (change.after, pair.new))
        if all(one is None or _stores(one, facts) for one, facts in sides):
            found.append(change)
    return tuple(found)


def _stores(one: Statement, facts: OptimizerFacts) -> bool:
    """Whether a statement only keeps an argument or a plain value."""
    parameters = {parameter.name for parameter in facts.parameters}
    if one.said in {"end", "else:"}:
        head = _IS_NONE.fullmatch(one.within)
        return head is not None and head[1] in parameters
    if head := _IS_NONE.fullmatch(one.said):
        return head[1] in parameters
    match = SETS.fullmatch(one.said) or HYPER.fullmatch(one.said)
    if match is None:
        stand_in = _STANDS_IN.fullmatch(one.said)
        return stand_in is not None and stand_in[1] in parameters and _harmless(stand_in[2])
    read = set(one.reads) - {"self"}
    kept = set(dict(facts.hyperparameters))
    return bool(_PLAIN.fullmatch(match[2])) or (
        bool(read & parameters & kept) and _harmless(match[2])
    )


def _harmless(value: str) -> bool:
    """Whether a value is nothing but an argument, a configured value, or one instead of another."""
    if _WORKED_OUT.search(value):
        return False
    calls = re.findall(r"([\w.]+)\(", value)
    return all(
        name.rpartition(".")[2] in {"epsilon", "get", "pop", "float", "int", "bool"}
        for name in calls
    )
