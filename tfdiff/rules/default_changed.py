"""The value that is used when an argument is not passed is another one.

What it reports:
A constructor parameter of the same name whose default value differs, compared as a value:
``10e-8`` and ``1e-7`` are the same. A default of None that the body replaces (by a constant, by
``K.epsilon()``) counts with the value it is replaced by.

Effect on training:
Every call that leaves the argument out trains with the new value. For a name it is the
checkpoint keys of the slots that change, for a locking flag the behaviour of concurrent steps.

Not reported:
A default that was respelled, or moved between the signature and the body, with the same value.
Defaults that could not be read: the verdict on defaults is then undecided.

Example:
``epsilon=1e-8`` becomes ``epsilon=1e-7``.
"""

from collections.abc import Iterator

from tfdiff.facts import Literal, Parameter, Unknown, Value
from tfdiff.findings import Effect, Finding
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Common parameters whose value differs when nothing is passed."""
    parameters = matched(pair)
    for old, new in (*parameters.kept, *parameters.renamed):
        if _differ(old.effective, new.effective):
            yield _finding(pair, old, new)
        elif _differ(old.default, new.default) and _worked_out(old, new):
            yield _worked_out_finding(pair, old, new)


def _differ(old: Value | None, new: Value | None) -> bool:
    """Whether both are known and not the same value; 0 and False are not the same."""
    if not (isinstance(old, Literal) and isinstance(new, Literal)):
        return False
    return old != new or isinstance(old.value, bool) != isinstance(new.value, bool)


def _finding(pair: Pair, old: Parameter, new: Parameter) -> Finding:
    before, after = shown(old.effective), shown(new.effective)
    effect, consequence = _consequence(new)
    return Finding(
        rule="default-changed",
        optimizer=pair.name,
        facet="default",
        effect=effect,
        certainty="proved",
        subject=new.name,
        condition=f"{new.name} is not passed",
        title=f"Default of {new.name} changed from {before} to {after}",
        explanation=f"Calls that do not pass {new.name} now use {after} where they used {before}. "
        f"{consequence}",
        remedy=f"Pass {new.name}={before} to keep the old behaviour.",
        old=place(old.span),
        new=place(new.span),
    )


def _worked_out(old: Parameter, new: Parameter) -> bool:
    """Whether one side alone makes the value itself, in a way that was read as text."""
    made = [one for one in (old.effective, new.effective) if isinstance(one, Unknown) and one.text]
    return len(made) == 1


def _worked_out_finding(pair: Pair, old: Parameter, new: Parameter) -> Finding:
    """A default that became, or was, what the constructor works out: it may be the same."""
    before, after = _said(old), _said(new)
    effect, consequence = _consequence(new)
    return Finding(
        rule="default-changed",
        optimizer=pair.name,
        facet="default",
        effect="numeric-conditional" if effect == "numeric" else effect,
        certainty="read",
        subject=new.name,
        condition=f"{new.name} is not passed",
        title=f"Default of {new.name} changed from {before} to {after}",
        explanation=f"One release has a fixed value there and the other works one out, which may "
        f"be the same: it was not computed. Where it is another one: {consequence}",
        remedy=f"Pass {new.name} to be independent of the release.",
        old=place(old.span),
        new=place(new.span),
    )


def _said(parameter: Parameter) -> str:
    value = parameter.effective
    return value.text if isinstance(value, Unknown) else shown(value)


def _consequence(parameter: Parameter) -> tuple[Effect, str]:
    value = parameter.effective.value if isinstance(parameter.effective, Literal) else None
    if parameter.name == "name":
        return "checkpoint", (
            "The name is part of the slots' checkpoint keys: checkpoints written before do not "
            "restore the slots by name."
        )
    if "lock" in parameter.name:
        return "distributed", (
            "It matters where several workers or threads update the same variable at once."
        )
    if isinstance(value, str):
        return "api", "It changes how the optimizer is built, not the formula itself."
    return "numeric", "The same script then takes different steps from the first one on."
