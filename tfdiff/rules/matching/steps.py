"""The regions of a step that carry a changed rule, and the paths that share one cause."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from tfdiff.facts import Device, Region, Span, UpdatePath
from tfdiff.findings import Aspect, Facet, PathVerdict
from tfdiff.ir.occurrences import REPEATED
from tfdiff.ir.preparation import GRADIENT
from tfdiff.ir.walk import symbols
from tfdiff.rules.matching import parameters, slots
from tfdiff.rules.matching.prepared import claimed, preparing
from tfdiff.rules.matching.regions import base_name, computes_update
from tfdiff.rules.pair import Change, Pair, RegionPair

STEP_KINDS = frozenset({"functor", "cuda", "xla"})
PYTHON_KINDS = frozenset({"method", "function"})
GUARD = "guard-changed"
ROUNDING = "rounding-order-changed"

_APPLIES = re.compile(r"\._?(\w*apply_(?!gradients)|get_updates|update_step|_?(prepare|finish)\b)")
_WORDS = re.compile(r"[A-Za-z]\w*")
_GRAMMAR = frozenset({"not", "or", "and", "is", "None", "touched", "abs", "grad"})
_DEVICES: Final[tuple[Device, ...]] = ("cpu", "gpu", "xla", "sycl", "python")
_FACETS: dict[Device, Facet] = {
    "cpu": "update-rule-kernel-cpu",
    "gpu": "update-rule-kernel-gpu",
    "xla": "update-rule-kernel-xla",
    "sycl": "update-rule-kernel-sycl",
}
_GRADIENT_FACET: Facet = "base-class-behaviour"
_NAMES: dict[Device, str] = {
    "cpu": "CPU",
    "gpu": "GPU",
    "xla": "XLA",
    "sycl": "SYCL",
    "python": "every device",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which the update rule changed, and every path that it holds on.

    Attributes:
        aspects: one for each state, the weights' first.
        details: what else was found of the same states.
    """

    aspects: tuple[Aspect, ...]
    details: tuple[Aspect, ...]
    verdicts: tuple[PathVerdict, ...]

    @property
    def main(self) -> Aspect:
        """The aspect of the weights, or of the first state that differs."""
        return self.aspects[0]

    @property
    def of_gradient(self) -> bool:
        """Whether it is what is made of the gradient before the step."""
        return self.main.state == GRADIENT

    @property
    def worst(self) -> PathVerdict:
        """The path to quote: one that was measured, where there is one."""
        return max(self.verdicts, key=lambda one: (one.witness is not None, bool(_drift(one))))

    @property
    def beside(self) -> bool:
        """Whether it is what a guard adds to a rule that differs without it as well."""
        worst = self.worst
        added = worst.verdict == "conditional" and worst.condition is None
        return self.main.kind == GUARD and (worst.verdict == "differs" or added)

    @property
    def condition(self) -> str | None:
        """When the rules differ; of what comes beside another difference, when that comes in."""
        # where paths have it under further conditions, the one that all of them share
        every = [one.condition for one in self.verdicts if one.condition]
        known = min(every, key=lambda one: one.count(" and "), default=None)
        if self.main.kind != GUARD or not (known is None or self.beside or self.of_gradient):
            return known
        parts = (part for one in self.aspects for part in (one.condition or "").split(" or "))
        return " or ".join(dict.fromkeys(filter(None, parts))) or None


def _drift(one: PathVerdict) -> bool:
    return bool(one.witness and one.witness.drift)


def causes(pair: Pair, kinds: Iterable[str]) -> tuple[Cause, ...]:
    """The causes of some kinds; a guard takes what differs behind it as its details."""
    wanted = frozenset(kinds)
    known = {one.condition for one in pair.verdicts if one.condition}
    groups: dict[tuple[object, ...], list[tuple[PathVerdict, tuple[Aspect, ...]]]] = {}
    each = _in_parts(pair.verdicts)
    for verdict in _apart(each) if GUARD in wanted else each:
        for (kind, of_gradient), aspects in _by_kind(verdict).items():
            if kind in wanted:
                leading = aspects if kind != ROUNDING else aspects[:1]
                what = {part for one in leading for part in _said(one, verdict)}
                if kind == GUARD and not of_gradient:
                    what = {_widest(part, known) for part in what}
                groups.setdefault((kind, of_gradient, *sorted(what)), []).append((verdict, aspects))
    return tuple(_cause(members) for members in groups.values())


