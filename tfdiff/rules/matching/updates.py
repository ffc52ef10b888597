"""Findings about the update rule: one for each cause, over all paths that it holds on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tfdiff.facts import Span
from tfdiff.findings import Aspect, Effect, Facet, Finding, PathVerdict
from tfdiff.ir.alone import apart_if
from tfdiff.ir.show import text
from tfdiff.rules.matching.conditions import readable, settings
from tfdiff.rules.matching.steps import (
    GUARD,
    ROUNDING,
    Cause,
    carriers,
    causes,
    paths_said,
    step_region,
    whole,
)
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

_LONGEST = 360
_INLINE = 90  # characters of a formula that a sentence can hold
_PERCENT = 0.01
_NOTHING = 1e-6
_NONE = (
    "No argument restores the old rule: stay with the old release, or write the old formula as "
    "an optimizer of your own."
)


_OF_SPARSE = re.compile(r"in rows|in a sparse gradient")
_BESIDE = (
    "The rules differ without the condition as well, which another finding tells; where it holds "
    "there is this difference besides."
)

_PREPARED = (
    "It is about what is made of a gradient before the step, which is the same code for all "
    "optimizers that share it; without these options the same gradient reaches the step."
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What one rule says of its kinds.

    Attributes:
        meaning: what such a change does to training, one sentence.
        tried: the same, where it was not proved; None where that makes no difference.
        facet: where it is always the same one.
        remedy: where the rule knows better than the guard.
        condition: when it makes a difference, in words, where that is no guard of the rule.
    """

    rule: str
    kinds: tuple[str, ...]
    meaning: str
    tried: str | None = None
    facet: Facet | None = None
    effect: Effect | None = None
    remedy: str | None = None
    condition: str | None = None


def told(pair: Pair, wording: Wording) -> Iterator[Told]:
    """One finding for each cause of these kinds."""
    found = causes(pair, wording.kinds)
    for cause in _with_gradient(found) if wording.effect == "rounding-only" else found:
        undecided = all(one.verdict == "undecided" for one in cause.verdicts)
        if not (undecided and wording.effect == "rounding-only"):
            yield _told(pair, cause, wording)


def _with_gradient(found: Sequence[Cause]) -> Iterator[Cause]:
    """The causes, those that are what is made of the gradient as one, where an option asks for it.

    On sparse paths the rows that a gradient does not touch may keep it from being seen apart.
    """
    lead = next((one for one in found if one.of_gradient and _apart(one)), None)
    same = [one for one in found if lead and one is not lead and _apart(one) == _apart(lead)]
    for one in found:
        if one is lead:
            verdicts = (*one.verdicts, *(each for other in same for each in other.verdicts))
            yield replace(one, verdicts=verdicts)
        elif one not in same:
            yield one


def _apart(cause: Cause) -> str | None:
    """The option without which the rules are written alike on all of these paths."""
    names = frozenset(("var", *(one.state for one in cause.aspects)))
    tests = {apart_if(one.old, one.new, names) for one in cause.verdicts}
    return tests.pop() if len(tests) == 1 else None


def _told(pair: Pair, cause: Cause, wording: Wording) -> Told:
    found = carriers(pair, cause)
    old, new = (
        span or (None if elsewhere else whole(step_region(pair, cause.verdicts, new=is_new)))
        for is_new, span, elsewhere in (
            (False, found.old, _in_a_base(pair, found.new)),
            (True, found.new, _in_a_base(pair, found.old)),
        )
    )
    worst = cause.worst
    condition = _apart(cause) if wording.effect == "rounding-only" else cause.condition
    sparse = _sparse_alone(pair, cause)
    always = worst.verdict == "differs" and not (cause.beside or cause.of_gradient)
    effect: Effect = "numeric" if always else "numeric-conditional"
    main = cause.main
    finding = Finding(
        rule=wording.rule,
        optimizer=pair.name,
        facet=wording.facet or found.facet,
        effect=wording.effect or effect,
        certainty=main.certainty,
        subject=_subject(cause),
        condition=wording.condition or _when(condition, sparse=sparse),
        title=_title(cause, condition, sparse=sparse),
        explanation=" ".join(_sentences(cause, wording)),
        remedy=wording.remedy or _remedy(cause),
        old=place(old),
        new=place(new),
    )
    return Told(finding, found.changes)


def _in_a_base(pair: Pair, span: Span | None) -> bool:
    """Whether a base class alone does what changed, so that the step itself has no part in it."""
    own = {pair.old.span.path, pair.new.span.path}
    return span is not None and span.path.endswith(".py") and span.path not in own


def _subject(cause: Cause) -> str:
    """The guard, which may act on every state, or the states that differ."""
    if cause.main.kind == GUARD and cause.condition:
        return readable(cause.condition)
    return ", ".join(dict.fromkeys(one.state for one in cause.aspects))


