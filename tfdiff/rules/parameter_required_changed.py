"""An argument has to be passed now, or need not be any more.

What it reports:
A constructor parameter of both releases that has a default at one of them only.

Effect on training:
Calls that leave it out raise TypeError at one release and use the default at the other.

Not reported:
Defaults that differ (default-changed), and new parameters that are required (parameter-added).

Example:
``learning_rate`` gets the default 0.001.
"""

from collections.abc import Iterator

from tfdiff.facts import Parameter
from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Common parameters with a default on one side only."""
    parameters = matched(pair)
    for old, new in (*parameters.kept, *parameters.renamed):
        if {old.kind, new.kind} & {"*", "**"} or (old.default is None) == (new.default is None):
            continue
        yield _finding(pair, old, new)


def _finding(pair: Pair, old: Parameter, new: Parameter) -> Finding:
    required = new.default is None
    default = shown((old if required else new).effective)
    return Finding(
        rule="parameter-required-changed",
        optimizer=pair.name,
        facet="default",
        effect="api",
        certainty="proved",
        subject=new.name,
        condition=f"{new.name} is not passed",
        title=f"Parameter {new.name} is required"
        if required
        else f"Parameter {new.name} need not be passed: it is {default} by default",
        explanation=f"Calls that leave {new.name} out raise TypeError at the "
        f"{'new' if required else 'old'} release; at the other they use {default}.",
        remedy=f"Pass {new.name} in every call.",
        old=place(old.span),
        new=place(new.span),
    )
