"""Decide, explain and measure one pair of rules; loads flint and numpy, so only when asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tfdiff.comparison.decision import Setting, Starts
from tfdiff.comparison.precision import in_precision
from tfdiff.facts import Gradient
from tfdiff.findings import Aspect, Drift, Witness
from tfdiff.ir.decision import Decision, Example
from tfdiff.ir.defaults import at_defaults, reaching, without_absent
from tfdiff.ir.drift import drift
from tfdiff.ir.equivalence import decide
from tfdiff.ir.explain import explain
from tfdiff.ir.expr import number, symbol
from tfdiff.ir.options import around_options
from tfdiff.ir.region import region
from tfdiff.ir.walk import States, opaques, unknown_calls

_WEIGHTS = "var"
_ROUNDED = "rounding-order-changed"
_WORD = re.compile(r"[A-Za-z_]\w*(?: is None)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A decision with its explanation and its measurements."""

    decision: Decision
    witness: Witness | None
    aspects: tuple[Aspect, ...]


def answer(
    states: tuple[States, States],
    settings: Setting,
    starts: tuple[Starts, Starts],
    gradient: Gradient,
    converted: tuple[States, States] = ((), ()),
) -> Found:
    """Whether two rules do the same; what differs, and by how much.

    Args:
        states: both rules.
        settings: hyperparameters that a user who passes nothing has.
        starts: starting values of the states of both sides.
        gradient: which gradients the drift is measured with.
        converted: both rules with their conversions between precisions; empty for none.
    """
    known = dict(settings)
    decision, precisions = in_precision(_decided(states, known, starts), converted)
    shown, at = _shown(states, decision, known, starts)
    aspects = (*_aspects(states, decision), *precisions)
    if at is not decision and _always(decision):
        aspects = _plainest(aspects, _aspects(shown, at), shown)
    example = at.witness or decision.witness
    if example is None:
        return Found(decision, None, aspects)
    witness = _measured(example, decision.condition, shown, known, starts, gradient)
    return Found(decision, witness, aspects)


def _shown(
    states: tuple[States, States],
    decision: Decision,
    settings: Mapping[str, float | bool],
    starts: tuple[Starts, Starts],
) -> tuple[tuple[States, States], Decision]:
    """The rules to explain and to measure by: with as few options as still differ as much.

    Clipping that only one of the rules knows hides that another thing differs always, and its
    norms cannot be measured.
    """
    simplify = at_defaults if _always(decision) else without_absent
    if decision.witness is not None and (_always(decision) or _unknown(states)):
        old, new = (simplify(rule, settings) for rule in states)
        if (old, new) != states:
            at = _decided((old, new), settings, starts)
            if at.witness is not None and at.verdict == decision.verdict:
                return (old, new), at
    return states, decision


def _always(decision: Decision) -> bool:
    return decision.verdict == "differs" and decision.condition is None


def _unknown(states: tuple[States, States]) -> bool:
    values = [value for rule in states for _, value in rule]
    return bool(opaques(values) or unknown_calls(values))


def _aspects(states: tuple[States, States], decision: Decision) -> tuple[Aspect, ...]:
    of_state = {each.state: each for each in decision.states}
    return tuple(
        Aspect(
            kind=aspect.kind,
            state=aspect.state,
            certainty="unknown" if (own := of_state[aspect.state]).reason else own.certainty,
            condition=of_state[aspect.state].condition,
            phrase=aspect.phrase,
            old=aspect.old,
            new=aspect.new,
        )
        for aspect in explain(*states, decision)
    )


def _plainest(
    full: tuple[Aspect, ...], plain: tuple[Aspect, ...], rules: tuple[States, States]
) -> tuple[Aspect, ...]:
    """Of each state what differs at the defaults, or else what differs with some option.

    What moves no weight at the defaults is left out where something does.
    """
    reached = reaching(rules[0], _WEIGHTS) | reaching(rules[1], _WEIGHTS)
    always = [
        aspect
        for aspect in plain
        if aspect.condition is None and aspect.kind != _ROUNDED and aspect.state in reached
    ]
    told = {aspect.state for aspect in plain}
    rest = [one for one in full if one.condition is not None or one.state not in told]
    return (*always, *rest) if always else full


def _decided(
    states: tuple[States, States],
    settings: Mapping[str, float | bool],
    starts: tuple[Starts, Starts],
) -> Decision:
    def asked(old: States, new: States) -> Decision:
        return decide(
            old,
            new,
            settings=settings,
            initial_old=_expressions(starts[0]),
            initial_new=_expressions(starts[1]),
        )

    return around_options(states, settings, asked(*states), asked)


def _expressions(starts: Starts) -> States:
    return tuple(
        (name, symbol(value) if isinstance(value, str) else number(repr(value)))
        for name, value in starts
    )


def _numbers(starts: Starts, settings: Mapping[str, float | bool]) -> dict[str, float | bool]:
    """Starting values as numbers; a parameter that has no default gets none."""
    return {
        name: settings[value] if isinstance(value, str) else value
        for name, value in starts
        if not isinstance(value, str) or value in settings
    }


def _measured(  # noqa: PLR0913, PLR0917 - a measurement has this many parts
    example: Example,
    condition: str | None,
    states: tuple[States, States],
    settings: Mapping[str, float | bool],
    starts: tuple[Starts, Starts],
    gradient: Gradient,
) -> Witness:
    witness = Witness(
        inputs=tuple((name, float(value)) for name, value in example.inputs),
        old=example.old,
        new=example.new,
        ratio=example.ratio,
    )
    if _unknown(states):
        return witness
    # The guard's own settings come from the witness: at the defaults it does not hold.
    asked = _WORD.findall(condition or "")
    guarded = {*asked, *(name.removesuffix(" is None") for name in asked)}
    chosen = dict(settings) | {
        name: value for name, value in example.inputs if name in guarded and name != "touched"
    }
    initial = [_numbers(side, chosen) for side in starts]
    sets = ("sparse",) if gradient == "sparse" else ("dense", "tiny", "zero")
    points = drift(*states, chosen, initial_old=initial[0], initial_new=initial[1], sets=sets)
    where = region(*states, chosen, initial_old=initial[0], initial_new=initial[1])
    return Witness(
        inputs=witness.inputs,
        old=witness.old,
        new=witness.new,
        ratio=witness.ratio,
        drift=tuple(
            Drift(point.gradients, point.steps, point.relative, point.ulp) for point in points
        ),
        region=_said(where.text, starts) if where else None,
    )


def _said(region: str, starts: tuple[Starts, Starts]) -> str:
    """The region, and which states start otherwise, as that makes a difference as well."""
    new = dict(starts[1])
    others = [
        f"{name} starts at {value} and {new[name]}"
        for name, value in starts[0]
        if name in new and new[name] != value
    ]
    return f"{region}; {', '.join(others)}" if others else region