def _sparse_alone(pair: Pair, cause: Cause) -> bool:
    """Whether only sparse gradients meet the cause, dense ones being compared as well."""
    dense = any(one.path.gradient == "dense" for one in pair.verdicts)
    return dense and all(one.path.gradient == "sparse" for one in cause.verdicts)


def _when(condition: str | None, *, sparse: bool) -> str | None:
    """The condition in words, with the kind of gradient where nothing of it says that."""
    said = readable(condition) if condition else ""
    if not sparse or _OF_SPARSE.search(said):
        return said or None
    return f"the gradient is sparse, and {said}" if said else "the gradient is sparse"


def _title(cause: Cause, condition: str | None, *, sparse: bool) -> str:
    if condition and cause.main.kind == GUARD:
        said = readable(condition)
        said = f"{said} (sparse gradients)" if sparse and not _OF_SPARSE.search(said) else said
        unknown = any(one.certainty == "unknown" for one in cause.aspects)
        differs = "may differ" if unknown else "differs"
        if cause.of_gradient:
            return f"The gradient that reaches the step {differs} if {said}"
        differs = f"{differs} further" if cause.beside else differs
        return f"The step {differs} {said if said.startswith('in rows') else f'if {said}'}"
    phrase = cause.main.phrase
    short = phrase if len(phrase) <= _LONGEST // 3 else f"the formula of {cause.main.state} changed"
    return f"Update rule: {short}"


def _sentences(cause: Cause, wording: Wording) -> Iterator[str]:
    if cause.of_gradient:
        yield f"{_PREPARED} Found on these paths: {paths_said(cause.verdicts)}."
        return
    if cause.beside:
        yield f"{_BESIDE} Found on these paths: {paths_said(cause.verdicts)}."
        return
    proved = cause.main.certainty == "proved"
    yield wording.meaning if proved or wording.tried is None else wording.tried
    if cause.main.certainty == "unknown":
        yield "What becomes of it where the condition holds could not be decided."
    yield f"Found on these paths: {paths_said(cause.verdicts)}."
    yield from _narrower(cause)
    if wording.effect == "rounding-only":
        # what else differs on these paths, and the example, belong to other findings
        yield from _formulas(cause.worst, cause.main)
        return
    phrases = dict.fromkeys(
        one.phrase
        for one in (*cause.details, *cause.aspects[1:])
        if len(one.phrase) <= _LONGEST
        and one.phrase != cause.main.phrase
        and one.kind not in {GUARD, ROUNDING}
    )
    if phrases:
        yield f"In particular: {'; '.join(phrases)}."
    yield from _formulas(cause.worst, cause.main)
    yield from _measured(cause.worst)


def _narrower(cause: Cause) -> Iterator[str]:
    """Where some of the paths ask for more than what all of them do."""
    whole = cause.condition
    own = {one.condition for one in cause.verdicts if one.condition and not cause.beside}
    for condition in sorted(own - {whole}) if len(own) > 1 else ():
        paths = [one for one in cause.verdicts if one.condition == condition]
        yield f"The {paths_said(paths)} only if {readable(condition)}."


def _formulas(verdict: PathVerdict, main: Aspect) -> Iterator[str]:
    """The changed term on both sides, or the state's whole formula, where a sentence can hold it.

    Every report shows the formulas in full beside each other.
    """
    before, after = main.old, main.new
    if before is not None and after is not None:
        sides = (text(before), text(after))
    else:
        whole = (dict(verdict.old).get(main.state), dict(verdict.new).get(main.state))
        if whole[0] is None or whole[1] is None:
            return
        sides = (f"{main.state}' = {text(whole[0])}", f"{main.state}' = {text(whole[1])}")
    if all(len(side) <= _INLINE for side in sides):
        yield f"Old: {sides[0]}. New: {sides[1]}."


def _measured(verdict: PathVerdict) -> Iterator[str]:
    witness = verdict.witness
    if witness is None or verdict.verdict == "equal":
        return
    if witness.ratio is not None and abs(witness.ratio) < _NOTHING:
        yield "In the worked example the first step does not move the weight, where it did before."
    elif witness.ratio is not None and abs(witness.ratio - 1) > _PERCENT:
        yield f"In the worked example the first step is {witness.ratio:.3g} times the old one."
    last = [point for point in witness.drift if point.gradients in {"dense", "sparse"}][-1:]
    for point in last:
        yield (
            f"After {point.steps} steps on the same gradients the weights are "
            f"{point.relative:.2%} of their movement apart."
        )
    if witness.region:
        yield f"It matters {witness.region}."


def _remedy(cause: Cause) -> str:
    condition = cause.condition
    if not condition:
        return _NONE
    known = settings(condition)
    if known and cause.beside:
        return f"With {', '.join(known)} this difference is gone."
    if known:
        return f"With {', '.join(known)} both releases move the weights the same way."
    if "touched" in condition:
        return (
            "No argument restores the old treatment of these rows; turn the gradient into a "
            "dense tensor where every row must be updated."
        )
    return _NONE