def _cause(members: list[tuple[PathVerdict, tuple[Aspect, ...]]]) -> Cause:
    first, leading = members[0]
    verdicts = tuple(verdict for verdict, _ in members)
    if leading[0].state == GRADIENT:
        return Cause(tuple(dict.fromkeys(one for _, each in members for one in each)), (), verdicts)
    details = (one for one in first.aspects if one not in leading and one.state != GRADIENT)
    return Cause(
        tuple(sorted(leading, key=lambda one: one.state != "var")), tuple(details), verdicts
    )


def _in_parts(verdicts: Iterable[PathVerdict]) -> Iterator[PathVerdict]:
    """The verdicts, each with what is made of the gradient as one of its own."""
    for verdict in verdicts:
        made = tuple(one for one in verdict.aspects if one.state == GRADIENT)
        parts = {part for one in made for part in (one.condition or "").split(" or ")}
        rest = (verdict.condition or "").split(" or ")
        condition = " or ".join(part for part in rest if part and part not in parts) or None
        steps = tuple(one for one in verdict.aspects if one.state != GRADIENT)
        if not made or steps:
            yield replace(verdict, condition=condition, aspects=steps)
        if made:
            yield replace(verdict, aspects=made)


def _apart(verdicts: Iterable[PathVerdict]) -> Iterator[PathVerdict]:
    """The verdicts, each guard that adds to another path's as that one and what it adds.

    One cause on dense and sparse paths is told once, and beside it what the sparse ones have of
    their own.
    """
    every = tuple(verdicts)
    steps = [one for one in every if not _of_gradient(one)]
    yield from (one for one in every if _of_gradient(one))
    known = {frozenset(one.condition.split(" or ")) for one in steps if one.condition}
    for verdict in steps:
        parts = frozenset((verdict.condition or "").split(" or "))
        common = max((one for one in known if one < parts), key=len, default=None)
        if common is None or not all(_guarded(one, parts) for one in verdict.aspects):
            yield verdict
            continue
        yield _under(verdict, common, beside=False)
        yield _under(verdict, parts - common, beside=True)


def _widest(part: str, known: Iterable[str]) -> str:
    """A guard's part, or that of another path which it implies (``l1 > 0`` of two tests)."""
    tests = set(part.split(" and "))
    wider = [one for one in known if set(one.split(" and ")) < tests]
    return min(wider, key=len, default=part)


def _of_gradient(verdict: PathVerdict) -> bool:
    return any(one.state == GRADIENT for one in verdict.aspects)


def _guarded(aspect: Aspect, parts: frozenset[str]) -> bool:
    return aspect.kind == GUARD and set((aspect.condition or "").split(" or ")) <= parts


def _under(verdict: PathVerdict, parts: frozenset[str], *, beside: bool) -> PathVerdict:
    """The verdict with these parts of its condition, as what comes in beside the others or not."""
    condition = " or ".join(
        part for part in (verdict.condition or "").split(" or ") if part in parts
    )
    aspects = tuple(
        replace(one, condition=condition)
        for one in verdict.aspects
        if parts & set((one.condition or "").split(" or "))
    )
    return replace(verdict, condition=None if beside else condition, aspects=aspects)


def _said(aspect: Aspect, verdict: PathVerdict) -> tuple[str, ...]:
    """What makes two aspects one cause: the parts of the guard, or else what changed."""
    if aspect.kind != GUARD:
        return (aspect.phrase,)
    if aspect.state == GRADIENT:
        return ()  # the same code prepares dense and sparse gradients
    return tuple((verdict.condition or aspect.condition or "").split(" or "))


def _by_kind(verdict: PathVerdict) -> dict[tuple[str, bool], tuple[Aspect, ...]]:
    """The aspects that lead, by kind: what differs behind a guard is part of the guard.

    What is made of the gradient is a cause of its own.
    """
    guarded = {one.state for one in verdict.aspects if one.kind == GUARD}
    found: dict[tuple[str, bool], tuple[Aspect, ...]] = {}
    for one in verdict.aspects:
        if one.kind == GUARD or one.state not in guarded:
            kind = one.kind, one.state == GRADIENT
            found[kind] = (*found.get(kind, ()), one)
    return found


