"""Which finding accounts for which changed lines, so that nothing is said twice or lost."""

import re
from dataclasses import replace

from tfdiff.comparison.changes import overlaps
from tfdiff.facts import OptimizerFacts
from tfdiff.findings import Finding, Place
from tfdiff.rules.pair import Change, Pair, RegionPair

_STEP_KINDS = frozenset({"functor", "cuda", "xla"})
_PUNCTUATION = re.compile(r"\W+")


def account(pair: Pair, findings: tuple[Finding, ...]) -> Pair:
    """The pair with every change marked that one of the findings explains.

    A finding explains the changes inside its places, and those that do nothing but carry what
    it speaks of through the code: the attribute that keeps a new argument, the call of a new op.
    """
    names = {finding.id: _names(pair, finding) for finding in findings}
    return pair.with_regions(
        tuple(
            replace(
                item,
                changes=tuple(_explained(item, change, findings, names) for change in item.changes),
            )
            for item in pair.regions
        )
    )


def _explained(
    regions: RegionPair,
    change: Change,
    findings: tuple[Finding, ...],
    names: dict[str, frozenset[str]],
) -> Change:
    if not change.open:
        return change
    for finding in findings:
        if _inside(regions, change, finding):
            return replace(change, explained=finding.id)
    tokens = frozenset(change.added) | frozenset(change.removed)
    for finding in findings:
        if tokens & names[finding.id]:
            return replace(change, explained=finding.id)
    return change


def _inside(regions: RegionPair, change: Change, finding: Finding) -> bool:
    old = regions.old and _covers(finding.old, regions.old.span.path, change.old)
    new = regions.new and _covers(finding.new, regions.new.span.path, change.new)
    return bool(old or new)


def _covers(place: Place | None, path: str, lines: tuple[int, int]) -> bool:
    return place is not None and place.path == path and overlaps((place.start, place.end), lines)


def _names(pair: Pair, finding: Finding) -> frozenset[str]:
    """The identifiers that carry what a finding speaks of through the code."""
    match finding.facet:
        case "parameter-added" | "default":
            return _carriers(pair.new, finding.subject)
        case "parameter-removed":
            return _carriers(pair.old, finding.subject)
        case "parameter-renamed" if " -> " in finding.subject:
            old, _, new = finding.subject.partition(" -> ")
            return _carriers(pair.old, old) | _carriers(pair.new, new)
        case "kernel-op-added" | "kernel-op-removed":
            return frozenset({finding.subject, _snake(finding.subject)})
        case "slot-creation" | "slot-name":
            name = finding.subject.rpartition(":")[2]
            return frozenset({f'"{name}"', f"'{name}'", f"_{name}"})
        case _:
            return frozenset()


def _carriers(facts: OptimizerFacts, parameter: str) -> frozenset[str]:
    attributes = dict(facts.hyperparameters).get(parameter, ())
    return frozenset({parameter, *(_PUNCTUATION.split(name)[-1] for name in attributes)})


def _snake(op: str) -> str:
    """``ApplyFtrlV2`` -> ``apply_ftrl_v2``: the Python wrapper's name."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", op)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", spaced).lower()


def settle(pair: Pair) -> Pair:
    """The pair with the changes marked that provably do nothing to the update rule.

    The regions that compute the step are read into the update rule. Where every path through a
    region was proved the same, its changes have no effect on the weights.
    """
    same: dict[str, bool] = {}
    for verdict in pair.verdicts:
        proved = verdict.verdict in {"identical", "equal"} and "not proved" not in verdict.proof
        for rule in (*pair.old.rules, *pair.new.rules):
            if str(rule.path) == str(verdict.path):
                for symbol in rule.symbols:
                    same[symbol] = same.get(symbol, True) and proved
    return pair.with_regions(
        tuple(
            _settled(item) if item.region.kind in _STEP_KINDS and _proved(item, same) else item
            for item in pair.regions
        )
    )


def _proved(item: RegionPair, same: dict[str, bool]) -> bool:
    sides = [side.symbol for side in (item.old, item.new) if side]
    return all(same.get(symbol, False) for symbol in sides)


def _settled(item: RegionPair) -> RegionPair:
    reason = "the update rule was proved the same"
    return replace(
        item,
        changes=tuple(
            replace(change, harmless=reason) if change.open else change for change in item.changes
        ),
    )
