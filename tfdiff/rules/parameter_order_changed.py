"""Arguments passed by position reach other parameters than before.

What it reports:
A position of the constructor that both releases have, and that belongs to another parameter at
the new release; keyword-only parameters that were positional.

Effect on training:
A call by position silently gives a value to the wrong hyperparameter, or raises TypeError.
Calls by keyword are not affected.

Not reported:
Parameters appended at the end, and renamed parameters at the same position.

Example:
``(learning_rate, decay, momentum)`` becomes ``(learning_rate, momentum, decay)``.
"""

from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Parameter
from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """The first position that means something else."""
    new_name = {old.name: new.name for old, new in matched(pair).renamed}
    old, new = _positional(pair.old), _positional(pair.new)
    names = [parameter.name for parameter in new]
    for position, parameter in enumerate(old):
        expected = new_name.get(parameter.name, parameter.name)
        if names[position : position + 1] == [expected]:
            continue
        if position >= len(names) and expected not in _all_names(pair.new):
            return  # a removed tail is parameter-removed
        yield _finding(pair, position, parameter, new)
        return


def _positional(facts: OptimizerFacts) -> tuple[Parameter, ...]:
    return tuple(item for item in facts.parameters if item.kind == "positional")


def _all_names(facts: OptimizerFacts) -> frozenset[str]:
    return frozenset(parameter.name for parameter in facts.parameters)


def _finding(
    pair: Pair, position: int, parameter: Parameter, new: tuple[Parameter, ...]
) -> Finding:
    taken_by = new[position] if position < len(new) else None
    now = f"is {taken_by.name}" if taken_by else "is not accepted by position"
    return Finding(
        rule="parameter-order-changed",
        optimizer=pair.name,
        facet="parameter-removed" if taken_by is None else "parameter-renamed",
        effect="api",
        certainty="proved",
        subject=f"position {position + 1}",
        condition=f"{position + 1} or more arguments are passed by position",
        title=f"Positional argument {position + 1} was {parameter.name} and now {now}",
        explanation=f"From position {position + 1} on, arguments passed without a keyword reach "
        f"other parameters than at the old release, or none.",
        remedy=f"Pass {parameter.name} and what follows it by keyword.",
        old=place(parameter.span),
        new=place(taken_by.span if taken_by else pair.new.span),
    )
