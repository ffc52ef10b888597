"""An argument of 0 stands for another value at one of the releases.

What it reports:
A constructor that puts another number in the place of an argument of 0 (``epsilon or 1e-7``), where
the other release takes the 0 as it is or puts another number there.

Effect on training:
None for those who do not pass 0. With ``epsilon=0`` one release divides by the bare root, the other
by what stands in.

Not reported:
Arguments that are replaced where they are None (default-changed), and those that no update rule
reads.

Example:
``self.epsilon = epsilon`` becomes ``self.epsilon = epsilon or 1e-7``.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Parameter, Region
from tfdiff.findings import Facet, Finding
from tfdiff.ir.expr import Expr, Number, Operation, Select, Symbol
from tfdiff.ir.show import text
from tfdiff.ir.symbols import EPSILON
from tfdiff.ir.walk import ordered
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

_OR = re.compile(r"\b(\w+) or \S")


def check(pair: Pair) -> Iterator[Told]:
    """Arguments that both releases take, and of which one replaces 0."""
    said = [_said(facts) for facts in (pair.old, pair.new)]
    if not any(said):
        return
    parameters = matched(pair)
    for old, new in (*parameters.kept, *parameters.renamed):
        if old.name in said[0] or new.name in said[1]:
            before, after = _stands_in(pair.old, old.name), _stands_in(pair.new, new.name)
            if before is not after and _reads(pair.old, old.name) and _reads(pair.new, new.name):
                found = _finding(pair, (old, new), (before, after))
                yield Told(found, _replacing(pair, frozenset({old.name, new.name})))


def _replacing(pair: Pair, names: frozenset[str]) -> tuple[Change, ...]:
    """The changed statements that put another value in an argument's place."""
    return tuple(
        change
        for item in pair.regions
        if base_name(item.region.symbol) == "__init__"
        for change in item.open
        for one in (change.before, change.after)
        if one and not names.isdisjoint(_OR.findall(one.said))
    )


def _constructors(facts: OptimizerFacts) -> Iterator[Region]:
    return (one for one in facts.regions if base_name(one.symbol) == "__init__")


def _said(facts: OptimizerFacts) -> frozenset[str]:
    """The names that a constructor may replace where they are 0."""
    return frozenset(name for one in _constructors(facts) for name in _OR.findall(one.text))


def _nodes(facts: OptimizerFacts) -> list[Expr]:
    return ordered(value for rule in facts.rules for _, value in rule.states)


def _reads(facts: OptimizerFacts, name: str) -> bool:
    return any(isinstance(node, Symbol) and node.name == name for node in _nodes(facts))


def _stands_in(facts: OptimizerFacts, name: str) -> Number | None:
    """What the update rules take for an argument of 0; None for 0 itself."""
    for node in _nodes(facts):
        match node:
            case Select(
                condition=Operation(op="ne", args=(Symbol(name=asked), Number(value=zero))),
                then=Symbol(name=kept),
                other=Number() as instead,
            ) if asked == kept == name and not zero and instead.value:
                return instead
    return None


def _finding(
    pair: Pair, parameters: tuple[Parameter, Parameter], values: tuple[Number | None, Number | None]
) -> Finding:
    old, new = parameters
    was, now = (text(value) if value else "0" for value in values)
    facet: Facet = "epsilon-handling" if EPSILON.fullmatch(new.name) else "default"
    said = f"{old.name}=0 stood for {was}" if values[0] else f"{old.name}=0 was taken as it is"
    means = f"stands for {now}" if values[1] else "is taken as it is"
    return Finding(
        rule="zero-replaced",
        optimizer=pair.name,
        facet=facet,
        effect="numeric-conditional",
        certainty="proved",
        subject=new.name,
        condition=f"{new.name}=0 is passed",
        title=f"{new.name}=0 {means} now",
        explanation=f"{said}; now it {means}. Every other value means the same at both releases.",
        remedy=f"Pass {new.name}={was}." if values[0] else f"Pass a tiny {new.name} instead of 0.",
        old=place(old.span),
        new=place(new.span),
    )
