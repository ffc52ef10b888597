"""A string that names the optimizer makes something else.

What it reports:
What ``compile(optimizer="adam")`` and ``optimizers.get("adam")`` make: the class and the defaults,
and where that depends on a mode, the mode.

Effect on training:
A string leaves every argument at the default of the class that it makes, which need not be the
class of the same public name: learning rate and epsilon may differ between ``"adagrad"`` and
``Adagrad()``.

Not reported:
Changes of the class itself, which its own rules report.

Example:
``"adagrad"`` makes the class of version 2 with ``learning_rate=0.001`` if ``tf2.enabled()``.
"""

from collections.abc import Iterator

from tfdiff.facts import ClassRef, Literal, OptimizerFacts, Parameter, StringName, Value
from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place

TOGETHER = "anywhere"


def check(pair: Pair) -> Iterator[Finding]:
    """One finding for each string that both releases know."""
    old, new = _by_text(pair.old), _by_text(pair.new)
    for text in sorted(old.keys() & new.keys()):
        before, after = _made(pair.old, old[text]), _made(pair.new, new[text])
        if before != after:
            yield _finding(pair, text, (old[text], new[text]))


def _by_text(facts: OptimizerFacts) -> dict[str, list[StringName]]:
    found: dict[str, list[StringName]] = {}
    for one in facts.strings:
        found.setdefault(one.text, []).append(one)
    return found


def _made(facts: OptimizerFacts, entries: list[StringName]) -> list[tuple[bool, str | None]]:
    """For each entry whether it makes the optimizer's own class, and when."""
    own = facts.ancestry[0]
    if all(one.made == own for one in entries):
        return [(True, None)]
    return [(one.made == own, one.condition) for one in entries]


def _finding(pair: Pair, text: str, entries: tuple[list[StringName], list[StringName]]) -> Finding:
    old, new = entries
    other = next(
        (
            (one, facts)
            for found, facts in ((new, pair.new), (old, pair.old))
            for one in found
            if one.made != facts.ancestry[0]
        ),
        None,
    )
    differing = _differing(pair, *other) if other else []
    return Finding(
        rule="string-name-changed",
        optimizer=pair.name,
        facet="default",
        effect="numeric-conditional" if differing else "api",
        certainty="read",
        subject=f'"{text}"',
        condition=f'the optimizer is given as the string "{text}"',
        title=f'The string "{text}" makes {_said(pair.new, new)}, was {_said(pair.old, old)}',
        explanation="A string takes every default of the class that it makes."
        + (f" Against {pair.name}() that is: {listed(differing)}." if differing else ""),
        remedy=f"Construct {pair.name} yourself with the arguments that you mean, instead of "
        f'passing "{text}".',
        old=place(old[0].span),
        new=place(new[0].span),
    )


def _said(facts: OptimizerFacts, entries: list[StringName]) -> str:
    own = facts.ancestry[0]
    if all(one.made == own for one in entries):
        return "this class"
    first = entries[0].condition
    parts = [
        f"{'this class' if one.made == own else _spelled(one.made)}{_when(one.condition, first)}"
        for one in entries
    ]
    return ", ".join(parts)


def _when(condition: str | None, first: str | None) -> str:
    if condition is None:
        return ""
    return " if not" if condition == f"not ({first})" else f" if {condition}"


def _spelled(made: ClassRef) -> str:
    """Where the class is from: whose string it is says which of them it is."""
    return f"the class of {made.path.rpartition('/')[0].replace('/', '.')}"


def _differing(pair: Pair, one: StringName, facts: OptimizerFacts) -> list[str]:
    """The defaults of another class that are not those of the optimizer's own."""
    renamed = dict(_names(pair))
    own = {parameter.name: parameter for parameter in facts.parameters}
    found = []
    for parameter in one.parameters:
        mine = own.get(parameter.name) or own.get(renamed.get(parameter.name, ""))
        if mine and _known(mine) and _known(parameter) and mine.effective != parameter.effective:
            found.append(
                f"{mine.name} is {shown(parameter.effective)}, not {shown(mine.effective)}"
            )
    return found


def _names(pair: Pair) -> Iterator[tuple[str, str]]:
    """Names of arguments that one class calls otherwise than the other."""
    for old, new in matched(pair).renamed:
        yield old.name, new.name
        yield new.name, old.name


def _known(parameter: Parameter) -> bool:
    value: Value | None = parameter.effective
    return isinstance(value, Literal) and parameter.name != "name"