def paths_said(verdicts: Iterable[PathVerdict]) -> str:
    """``dense, on CPU and GPU``: where something holds, for a title."""
    paths = [one.path for one in verdicts]
    gradients = " and ".join(dict.fromkeys(path.gradient for path in paths))
    devices = [name for name in _DEVICES if any(path.device == name for path in paths)]
    where = " and ".join(_NAMES[name] for name in devices)
    return f"{gradients}, on {where}"


@dataclass(frozen=True, slots=True)
class Carriers:
    """The regions that a changed rule was read from.

    Attributes:
        old, new: the lines that carry the change; None where no region of the step differs.
        changes: everything in the step's own regions that the cause explains.
    """

    old: Span | None
    new: Span | None
    facet: Facet
    changes: tuple[Change, ...]


def carriers(pair: Pair, cause: Cause) -> Carriers:
    """Where a cause stands in the sources."""
    paths = {one.path for one in cause.verdicts}
    used = {
        symbol
        for rule in (*pair.old.rules, *pair.new.rules)
        if any(_answers(rule.path, path) for path in paths)
        for symbol in rule.symbols
    }
    if cause.of_gradient:
        where = frozenset(used), _guard_words(cause)
        return Carriers(*preparing(pair, *where), _GRADIENT_FACET, tuple(claimed(pair, *where)))
    reached = [item for item in pair.regions if _reached(item, used) and _changed(item)]
    guard, telling, formulas = (
        _either_way(pair, words)
        for words in (_guard_words(cause), _telling(cause), _formulas(cause))
    )
    lead = max(reached, key=lambda item: _fitness(item, guard, telling), default=None)
    if lead is None or not any(_fitness(lead, guard, telling)):
        lead = next((item for item in reached if _stepping(item) & formulas), None)
    if lead is None:
        return Carriers(None, None, _python_facet(cause), ())
    devices = [name for name in _DEVICES if any(path.device == name for path in paths)]
    device: Device = next((name for name in devices if name in _FACETS), "cpu")
    kernel = lead.region.kind in {*STEP_KINDS, "kernel"}
    facet = _FACETS[lead.region.device or device] if kernel else _python_facet(cause)
    old, new = (
        hull(side, lead.changes, new=is_new) if side else None
        for is_new, side in ((False, lead.old), (True, lead.new))
    )
    return Carriers(old, new, facet, tuple(_claimed(reached)))


def _either_way(pair: Pair, words: frozenset[str]) -> frozenset[str]:
    """Words that are said as the old side says them, and what the new side calls the same."""
    told = [(old.name, new.name) for old, new in parameters.matched(pair).renamed]
    told += [(old.name, new.name) for old, new in slots.matched(pair).renamed]
    said = {word: new.split("_") for old, new in told for word in old.split("_") if word in words}
    return words.union(*said.values(), (new for old, new in told if old in words))


def _fitness(
    item: RegionPair, guard_words: frozenset[str], telling: frozenset[str]
) -> tuple[bool, int, bool, bool, bool, int]:
    """How likely a region carries a cause; all zero where it cannot.

    What both sides have and names the guard comes first, then what names the guard, then what
    computes the step, before what prepares it, then what shares most names with the changed terms.
    """
    region = item.region
    computes = region.kind in STEP_KINDS
    stepping = region.kind == "kernel" or applies(region)
    words = _words(item)
    guard = len(words & guard_words) if computes or stepping or _helps(region) else 0
    shared = len(words & telling) if computes or stepping else 0
    both = bool(guard and item.old and item.new)
    step = bool(shared) and (region.kind == "kernel" or computes_update(base_name(region.symbol)))
    return both, guard, computes, stepping and bool(shared), step, shared


def _stepping(item: RegionPair) -> frozenset[str]:
    """What differs in the formula of a Python region that takes the step on both sides."""
    takes = item.region.kind in PYTHON_KINDS and computes_update(base_name(item.region.symbol))
    if not (takes and item.old and item.new):
        return frozenset()
    formula = tuple(one for one in item.changes if not one.topic)
    return _words(replace(item, changes=formula))


def _helps(region: Region) -> bool:
    """Whether a Python region may be part of a step: no constructor, no configuration."""
    name = region.symbol.rpartition(".")[2]
    known = name in {"__init__", "get_config", "from_config"} or "slot" in name
    return region.kind in PYTHON_KINDS and not known


