"""Whether the weights move the same way, path by path."""

from dataclasses import replace
from typing import Final

from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.names import Aliases, under_one_name
from tfdiff.facts import KERNEL_NOT_READ, OptimizerFacts, UpdatePath, UpdateRule
from tfdiff.findings import PathVerdict
from tfdiff.rules.pair import RegionPair

_ANY: Final = "python"


def path_verdicts(  # noqa: PLR0913 - both sides and how they are matched
    old: OptimizerFacts,
    new: OptimizerFacts,
    regions: tuple[RegionPair, ...],
    names: Aliases,
    decisions: Decisions,
    *,
    any_variable: bool,
) -> tuple[PathVerdict, ...]:
    """One verdict for every path that both sides have, in the order of the new side.

    Args:
        old: facts of the old side.
        new: facts of the new side.
        regions: the regions of both, matched.
        names: what the new side calls otherwise.
        decisions: answers what the sources alone do not.
        any_variable: compare a rule for the other kind of variable where there is none for this
            one, as two different classes may each know another kind.
    """
    best: dict[UpdatePath, tuple[UpdateRule, UpdateRule]] = {}
    earlier = [under_one_name(rule, old) for rule in old.rules]
    for after in [under_one_name(rule, new) for rule in new.rules]:
        for before in earlier:
            path = _common(before.path, after.path, any_variable=any_variable)
            if path and (path not in best or _nearer((before, after), best[path], path)):
                best[path] = before, after
    return tuple(
        replace(
            _verdict(
                before,
                names.renamed(after, before),
                old,
                names.restated(new, after),
                regions,
                decisions,
            ),
            path=path,
        )
        for path, (before, after) in best.items()
    )


def _common(old: UpdatePath, new: UpdatePath, *, any_variable: bool) -> UpdatePath | None:
    """The path on which both run; plain TensorFlow ops run on every device."""
    if old.gradient != new.gradient or not (old.variable == new.variable or any_variable):
        return None
    if new.device == _ANY:
        return replace(new, device=old.device)
    return new if old.device in {new.device, _ANY} else None


def _nearer(
    rules: tuple[UpdateRule, UpdateRule], than: tuple[UpdateRule, UpdateRule], path: UpdatePath
) -> bool:
    """Whether two rules are more of a path's own than two others are."""

    def own(pair: tuple[UpdateRule, UpdateRule]) -> tuple[int, int]:
        return (
            sum(rule.path.variable == path.variable for rule in pair),
            sum(rule.path.device == path.device for rule in pair),
        )

    return own(rules) > own(than)


def _verdict(  # noqa: PLR0913, PLR0917 - both sides, each with its facts
    old: UpdateRule,
    new: UpdateRule,
    old_facts: OptimizerFacts,
    new_facts: OptimizerFacts,
    regions: tuple[RegionPair, ...],
    decisions: Decisions,
) -> PathVerdict:
    same = (
        old.states == new.states
        and old.converted == new.converted
        and old.duplicates == new.duplicates
    )
    if same and (_same_source(old, new, regions) or _nothing_changed(old, new, regions)):
        return PathVerdict(new.path, "identical", "same source", old=old.states, new=new.states)
    return decisions.verdict(old, new, old_facts, new_facts)


def _nothing_changed(old: UpdateRule, new: UpdateRule, regions: tuple[RegionPair, ...]) -> bool:
    """Whether all that an optimizer reaches says the same, what was not read among it.

    What was understood of anything else is in the rules, which are the same as well.
    """
    return _kernels_read(old, new) and bool(regions) and all(one.same_meaning for one in regions)


def _kernels_read(*rules: UpdateRule) -> bool:
    unknowns = (unknown for rule in rules for unknown in rule.unknowns)
    return all(unknown.reason != KERNEL_NOT_READ for unknown in unknowns)


def _same_source(old: UpdateRule, new: UpdateRule, regions: tuple[RegionPair, ...]) -> bool:
    """Whether every region that either rule was read from says the same on both sides.

    A kernel that was not read has no region to compare: what it does may differ. Rules may also
    differ where their source does not, by what the interpreter asks of the rest of the release.
    """
    if not _kernels_read(old, new):
        return False
    needed = {*old.symbols, *new.symbols}
    known: set[str] = set()
    for pair in regions:
        symbols = {side.symbol for side in (pair.old, pair.new) if side}
        if symbols & needed and not pair.same_meaning:
            return False
        known |= symbols
    return bool(needed) and needed <= known
