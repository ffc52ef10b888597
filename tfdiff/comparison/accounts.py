"""Which finding accounts for which changed lines, so that nothing is said twice or lost."""

import re
from dataclasses import replace

from tfdiff.comparison.flow import follow_statements
from tfdiff.comparison.hunks import overlaps
from tfdiff.comparison.topics import declares
from tfdiff.facts import Literal, OptimizerFacts, Region, Span
from tfdiff.findings import Finding, PathVerdict, Place
from tfdiff.ir.preparation import GRADIENT
from tfdiff.rules.matching import slots
from tfdiff.rules.matching.parameters import matched
from tfdiff.rules.matching.regions import base_name, computes_update
from tfdiff.rules.matching.steps import ROUNDING
from tfdiff.rules.pair import PROVED, Change, Pair, RegionPair
from tfdiff.rules.told import ChangeKey, Told, key

_WORDS = re.compile(r"[A-Za-z_]\w*")
_STEP_KINDS = frozenset({"functor", "cuda", "xla"})
_PYTHON_KINDS = frozenset({"method", "function"})
_OF_PYTHON = _PYTHON_KINDS | {"class", "module"}
_OF_OPS = frozenset({"kernel-op-added", "kernel-op-removed"})
_UPDATES = re.compile(
    r"^_(\w*_)?apply(_|$)(?!gradients)|get_updates|^update_step$|scatter|^_finish$"
)
_PUNCTUATION = re.compile(r"\W+")
_LITERAL = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?|None|True|False|[-+*/]|[\"'].*", re.IGNORECASE)


def account(pair: Pair, told: tuple[Told, ...]) -> Pair:
    """The pair with every change marked that one of the findings explains.

    A finding explains the changes that its rule names, those inside its places, and those that
    do nothing but carry what it speaks of through the code: the attribute that keeps a new
    argument, the call of a new op.
    """
    named = {key(change): one.finding.id for one in told for change in one.changes}
    pair = pair.with_regions(tuple(_named(item, named) for item in pair.regions))
    findings = tuple({one.finding.id: one.finding for one in told}.items())
    exact = frozenset(one.finding.id for one in told if one.exact)
    names = {known: _names(pair, finding) for known, finding in findings}
    kernels = {
        symbol: known for known, finding in findings for symbol in _kernel_symbols(pair, finding)
    }
    return pair.with_regions(
        tuple(
            replace(
                item,
                changes=tuple(
                    _of_kernel(item, _explained(item, change, findings, names, exact), kernels)
                    for change in item.changes
                ),
            )
            for item in pair.regions
        )
    )


def _named(item: RegionPair, named: dict[ChangeKey, str]) -> RegionPair:
    """The region with the changes explained that a rule named itself."""
    return replace(
        item,
        changes=tuple(
            replace(change, explained=named[key(change)])
            if change.open and key(change) in named
            else change
            for change in item.changes
        ),
    )


def _kernel_symbols(pair: Pair, finding: Finding) -> frozenset[str]:
    """The regions that carry out an op which only one side calls."""
    sides = {"kernel-op-added": pair.new, "kernel-op-removed": pair.old}
    facts = sides.get(finding.facet)
    return frozenset(
        region.symbol
        for kernel in (facts.kernels if facts else ())
        if kernel.op.name in finding.subject.split(", ")
        for region in kernel.regions
    )


def _of_kernel(item: RegionPair, change: Change, kernels: dict[str, str]) -> Change:
    """A region that came or went with an op is accounted for by the op's own finding."""
    cause = kernels.get(item.region.symbol)
    one_sided = not (item.old and item.new)
    return replace(change, explained=cause) if cause and one_sided and change.open else change


def follow(pair: Pair) -> Pair:
    """The pair with what follows from an explained change accounted for by the same finding.

    That is a region that came or went and that the change names, and a statement that computes
    what an explained one uses, or uses what only an explained one computes.
    """
    regions = _declared([follow_statements(item) for item in pair.regions])
    moved = True
    while moved:
        moved = False
        for place, item in enumerate(regions):
            if item.open and not (item.old and item.new):
                cause = _cause(item, regions)
                if cause:
                    changes = tuple(
                        replace(change, explained=cause.explained, harmless=cause.harmless)
                        for change in item.changes
                    )
                    regions[place] = replace(item, changes=changes)
                    moved = True
    return pair.with_regions(tuple(regions))


