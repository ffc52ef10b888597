"""One optimizer at two releases: match, decide, run the rules, account for every change."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial

from tfdiff.comparison.accounts import account, follow, respelled, settle
from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.extracted import extracted
from tfdiff.comparison.hunks import hunks
from tfdiff.comparison.kernel_options import Rules, kernel_options
from tfdiff.comparison.match import match_regions
from tfdiff.comparison.names import renames
from tfdiff.comparison.registered_alike import registered_alike
from tfdiff.comparison.same_calls import same_calls
from tfdiff.comparison.stand_ins import stand_ins
from tfdiff.comparison.unchanged import unchanged
from tfdiff.comparison.updates import path_verdicts
from tfdiff.comparison.verdict import one_sided, unread, verdict
from tfdiff.extract.store import FactStore
from tfdiff.facts import CreatedState, OptimizerFacts, Region, Span, Unknown
from tfdiff.findings import (
    SEVERITY,
    ComparedRegion,
    ComparedSlot,
    Finding,
    OptimizerReport,
    Place,
    RegionStatus,
)
from tfdiff.rules.matching import slots as state
from tfdiff.rules.pair import Followed, Pair, RegionPair
from tfdiff.rules.registry import STAGES, all_rules
from tfdiff.rules.told import Told

_UNTRAINED = re.compile(r"<(?:[^<>]*\W)?(t?string|Variant|bool)\b")
Quote = Callable[[Span], Place]
"""Lines of a release with their text and address."""
Created = Callable[[frozenset[str]], CreatedState | None]


@dataclass(frozen=True, slots=True)
class Side:
    """One release: what it has of the optimizer, and how to quote its lines.

    Attributes:
        skips: whether the release has a file of that path that was not read.
        rules: what the kernels of an op do, whatever its attributes.
        created: the variables that a whole step creates if some arguments are left alone, worked
            out when asked for; None where that is not known.
        base: whether the class leaves the step to those that are built on it.
    """

    facts: OptimizerFacts
    quote: Quote
    skips: Callable[[str], bool] = field(default=lambda _: False)
    rules: Rules = field(default=lambda _: ())
    created: Created = field(default=lambda _: None)
    base: bool = False


def compare_optimizer(
    name: str,
    old: Side,
    new: Side,
    decisions: Decisions | None = None,
    *,
    two_classes: bool = False,
) -> OptimizerReport:
    """The report on one optimizer; either side may be ``OptimizerFacts.absent``.

    Args:
        name: what the report calls it.
        old: the old release.
        new: the new release.
        decisions: answers whether two update rules do the same; None to work each out anew.
        two_classes: the sides are different classes, whose arguments and state have to be
            matched by their role.
    """
    decisions = decisions or Decisions(FactStore(None))
    before, after = _with_common(old.facts, new.facts), _with_common(new.facts, old.facts)
    whole = _pair(name, before, after, decisions, two_classes=two_classes)
    whole = replace(whole, creates_alike=cache(partial(_alike, old, new)))
    pair, beyond = _within_reach(whole, old, new)
    options = kernel_options(pair, old.rules, new.rules, decisions.store)
    pair = replace(pair, options=tuple(options))
    pair, findings = _findings(pair, old, new)
    base = old.base and new.base
    return OptimizerReport(
        name=name,
        old_path=old.facts.span.path or None,
        new_path=new.facts.span.path or None,
        verdict=one_sided(name, new=bool(new.facts.class_name))
        if pair.one_sided
        else verdict(pair, findings, base=base),
        paths=pair.verdicts,
        unchanged=() if pair.one_sided else unchanged(pair, findings),
        findings=findings,
        regions=() if pair.one_sided else tuple(_region(item, old, new) for item in pair.regions),
        unknowns=tuple(dict.fromkeys((*_unknowns(old.facts), *_unknowns(new.facts), *beyond))),
        slots=_compared_slots(pair),
        base=base,
    )


def _with_common(facts: OptimizerFacts, other: OptimizerFacts) -> OptimizerFacts:
    """The facts without plain ops that only this side may reach: they are there on both.

    Of those that both reach, what serves types that are not trained is left out.
    """
    called = {call.op for call in facts.calls}
    common = {kernel.op.name for kernel in other.kernels}
    kernels = tuple(
        kernel
        if kernel.op.name in called
        else replace(
            kernel,
            regions=tuple(one for one in kernel.regions if not _UNTRAINED.search(one.symbol)),
        )
        for kernel in facts.kernels
        if kernel.op.name in called | common
    )
    return replace(facts, kernels=kernels)


def _alike(old: Side, new: Side) -> Followed | None:
    """The step that creates the same variables on both sides; None if it does not."""
    names = [{one.name for one in side.facts.parameters} for side in (old, new)]
    alone = frozenset(names[0] ^ names[1])  # what one of them has cannot be passed to both
    before, after = old.created(alone), new.created(alone)
    if before is None or after is None or before.graph is None or before != after:
        return None
    where = "in a graph" if before.eager is None else "in a graph and in eager mode"
    if any(one.kind == "**" for side in (old, new) for one in side.facts.parameters):
        where += ", with the arguments that its **kwargs take left alone"
    elif alone:
        where += ", with the arguments that only one of them takes left alone"
    return Followed(where, before.regions & after.regions, creates=any(before.graph))


def unread_optimizer(
    name: str, old_path: str | None, new_path: str | None, unknown: Unknown
) -> OptimizerReport:
    """The report on an optimizer that one side may have in a file that could not be read."""
    return OptimizerReport(
        name=name,
        old_path=old_path,
        new_path=new_path,
        verdict=unread(name, unknown),
        paths=(),
        unchanged=(),
        findings=(),
        unknowns=(unknown,),
    )


def _within_reach(pair: Pair, old: Side, new: Side) -> tuple[Pair, tuple[Unknown, ...]]:
    """The pair without regions of one side that the other release may have in an unread file."""
    beyond = [
        item
        for item in pair.regions
        if (not item.new and new.skips(item.region.span.path))
        or (not item.old and old.skips(item.region.span.path))
    ]
    reason = "not compared: the other release's file was not read"
    unknowns = tuple(Unknown(reason, item.region.symbol, item.region.span) for item in beyond)
    kept = tuple(item for item in pair.regions if item not in beyond)
    return pair.with_regions(kept), unknowns


def _findings(pair: Pair, old: Side, new: Side) -> tuple[Pair, tuple[Finding, ...]]:
    pair = extracted(registered_alike(same_calls(stand_ins(respelled(pair)))))
    found: list[Finding] = []
    for stage in STAGES:
        batch = [
            _quoted(told, old.quote, new.quote)
            for rule in all_rules()
            if rule.stage == stage and rule.presence == pair.one_sided
            for told in rule.check(pair)
        ]
        found.extend(told.finding for told in batch)
        pair = settle(follow(account(pair, tuple(batch))))
    unique = {finding.id: finding for finding in found}.values()
    return pair, tuple(sorted(unique, key=_order))


def _pair(
    name: str,
    old: OptimizerFacts,
    new: OptimizerFacts,
    decisions: Decisions,
    *,
    two_classes: bool,
) -> Pair:
    regions = match_regions(old, new, decisions.store)
    if not (old.class_name and new.class_name):
        return Pair(name, old, new, (), ())
    pair = Pair(name, old, new, regions, ())
    if two_classes or _reimplemented(pair):
        from tfdiff.comparison.aliases import aliases  # noqa: PLC0415 - numpy is not always needed

        names = aliases(old, new)
        pair = replace(pair, parameter_names=names.parameters, state_names=names.states)
    names = renames(pair)
    verdicts = path_verdicts(old, new, regions, names, decisions, any_variable=two_classes)
    return replace(pair, verdicts=verdicts)


def _reimplemented(pair: Pair) -> bool:
    """Whether a name stands for another class now, which keeps its state under other names."""
    left = state.matched(pair)
    return bool(left.removed and left.added) and pair.old.ancestry != pair.new.ancestry


def _order(finding: Finding) -> tuple[object, ...]:
    return SEVERITY.index(finding.effect), finding.facet, finding.rule, finding.subject, finding.id


def _quoted(told: Finding | Told, old: Quote, new: Quote) -> Told:
    finding, changes = (told.finding, told.changes) if isinstance(told, Told) else (told, ())
    full = replace(finding, old=_filled(finding.old, old), new=_filled(finding.new, new))
    return Told(full, changes, exact=isinstance(told, Told))


def _filled(place: Place | None, quote: Quote) -> Place | None:
    return quote(Span(place.path, place.start, place.end)) if place else None


def _region(pair: RegionPair, old: Side, new: Side) -> ComparedRegion:
    region = pair.region
    return ComparedRegion(
        kind=region.kind,
        symbol=region.symbol,
        device=region.device,
        old=_region_place(pair.old, old.quote),
        new=_region_place(pair.new, new.quote),
        status=_status(pair),
        hunks=hunks(pair),
    )


def _region_place(region: Region | None, quote: Quote) -> Place | None:
    return quote(region.span) if region else None


def _status(pair: RegionPair) -> RegionStatus:
    if not pair.old:
        return "added"
    if not pair.new:
        return "removed"
    if not pair.same_code:
        return "changed"
    if pair.old.docs != pair.new.docs:
        return "docs"
    if pair.old.text.strip() != pair.new.text.strip():
        return "formatting"
    return "same" if pair.old.span.path == pair.new.span.path else "moved"


def _unknowns(facts: OptimizerFacts) -> tuple[Unknown, ...]:
    return (*facts.unknowns, *(item for kernel in facts.kernels for item in kernel.unknowns))


def _compared_slots(pair: Pair) -> tuple[ComparedSlot, ...]:
    slots = state.matched(pair)
    return (
        *(ComparedSlot(old, new) for old, new in (*slots.kept, *slots.renamed)),
        *(ComparedSlot(None, slot) for slot in slots.added),
        *(ComparedSlot(slot, None) for slot in slots.removed),
    )
