"""The constructor no longer takes an argument.

What it reports:
A constructor parameter that the new release does not have, and that was not renamed.

Effect on training:
Calls that pass it raise an error, where ``**kwargs`` does not hand it to code that is not read.

Not reported:
Renamed parameters (parameter-renamed), and those that are still taken and ignored
(parameter-ignored).

Example:
``decay=0.`` disappears from a Keras optimizer's signature.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import ignoring, matched
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Parameters on the old side only."""
    swallowed = any(parameter.kind == "**" for parameter in pair.new.parameters)
    for parameter in matched(pair).removed:
        if ignoring(pair.new, parameter):
            continue
        if parameter.kind in {"*", "**"}:
            consequence = "Further arguments are no longer accepted."
        elif swallowed and pair.new.further != "rejected":
            consequence = (
                "The new constructor still takes further keyword arguments: whether it uses, "
                "rejects or ignores this one stands in its body."
            )
        else:
            consequence = "Calls that pass it raise an error."
        yield Finding(
            rule="parameter-removed",
            optimizer=pair.name,
            facet="parameter-removed",
            effect="api",
            certainty="proved",
            subject=parameter.name,
            condition=f"{parameter.name} is passed",
            title=f"Parameter {parameter.name} removed",
            explanation=f"{parameter.name} (it was {shown(parameter.effective)} when left out) is "
            f"gone. {consequence}",
            remedy=f"Remove {parameter.name} from your calls; no argument restores it.",
            old=place(parameter.span),
            new=None,
        )