def _declared(regions: list[RegionPair]) -> list[RegionPair]:
    """The regions with each attribute's first mention going with what gives it its value."""
    given = {
        (name, new): change.explained
        for item in regions
        for change in item.changes
        if change.explained and not declares(change)
        for new, one in ((False, change.before), (True, change.after))
        for name in (one.binds if one else ())
    }
    if not given:
        return regions
    return [
        replace(
            item,
            changes=tuple(
                replace(change, explained=given.get((declares(change), change.after is not None)))
                if change.open
                else change
                for change in item.changes
            ),
        )
        for item in regions
    ]


def _cause(item: RegionPair, regions: list[RegionPair]) -> Change | None:
    """The change that brought or dropped a region: explained, or else known to do nothing."""
    names = {base_name(item.region.symbol), item.region.symbol.rpartition(".")[0]}
    naming = [
        change
        for other in regions
        if other is not item
        for change in other.changes
        if not change.open
        and not names.isdisjoint(change.added if item.new else change.removed)
        and (
            not names & set(change.removed if item.new else change.added)
            or _reaches_another(change, base_name(item.region.symbol))
        )
    ]
    told = (change for change in naming if change.explained)
    return next(told, next(iter(naming), None))


def _reaches_another(change: Change, name: str) -> bool:
    """Whether a statement calls what has that name through another module (``K.square``)."""
    if change.before is None or change.after is None:
        return False
    spelled = re.compile(rf"[\w.]*\b{re.escape(name)}\b")
    return set(spelled.findall(change.before.text)) != set(spelled.findall(change.after.text))


def _explained(
    regions: RegionPair,
    change: Change,
    findings: tuple[tuple[str, Finding], ...],
    names: dict[str, frozenset[str]],
    exact: frozenset[str],
) -> Change:
    if not change.open:
        return change
    for known, finding in findings:
        # a rule that names statements leaves those between them to others
        named = known in exact and (change.before or change.after)
        if not named and _inside(regions, change, finding):
            return replace(change, explained=known)
    tokens = frozenset(change.added) | frozenset(change.removed)
    python = regions.region.kind in _OF_PYTHON
    for known, finding in findings:
        carries = python or finding.facet in _OF_OPS  # a kernel's names are its own
        if carries and tokens & names[known]:
            return replace(change, explained=known)
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
            ops = finding.subject.split(", ")
            return frozenset({*ops, *map(_snake, ops)})
        case "slot-creation" | "slot-name":
            names = finding.subject.rpartition(":")[2].split(", ")
            names += [old.name for old, new in slots.matched(pair).renamed if new.name in names]
            spelled = ((f'"{name}"', f"'{name}'", f"_{name}") for name in names)
            return frozenset(text for one in spelled for text in one)
        case _:
            return frozenset()


def _carriers(facts: OptimizerFacts, parameter: str) -> frozenset[str]:
    attributes = dict(facts.hyperparameters).get(parameter, ())
    spelled = {parameter, f'"{parameter}"', f"'{parameter}'"}
    return frozenset({*spelled, *(_PUNCTUATION.split(name)[-1] for name in attributes)})


