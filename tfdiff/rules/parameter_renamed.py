"""A constructor parameter has another name.

What it reports:
A parameter that went and one that came which fill the same attribute, or stand at the same
position with the same default.

Effect on training:
Calls by keyword raise TypeError, calls by position go on working.

Not reported:
A new name beside the old one, when the old one is still accepted.

Example:
``lr`` becomes ``learning_rate``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import accepted_names, matched
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Parameters with the same role and another name."""
    aliases = accepted_names(pair.new)
    for old, new in matched(pair).renamed:
        accepted = aliases.get(old.name) == new.name
        yield Finding(
            rule="parameter-renamed",
            optimizer=pair.name,
            facet="parameter-renamed",
            effect="api",
            certainty="read",
            subject=f"{old.name} -> {new.name}",
            condition=f"{old.name} is passed by keyword",
            title=f"Parameter {old.name} renamed to {new.name}"
            + (f"; {old.name} is still accepted" if accepted else ""),
            explanation=f"What was passed as {old.name} is now {new.name}. "
            + (
                f"Calls with {old.name}=... go on working for now."
                if accepted
                else f"Calls with {old.name}=... raise TypeError."
            ),
            remedy=f"Write {new.name}=... instead of {old.name}=....",
            old=place(old.span),
            new=place(new.span),
        )
