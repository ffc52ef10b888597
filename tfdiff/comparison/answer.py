"""Decide, explain and measure one pair of rules; loads flint and numpy, so only when asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tfdiff.comparison.decision import Setting, Starts
from tfdiff.comparison.precision import in_precision
from tfdiff.facts import Gradient
from tfdiff.findings import Aspect, Drift, Witness
from tfdiff.ir.combinations import by_combination
from tfdiff.ir.decision import Decision, Example
from tfdiff.ir.defaults import at_defaults, reaching, without_absent
from tfdiff.ir.drift import drift
from tfdiff.ir.equivalence import decide
from tfdiff.ir.explain import explain
from tfdiff.ir.expr import number, symbol
from tfdiff.ir.options import around_options
from tfdiff.ir.preparation import Prepared, both, prepared
from tfdiff.ir.region import region
from tfdiff.ir.rescaling import rescaled
from tfdiff.ir.show import text
from tfdiff.ir.walk import States, opaques, unknown_calls

_WEIGHTS = "var"
_GUARD = "guard-changed"
_RESCALED = "slot-rescaled"
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
    found = _found(states, known, starts, gradient)
    if found.decision.verdict == "differs":
        found = _in_other_units(states, known, starts, gradient) or found
    decision, precisions = in_precision(found.decision, converted)
    return Found(decision, found.witness, (*found.aspects, *precisions))


def _found(
    states: tuple[States, States],
    settings: dict[str, float | bool],
    starts: tuple[Starts, Starts],
    gradient: Gradient,
) -> Found:
    apart = prepared(states)
    found = _apart(apart, settings, starts, gradient) if apart is not None else None
    return found or _answered(states, settings, starts, gradient)


def _in_other_units(
    states: tuple[States, States],
    settings: dict[str, float | bool],
    starts: tuple[Starts, Starts],
    gradient: Gradient,
) -> Found | None:
    """The answer with slots in the old rule's units; None where the rules differ in these too."""
    zero = [{name for name, value in side if value == 0} for side in starts]
    slots = [name for name, _ in states[0] if name in zero[0] & zero[1]]
    turned = rescaled(states, settings, slots)
    if turned is None:
        return None
    found = _found((states[0], turned.rule), settings, starts, gradient)
    decision = found.decision
    if decision.verdict not in {"identical", "equal", "conditional"}:
        return None
    said = tuple(f"{name} does not change between steps" for name in turned.constant)
    whole = replace(
        decision,
        verdict="equal" if decision.verdict == "identical" else decision.verdict,
        assumptions=(*decision.assumptions, *said),
    )
    kept = (
        Aspect(_RESCALED, name, "proved", None, f"{_bare(name)} holds {unit} times what it held")
        for name, unit in ((name, text(unit)) for name, unit in turned.units.items())
    )
    told = (one for one in found.aspects if one.kind != _ROUNDED)
    return Found(whole, found.witness, (*told, *kept))


def _apart(
    rules: Prepared,
    settings: dict[str, float | bool],
    starts: tuple[Starts, Starts],
    gradient: Gradient,
) -> Found | None:
    """The answer from what rules do to the gradient, and from the step that follows.

    None where gradients differ that were prepared without any option.
    """
    step = _answered(rules.steps, settings, starts, gradient)
    if rules.alike:
        return step
    made = by_combination(
        rules.gradients, settings, lambda old, new: decide(old, new, settings=settings)
    )
    if made is None:
        return None
    aspects = _aspects(rules.gradients, made)
    return Found(both(made, step.decision), step.witness, (*step.aspects, *aspects))


def _bare(state: str) -> str:
    return state.rpartition(":")[2]


def _answered(
    states: tuple[States, States],
    known: dict[str, float | bool],
    starts: tuple[Starts, Starts],
    gradient: Gradient,
) -> Found:
    decision = _decided(states, known, starts)
    shown, at = _shown(states, decision, known, starts)
    aspects = _aspects(states, decision)
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
    """How each state differs; a guard is one for all states."""
    of_state = {each.state: each for each in decision.states}
    guard = decision.condition if decision.verdict == "conditional" else None
    return tuple(
        Aspect(
            kind=aspect.kind,
            state=aspect.state,
            certainty="unknown" if (own := of_state[aspect.state]).reason else own.certainty,
            condition=(aspect.kind == _GUARD and guard) or of_state[aspect.state].condition,
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