def _guard_words(cause: Cause) -> frozenset[str]:
    conditions = {one.condition for one in cause.aspects if one.condition}
    said = " ".join(conditions).replace(REPEATED, "")
    return frozenset(_WORDS.findall(said)) - _GRAMMAR


def _python_facet(cause: Cause) -> Facet:
    sparse = all(one.path.gradient == "sparse" for one in cause.verdicts)
    return "update-rule-sparse-python" if sparse else "update-rule-dense-python"


def _reached(item: RegionPair, used: set[str]) -> bool:
    return any(side is not None and side.symbol in used for side in (item.old, item.new))


def _changed(item: RegionPair) -> bool:
    return any(not change.harmless for change in item.changes)


def _telling(cause: Cause) -> frozenset[str]:
    """Names that the changed terms, and the guard, speak of."""
    terms = [
        term
        for one in (*cause.aspects, *cause.details)
        for term in (one.old, one.new)
        if term is not None
    ]
    said = " ".join((*symbols(terms), *(f"{one.phrase} {one.condition}" for one in cause.aspects)))
    return frozenset(part for word in _WORDS.findall(said) for part in (word, *word.split("_")))


def _formulas(cause: Cause) -> frozenset[str]:
    """Names that the formulas of the states that differ are made of."""
    states = {one.state for one in cause.aspects}
    sides = (*cause.worst.old, *cause.worst.new)
    said = " ".join(symbols(value for state, value in sides if state in states))
    return frozenset(part for word in _WORDS.findall(said) for part in (word, *word.split("_")))


def _words(item: RegionPair) -> frozenset[str]:
    tokens = (
        token
        for change in item.changes
        if not change.harmless
        for token in (*change.removed, *change.added)
    )
    found = (word.strip("_") for token in tokens for word in _WORDS.findall(token))
    return frozenset(part for word in found for part in (word, *word.split("_")))


def _claimed(reached: Iterable[RegionPair]) -> Iterator[Change]:
    """What is arithmetic: everything in a functor, elsewhere what has no other topic.

    Of Python that is what computes the update; what its helpers do besides stays open.
    """
    for item in reached:
        whole = item.region.kind in STEP_KINDS
        python = item.region.kind in PYTHON_KINDS and computes_update(base_name(item.region.symbol))
        around = item.region.kind in {"kernel", "helper"} or python
        around = around and item.old is not None and item.new is not None
        for change in item.changes:
            if change.open and (whole or (around and not change.topic)):
                yield change


def hull(region: Region, changes: Iterable[Change], *, new: bool) -> Span:
    """From the first to the last change of the formula on one side of a region."""
    lines = [
        change.new if new else change.old
        for change in changes
        if not (change.harmless or change.topic)
    ]
    if not lines:
        return region.span
    start = max(min(first for first, _ in lines), region.span.line)
    end = min(max(max(last, first) for first, last in lines), region.span.end_line)
    return Span(region.span.path, min(start, end), max(start, end))


def whole(region: Region | None) -> Span | None:
    """All lines of a region."""
    return region.span if region else None


def step_region(pair: Pair, verdicts: Iterable[PathVerdict], *, new: bool) -> Region | None:
    """The region that computes the step on one side, where no changed region says so."""
    facts = pair.new if new else pair.old
    paths = {one.path for one in verdicts}
    used = [
        symbol
        for rule in facts.rules
        if any(_answers(rule.path, path) for path in paths)
        for symbol in rule.symbols
    ]
    known = {
        side.symbol: side
        for item in pair.regions
        if (side := item.new if new else item.old) is not None and side.symbol in used
    }
    sparse = all(path.gradient == "sparse" for path in paths)
    kernels = [side for side in known.values() if side.kind in STEP_KINDS]
    methods = [side for side in known.values() if applies(side)]
    fitting = [side for side in methods if ("sparse" in side.symbol) == sparse]
    return next(iter((*kernels, *fitting, *methods)), None)


def _answers(own: UpdatePath, compared: UpdatePath) -> bool:
    """Whether a side's rule of one path was compared on another: plain ops run everywhere."""
    devices = {own.device, compared.device}
    return own.gradient == compared.gradient and (len(devices) == 1 or "python" in devices)


def applies(region: Region) -> bool:
    """Whether a Python region is one of those that take the step."""
    return region.kind in PYTHON_KINDS and bool(_APPLIES.search(region.symbol))
