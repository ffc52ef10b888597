"""Whether the weights move the same way, path by path."""

from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.names import Aliases
from tfdiff.facts import KERNEL_NOT_READ, OptimizerFacts, UpdatePath, UpdateRule
from tfdiff.findings import PathVerdict
from tfdiff.rules.pair import RegionPair


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
    before = {rule.path: rule for rule in old.rules}
    return tuple(
        _verdict(
            counterpart, names.renamed(rule), old, names.restated(new, rule), regions, decisions
        )
        for rule in new.rules
        if (counterpart := _counterpart(before, rule.path, any_variable=any_variable))
    )


def _counterpart(
    rules: dict[UpdatePath, UpdateRule], path: UpdatePath, *, any_variable: bool
) -> UpdateRule | None:
    """The old rule of a path; plain TensorFlow ops run on every device, so they stand for each."""
    fitting = [
        rule
        for known, rule in rules.items()
        if known.gradient == path.gradient
        and (known.device == path.device or "python" in {known.device, path.device})
        and (known.variable == path.variable or any_variable)
    ]
    return max(
        fitting,
        key=lambda rule: (rule.path.variable == path.variable, rule.path.device == path.device),
        default=None,
    )


def _verdict(  # noqa: PLR0913, PLR0917 - both sides, each with its facts
    old: UpdateRule,
    new: UpdateRule,
    old_facts: OptimizerFacts,
    new_facts: OptimizerFacts,
    regions: tuple[RegionPair, ...],
    decisions: Decisions,
) -> PathVerdict:
    same = old.states == new.states and old.duplicates == new.duplicates
    if same and _same_source(old, new, regions):
        return PathVerdict(new.path, "identical", "same source", old=old.states, new=new.states)
    return decisions.verdict(old, new, old_facts, new_facts)


def _same_source(old: UpdateRule, new: UpdateRule, regions: tuple[RegionPair, ...]) -> bool:
    """Whether every region that either rule was read from says the same on both sides.

    A kernel that was not read has no region to compare: what it does may differ. Rules may also
    differ where their source does not, by what the interpreter asks of the rest of the release.
    """
    if any(unknown.reason == KERNEL_NOT_READ for unknown in (*old.unknowns, *new.unknowns)):
        return False
    needed = {*old.symbols, *new.symbols}
    known: set[str] = set()
    for pair in regions:
        symbols = {side.symbol for side in (pair.old, pair.new) if side}
        if symbols & needed and not pair.same_code:
            return False
        known |= symbols
    return bool(needed) and needed <= known
