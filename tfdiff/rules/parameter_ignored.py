"""An argument is taken, and one of the releases does nothing with it.

What it reports:
A parameter of both releases that one keeps in an attribute, and that the other takes out of
``**kwargs`` and keeps nowhere; and a parameter of one release where the other's constructor drops
further keywords without a word.

Effect on training:
Calls that pass it run, and train with another value than they say: ``lr=0.1`` is taken, and the
default learning rate is used.

Not reported:
Arguments that are rejected (parameter-removed, parameter-added), and those that are never kept.

Example:
``lr = kwargs.pop("lr", None)`` is followed by nothing but a warning.
"""

from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts, Parameter
from tfdiff.findings import Finding
from tfdiff.rules.matching.parameters import ignoring, matched
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Parameters that one of the constructors takes for nothing."""
    parameters = matched(pair)
    for old, new in parameters.kept:
        held = bool(_held(pair.old, old)), bool(_held(pair.new, new))
        if held == (True, False) and new.kind == "keyword":
            yield _finding(pair, old, new, now=True)
        if held == (False, True) and old.kind == "keyword":
            yield _finding(pair, old, new, now=False)
    for parameter in parameters.removed:
        if takes := ignoring(pair.new, parameter):
            yield _finding(pair, parameter, takes, now=True)
    for parameter in parameters.added:
        if takes := ignoring(pair.old, parameter):
            yield _finding(pair, takes, parameter, now=False)


def _held(facts: OptimizerFacts, parameter: Parameter) -> tuple[str, ...]:
    return dict(facts.hyperparameters).get(parameter.name, ())


def _finding(pair: Pair, old: Parameter, new: Parameter, *, now: bool) -> Finding:
    """Of a parameter that is ignored now, or that was."""
    facts, mine = (pair.old, old) if now else (pair.new, new)
    release, other = ("new", "old") if now else ("old", "new")
    rivals = [
        one.name
        for one in (pair.new if now else pair.old).parameters
        if one.name != mine.name and set(_held(facts, one)) & set(_held(facts, mine))
    ]
    instead = f"Pass {rivals[0]}=... instead" if rivals else f"Do without {mine.name}"
    return Finding(
        rule="parameter-ignored",
        optimizer=pair.name,
        facet="parameter-removed" if now else "parameter-added",
        effect="numeric-conditional",
        certainty="read",
        subject=mine.name,
        condition=f"{mine.name} is passed",
        title=f"Parameter {mine.name} is accepted and ignored"
        if now
        else f"Parameter {mine.name} takes effect; it was accepted and ignored",
        explanation=f"Calls with {mine.name}=... run at both releases, but nothing keeps the value "
        f"at the {release} one: training goes on as if it had not been passed. The {other} one "
        f"uses it.",
        remedy=f"{instead} where the releases must agree; no error tells that it has no effect.",
        old=place(old.span),
        new=place(new.span),
    )
