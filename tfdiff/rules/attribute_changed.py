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

from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Statement
from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.stored import HYPER, SETS, stored
from tfdiff.rules.matching.topics import home, listed, places, quoted
from tfdiff.rules.pair import Change, Pair, RegionPair
from tfdiff.rules.told import Told

TOPICAL = True
_LOOKS_UP = frozenset({"__getattr__", "__getattribute__"})


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each constructor that keeps things in other attributes."""
    for item in pair.regions:
        changes = stored(pair, item)
        if changes:
            yield Told(_finding(pair, item, changes), changes)


def _finding(pair: Pair, item: RegionPair, changes: tuple[Change, ...]) -> Finding:
    before = _attributes((one.before for one in changes), pair.old)
    after = _attributes((one.after for one in changes), pair.new)
    gone = [name for name in before if name not in {*after, *_kept(pair.new)}]
    come = [name for name in after if name not in {*before, *_kept(pair.old)}]
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


def _kept(facts: OptimizerFacts) -> frozenset[str]:
    """What a side keeps its arguments in, by what code reads."""
    held = (name for _, attributes in facts.hyperparameters for name in attributes)
    return frozenset(_read(name, facts) for name in held)


def _attributes(sides: Iterator[Statement | None], facts: OptimizerFacts) -> list[str]:
    """What statements set, by what code reads."""
    names = []
    for one in sides:
        if one and (match := SETS.fullmatch(one.said) or HYPER.fullmatch(one.said)):
            hyper = one.said.startswith("self._set_hyper")
            names.append(_read(f"_hyper[{match[1]!r}]" if hyper else match[1], facts))
    return list(dict.fromkeys(names))


def _read(name: str, facts: OptimizerFacts) -> str:
    """The attribute; a hyperparameter's own name, where the class answers to that."""
    answers = any(base_name(one.symbol) in _LOOKS_UP for one in facts.regions)
    return name.removeprefix("_hyper['").removesuffix("']") if answers else name