def _snake(op: str) -> str:
    """``ApplyFtrlV2`` -> ``apply_ftrl_v2``: the Python wrapper's name."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", op)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", spaced).lower()


def respelled(pair: Pair) -> Pair:
    """The pair with the changes marked that write the same default another way."""
    same = [
        (old.span, new.span)
        for old, new in matched(pair).kept
        if isinstance(old.effective, Literal) and old.effective == new.effective
    ]
    return pair.with_regions(
        tuple(
            replace(item, changes=tuple(_respelled(item, change, same) for change in item.changes))
            for item in pair.regions
        )
    )


def _respelled(item: RegionPair, change: Change, same: list[tuple[Span, Span]]) -> Change:
    literal = all(_LITERAL.fullmatch(token) for token in (*change.removed, *change.added))
    if not (literal and change.open and item.old and item.new):
        return change
    old_path, new_path = item.old.span.path, item.new.span.path
    for old, new in same:
        here = (old.path, new.path) == (old_path, new_path)
        on_old = overlaps((old.line, old.end_line), change.old)
        if here and on_old and overlaps((new.line, new.end_line), change.new):
            return replace(change, harmless="the default is the same value")
    return change


def settle(pair: Pair) -> Pair:
    """The pair with the changes marked that provably do nothing to the update rule.

    The regions that compute the step are read into the update rule. Where every path through a
    region was proved the same, its changes have no effect on the weights.
    """
    proofs = Proofs(pair)
    regions = [
        _settled(item)
        if proofs.cover(item) or (item.region.kind in _PYTHON_KINDS and proofs.name(item))
        else item
        for item in pair.regions
    ]
    return pair.with_regions(_with_helpers(regions))


def _with_helpers(regions: list[RegionPair]) -> tuple[RegionPair, ...]:
    """Helpers that came or went with settled code are settled with it."""
    moved = True
    while moved:
        moved = False
        words = {
            word
            for item in regions
            for change in item.changes
            if change.harmless == PROVED
            for word in (*change.removed, *change.added)
        }
        for place, item in enumerate(regions):
            lone = item.region.kind == "helper" and not (item.old and item.new) and item.open
            if lone and base_name(item.region.symbol) in words:
                changes = tuple(replace(change, harmless=PROVED) for change in item.changes)
                regions[place] = replace(item, changes=changes)
                moved = True
    return tuple(regions)


class Proofs:
    """Which regions, and which devices, lie on paths that were all proved the same."""

    def __init__(self, pair: Pair) -> None:
        self._symbols: dict[str, bool] = {}
        self._devices: dict[str, bool] = {}
        self._beyond: dict[str, list[PathVerdict]] = {}
        for verdict in pair.verdicts:
            proved = is_proved(verdict) or _steps_alike(verdict)
            device = verdict.path.device
            self._devices[device] = self._devices.get(device, True) and proved
            for rule in (*pair.old.rules, *pair.new.rules):
                if rule.path == verdict.path:
                    for symbol in rule.symbols:
                        self._symbols[symbol] = self._symbols.get(symbol, True) and proved
                        self._beyond.setdefault(symbol, []).append(verdict)

    def cover(self, item: RegionPair) -> bool:
        """Whether nothing on either side of a region can move the weights otherwise.

        A functor that no rule names (it only inherits, or copies) is covered by its device. A
        kernel class or helper is covered where a rule was read from it: the loops of sparse ops.
        """
        if item.region.kind in {"kernel", "helper"}:
            return all(
                self._symbols.get(side.symbol, False) for side in (item.old, item.new) if side
            )
        if item.region.kind not in _STEP_KINDS:
            return False
        return all(
            self._symbols.get(side.symbol, self._devices.get(side.device or "cpu", False))
            for side in (item.old, item.new)
            if side
        )

    def name(self, item: RegionPair) -> bool:
        """Whether a region computes the update on both sides, on paths all proved the same.

        What other methods do besides (what they return, what they keep) is in no update rule.
        """
        sides = (item.old, item.new)
        return computes_update(base_name(item.region.symbol)) and all(
            side is not None and (self._symbols.get(side.symbol, False) or self._around(side, item))
            for side in sides
        )

    def _around(self, side: Region, item: RegionPair) -> bool:
        """Whether one path was proved the same, and others but for what stands elsewhere.

        What was not read of them is behind a condition that the changed statements do not ask.
        """
        paths = self._beyond.get(side.symbol, [])
        others = [one for one in paths if not is_proved(one)]
        changed = {word for one in item.open for word in (*one.removed, *one.added)}
        return len(others) < len(paths) and all(
            one.verdict == "conditional"
            and all(aspect.certainty == "unknown" for aspect in one.aspects)
            and changed.isdisjoint(_WORDS.findall(one.condition or ""))
            for one in others
        )


def is_proved(verdict: PathVerdict) -> bool:
    """Whether a path was shown to be the same; agreement at sampled points is no proof."""
    return verdict.verdict in {"identical", "equal"} and "not proved" not in verdict.proof


def _steps_alike(verdict: PathVerdict) -> bool:
    """Whether the rules of a path differ in nothing but what is made of the gradient before."""
    alike = (one.state == GRADIENT or one.kind == ROUNDING for one in verdict.aspects)
    conditional = verdict.verdict == "conditional" and "not proved" not in verdict.proof
    return conditional and bool(verdict.aspects) and all(alike)


def _settled(item: RegionPair) -> RegionPair:
    """The region with its formula settled; what a kernel does around it stays open."""
    whole = item.region.kind in _STEP_KINDS
    return replace(
        item,
        changes=tuple(
            replace(change, harmless=PROVED)
            if change.open and (whole or ((change.before or change.after) and not change.topic))
            else change
            for change in item.changes
        ),
    )
