"""Whether all paths of one optimizer follow the same rule at one release."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tfdiff.comparison.decision import Decisions
from tfdiff.extract.store import FactStore
from tfdiff.facts import OptimizerFacts, UpdatePath, UpdateRule
from tfdiff.findings import PathVerdict


@dataclass(frozen=True, slots=True)
class Agreement:
    """Paths that follow one rule, against the path that all are compared with.

    Attributes:
        reference: the path that the others are compared with.
        paths: the paths of which this is said.
        verdict: how they compare with it.
    """

    reference: UpdatePath
    paths: tuple[UpdatePath, ...]
    verdict: PathVerdict


def agreements(facts: OptimizerFacts, store: FactStore | None = None) -> tuple[Agreement, ...]:
    """How the paths of an optimizer compare with its first one; equal answers are one entry.

    Args:
        facts: one optimizer at one release.
        store: keeps the decisions for the next run; None works them out anew.
    """
    if not facts.rules:
        return ()
    decisions = Decisions(store or FactStore(None))
    reference = _reference(facts.rules)
    groups: dict[tuple[object, ...], list[PathVerdict]] = {}
    for verdict in _verdicts(facts, reference, decisions):
        said = (verdict.verdict, verdict.condition, verdict.reason)
        groups.setdefault(said, []).append(verdict)
    return tuple(
        Agreement(reference.path, tuple(one.path for one in members), members[0])
        for members in groups.values()
    )


def _reference(rules: tuple[UpdateRule, ...]) -> UpdateRule:
    """The dense rule on CPU where there is one: what the others are ports of."""
    return min(rules, key=lambda rule: (rule.path.gradient != "dense", rule.path.device != "cpu"))


def _verdicts(
    facts: OptimizerFacts, reference: UpdateRule, decisions: Decisions
) -> Iterator[PathVerdict]:
    for rule in facts.rules:
        if rule.path == reference.path:
            continue
        # Repeated indices are no matter of a dense rule, which has none to compare with.
        same_kind = rule.path.gradient == reference.path.gradient
        other = rule if same_kind else _without_duplicates(rule)
        yield decisions.verdict(reference, other, facts, facts)


def _without_duplicates(rule: UpdateRule) -> UpdateRule:
    return replace(rule, duplicates=None)
