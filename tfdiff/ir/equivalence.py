"""The ladder: do two rules move the weights the same way, and why we say so.

identical (same operations in the same order), equal (proved over the reals), conditional
(differs only where a guard holds), differs (with a witness), undecided (with the reason).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.closed import Closed, closed
from tfdiff.ir.conditions import condition_of
from tfdiff.ir.decision import Decision, Example, Rung, StateDecision
from tfdiff.ir.domain import Kind, inferred_domain, never_negative
from tfdiff.ir.expr import Expr, symbol
from tfdiff.ir.guards import Frame
from tfdiff.ir.invariants import kept_signs
from tfdiff.ir.occurrences import with_repetition
from tfdiff.ir.refute import Search, example, searched
from tfdiff.ir.rungs import SAME_OPERATIONS, unread, unrefuted
from tfdiff.ir.sampling import Points, points
from tfdiff.ir.show import text
from tfdiff.ir.typed import typed_states
from tfdiff.ir.unread import around_unread
from tfdiff.ir.walk import States, opaques, replaced, symbols, unknown_calls

ORDER: Final[tuple[Rung, ...]] = ("identical", "equal", "conditional", "undecided", "differs")


def decide(  # noqa: PLR0913 - the optional ones sharpen the answer
    old: States,
    new: States,
    *,
    kinds: Mapping[str, Kind] | None = None,
    settings: Mapping[str, float | bool] | None = None,
    initial_old: States = (),
    initial_new: States = (),
    visible: str = "var",
) -> Decision:
    """Decide whether two rules are the same.

    Args:
        old: state -> value after one step, of the old rule.
        new: the same of the new rule; only states of both are compared.
        kinds: what is known of symbols' values; the rest is told from names and derived.
        settings: values of hyperparameters that users have if they pass nothing.
        initial_old: starting values of the old rule's states, as far as known; with them a
            running power (``beta1_power``) and a counter that the new rule lacks become
            functions of ``step``.
        initial_new: the same of the new rule.
        visible: the state that holds the weights, for the witness.
    """
    return _decide(
        (old, new),
        tuple(sorted((kinds or {}).items())),
        tuple(sorted((settings or {}).items())),
        (initial_old, initial_new),
        visible,
    )


@lru_cache(maxsize=512)
def _decide(
    rules: tuple[States, States],
    kinds: tuple[tuple[str, Kind], ...],
    settings: tuple[tuple[str, float | bool], ...],
    initial: tuple[States, States],
    visible: str,
) -> Decision:
    """As ``decide``, once for each pair: most paths of an optimizer share their rule.

    Which rule is called old makes no difference: their content decides which one comes first.
    """
    forms = Canonical()
    typed_old, typed_new = typed_states(*rules)
    left = {name: forms.form(value) for name, value in typed_old}
    right = {name: forms.form(value) for name, value in typed_new}
    turned = _content(right, forms) < _content(left, forms)
    if turned:
        left, right, initial = right, left, initial[::-1]
    only = (
        tuple(name for name in left if name not in right),
        tuple(name for name in right if name not in left),
    )
    written = closed(left, right, dict(initial[0]), dict(initial[1]))
    context = _context(written.old, written.new, dict(kinds), dict(settings), visible)
    decided = tuple(_state(name, context) for name in context.common)
    decided = tuple(
        (_with_starts(decision, (left, right), written), search) for decision, search in decided
    )
    worst = max(
        (decision for decision, _ in decided),
        key=lambda decision: ORDER.index(decision.verdict),
        default=StateDecision("", "undecided", "unknown", "", reason="no state in common"),
    )
    if turned:
        only, context = only[::-1], replace(context, old=context.new, new=context.old)
    decision = _combined(worst, decided, context, visible)
    return replace(decision, only_old=only[0], only_new=only[1])


def _content(rule: Mapping[str, Expr], forms: Canonical) -> list[tuple[str, bytes]]:
    return sorted((name, forms.digest(value)) for name, value in rule.items())


def _with_starts(
    decision: StateDecision, rules: tuple[Mapping[str, Expr], Mapping[str, Expr]], written: Closed
) -> StateDecision:
    """The decision with the starting values that it took for granted."""
    values = [rule[decision.state] for rule in rules]
    if values[0] is values[1] or decision.verdict == "undecided":
        return decision
    read = symbols(values)
    said = tuple(text for name, text in written.assumptions if name in read)
    return replace(decision, assumptions=(*decision.assumptions, *said))


@dataclass(frozen=True, slots=True)
class _Context:
    """Two rules made ready for comparison: canonical, with the calls they share as symbols."""

    old: dict[str, Expr]
    new: dict[str, Expr]
    common: tuple[str, ...]
    frame: Frame


def _context(
    old: dict[str, Expr],
    new: dict[str, Expr],
    kinds: Mapping[str, Kind],
    settings: Mapping[str, float | bool],
    visible: str,
) -> _Context:
    common = tuple(name for name in old if name in new)
    roots = [*old.values(), *new.values()]
    shared = set(unknown_calls(old.values())) & set(unknown_calls(new.values()))
    free: dict[Expr, Expr] = {call: symbol(text(call)) for call in shared}
    freed = replaced(roots, free)
    forms = Canonical()  # what was put in may sort otherwise
    left = {name: forms.form(with_repetition(freed[value])) for name, value in old.items()}
    right = {name: forms.form(with_repetition(freed[value])) for name, value in new.items()}
    states = [*old, *(name for name in new if name not in old)]
    data = frozenset({*states, "grad", *(text(call) for call in shared)})
    different = [name for name in common if left[name] is not right[name]]
    signed: dict[str, Kind] = {text(call): "nonnegative" for call in shared if never_negative(call)}
    domain = inferred_domain(
        [tuple(left.items()), tuple(right.items())], data, signed | dict(kinds)
    )
    if different:
        for side in (left, right):  # both hold for as long as the rules agree
            domain = domain.having(kept_signs(side, domain, visible))
    compared = [side[name] for name in different for side in (left, right)]
    drawn = points(compared, domain, settings) if compared else Points({}, np.zeros(0, int), 0)
    return _Context(left, right, common, Frame(drawn, domain, settings, data))


def _state(name: str, context: _Context) -> tuple[StateDecision, Search | None]:
    old, new = context.old[name], context.new[name]
    if old is new and not opaques([old]):
        return StateDecision(name, "identical", "proved", SAME_OPERATIONS), None
    if old is new:
        decision = StateDecision(name, "undecided", "unknown", "", reason=unread([old]))
    else:
        search = searched(old, new, context.frame.points)
        if search.row is not None:
            return _refuted(name, context, search), search
        decision = unrefuted(name, old, new, search, context.frame.domain)
    if decision.verdict == "undecided":
        decision = around_unread(name, old, new, context.frame) or decision
    if old is new and decision.verdict == "equal":  # what was not read is never asked for
        decision = replace(decision, verdict="identical", proof=SAME_OPERATIONS)
    return decision, None


def _refuted(name: str, context: _Context, search: Search) -> StateDecision:
    proof = "different results, confirmed in ball arithmetic"
    found = condition_of(context.old[name], context.new[name], context.frame, search)
    if found is None:
        return StateDecision(name, "differs", "proved", proof)
    guard, outside = found
    verdict: Rung = "differs" if guard.default else "conditional"
    return StateDecision(
        name,
        verdict,
        outside.certainty,
        f"{proof}; outside of the condition: {outside.proof}",
        outside.assumptions,
        guard.text,
    )


def _combined(
    worst: StateDecision,
    decided: tuple[tuple[StateDecision, Search | None], ...],
    context: _Context,
    visible: str,
) -> Decision:
    states = tuple(decision for decision, _ in decided)
    alike = [decision for decision in states if decision.verdict == worst.verdict]
    guarded = [decision.condition for decision in alike if decision.condition is not None]
    condition = " or ".join(_simplest(guarded)) if len(guarded) == len(alike) else None
    return Decision(
        worst.verdict,
        worst.certainty,
        worst.proof,
        tuple(dict.fromkeys(text for decision in states for text in decision.assumptions)),
        condition or None,
        next((decision.reason for decision in alike if decision.reason), None),
        states,
        witness=_witness(decided, context, visible),
        domain=context.frame.domain,
    )


def _simplest(conditions: list[str]) -> tuple[str, ...]:
    """Conditions of which one must hold, each part once and none that another one implies."""
    parts = [part for condition in conditions for part in condition.split(" or ")]
    if any(part.count("(") != part.count(")") for part in parts):
        return tuple(dict.fromkeys(conditions))
    asked = {part: frozenset(part.split(" and ")) for part in parts}
    return tuple(part for part in asked if not any(one < asked[part] for one in asked.values()))


def _witness(
    decided: tuple[tuple[StateDecision, Search | None], ...], context: _Context, visible: str
) -> Example | None:
    rows = {decision.state: search.row for decision, search in decided if search is not None}
    if not rows:
        return None
    row = rows.get(visible, next(iter(rows.values())))
    inputs = context.frame.points.row(row or 0)
    old = tuple((name, context.old[name]) for name in context.common)
    new = tuple((name, context.new[name]) for name in context.common)
    return example(old, new, inputs, visible)
