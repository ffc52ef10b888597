"""The constructor takes an argument that it did not take before.

What it reports:
A constructor parameter that the old release does not have, and that is no renamed one.

Effect on training:
None while it is left at a default that switches it off; a required parameter breaks every call.

Not reported:
Renamed parameters (parameter-renamed), those that the old release took and ignored
(parameter-ignored), and what the new argument does to the positions of others
(parameter-order-changed).

Example:
``FtrlOptimizer(..., l2_shrinkage_regularization_strength=0.0)``.
"""

from collections.abc import Iterator

from tfdiff.facts import Parameter
from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import ignoring, matched
from tfdiff.rules.matching.slots import giving, started_otherwise, starting
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Parameters on the new side only."""
    for parameter in matched(pair).added:
        if not ignoring(pair.old, parameter):
            yield _finding(pair, parameter)


def _finding(pair: Pair, parameter: Parameter) -> Finding:
    required = parameter.default is None and parameter.kind in {"positional", "keyword"}
    default = shown(parameter.effective)
    return Finding(
        rule="parameter-added",
        optimizer=pair.name,
        facet="parameter-added",
        effect="api",
        certainty="proved",
        subject=parameter.name,
        condition=None if required else f"{parameter.name} is passed",
        title=f"New {'required ' if required else ''}parameter {parameter.name}",
        explanation=(
            f"Every call has to pass {parameter.name} now; calls written for the old release raise "
            f"TypeError."
            if required
            else f"The constructor accepts {parameter.name}; left out it is {default}. Scripts "
            f"that pass it do not run on the old release."
        ),
        remedy=(f"Add {parameter.name} to every call." if required else _without(pair, parameter)),
        old=None,
        new=place(parameter.span),
    )


def _without(pair: Pair, parameter: Parameter) -> str:
    """What to do for those who never passed it."""
    for old, new in started_otherwise(pair):
        if giving(pair.new, new.initial) == parameter:
            return (
                f"Pass {parameter.name}={starting(old.initial)}: left out, {new.name} starts from "
                f"another value than it did."
            )
    return f"Nothing to do; leave {parameter.name} out to stay with the old arguments."
