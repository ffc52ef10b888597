"""The constructor keeps what it is given, or what it will need, in other attributes.

What it reports:
Statements of a constructor that do nothing but set an attribute (to an argument, to a plain value,
to an empty container) or put another value in an argument's place, where they came, went or
changed; the values themselves are compared as defaults.

Effect on training:
None. Code that reads such an attribute (``optimizer.lr``) may miss it; of private ones that is
nobody but a subclass.

Not reported:
Attributes of an argument that came or went (parameter-added, parameter-removed), state, values that
are worked out from arguments otherwise, and what has to do with another matter.

Example:
``self.rho = rho`` becomes ``self._set_hyper("rho", rho)``.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Statement
from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.topics import home, listed, places, quoted
from tfdiff.rules.pair import Change, Pair, RegionPair
from tfdiff.rules.told import Told

TOPICAL = True
_PLAIN = re.compile(
    r"None|True|False|\{\}|\[\]|\(\)|-?[\d.]+(e-?\d+)?|'[^']*'|(\w+\.)*(dict|set|list|OrderedDict"
    r"|defaultdict|WeakKeyDictionary|local)\((dict|list|set)?\)"
)
_SETS = re.compile(r"self\.(\w+) = (.*)", re.DOTALL)
_HYPER = re.compile(r"self\._set_hyper\(['\"](\w+)['\"], (.*)\)", re.DOTALL)
_STANDS_IN = re.compile(r"(\w+) = (.*)", re.DOTALL)
_IS_NONE = re.compile(r"if (?:not )?(\w+)(?: is (?:not )?None)?:")
_WORKED_OUT = re.compile(r"[\w)\]] ?(\*\*?|[-+/%]|//) ?[\w(\[]")
_TOPICS = frozenset({"", "hyper", "dtype", "shape"})


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each constructor that keeps things in other attributes."""
    for item in pair.regions:
        if not (item.old and item.new) or base_name(item.region.symbol) != "__init__":
            continue
        changes = _stored(pair, item)
        if changes:
            yield Told(_finding(pair, item, changes), changes)


def _stored(pair: Pair, item: RegionPair) -> tuple[Change, ...]:
    """The changed statements that do nothing else, with the ends of their branches."""
    found: list[Change] = []
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
    match = _SETS.fullmatch(one.said) or _HYPER.fullmatch(one.said)
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


def _finding(pair: Pair, item: RegionPair, changes: tuple[Change, ...]) -> Finding:
    before = _attributes(one.before for one in changes)
    after = _attributes(one.after for one in changes)
    gone = [name for name in before if name not in after]
    come = [name for name in after if name not in before]
    public = [name for name in (*gone, *come) if not name.startswith("_")]
    parts = [f"no longer sets {listed(gone)}"] if gone else []
    parts += [f"sets {listed(come)}"] if come else []
    old, new = places((item, changes))
    names = ", ".join((*gone, *come))
    said = [
        quoted(tuple(side.text for side in sides if side))
        for sides in ([one.before for one in changes], [one.after for one in changes])
    ]
    return Finding(
        rule="attribute-changed",
        optimizer=pair.name,
        facet="base-class-behaviour",
        effect="api" if public else "none",
        certainty="read",
        subject=f"{home(pair, item)}: {names or 'values'}",
        condition=f"code reads {listed(sorted((*gone, *come)))}" if names else None,
        title=f"The constructor {' and '.join(parts)}"
        if parts
        else "The constructor sets its attributes otherwise",
        explanation=f"What is kept is compared as arguments and defaults. It was: "
        f"{said[0] or 'nothing'}. It is: {said[1] or 'nothing'}.",
        remedy="Read such values with get_config, or from what you passed."
        if public
        else "Nothing to do, unless your own subclass reads it.",
        old=old,
        new=new,
    )


def _attributes(sides: Iterator[Statement | None]) -> list[str]:
    names = []
    for one in sides:
        if one and (match := _SETS.fullmatch(one.said) or _HYPER.fullmatch(one.said)):
            hyper = one.said.startswith("self._set_hyper")
            names.append(f"_hyper[{match[1]!r}]" if hyper else match[1])
    return list(dict.fromkeys(names))
