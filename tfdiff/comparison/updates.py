"""Whether the weights move the same way, path by path."""

from tfdiff.facts import OptimizerFacts, UpdatePath, UpdateRule
from tfdiff.findings import PathVerdict
from tfdiff.rules.pair import RegionPair


def path_verdicts(
    old: OptimizerFacts, new: OptimizerFacts, regions: tuple[RegionPair, ...]
) -> tuple[PathVerdict, ...]:
    """One verdict for every path that both releases have, in the order of the new release."""
    before = {rule.path: rule for rule in old.rules}
    return tuple(
        _verdict(counterpart, rule, old, new, regions)
        for rule in new.rules
        if (counterpart := _counterpart(before, rule.path))
    )


def _counterpart(rules: dict[UpdatePath, UpdateRule], path: UpdatePath) -> UpdateRule | None:
    """The old rule of a path; plain TensorFlow ops run on every device, so they stand for each."""
    everywhere = UpdatePath(path.gradient, path.variable, "python")
    if path in rules:
        return rules[path]
    if path.device != "python":
        return rules.get(everywhere)
    alike = (
        rule
        for known, rule in rules.items()
        if (known.gradient, known.variable) == (path.gradient, path.variable)
    )
    return next(alike, None)


def _verdict(
    old: UpdateRule,
    new: UpdateRule,
    old_facts: OptimizerFacts,
    new_facts: OptimizerFacts,
    regions: tuple[RegionPair, ...],
) -> PathVerdict:
    if old.duplicates == new.duplicates and _same_source(old, new, regions):
        return PathVerdict(new.path, "identical", "same source", old=old.states, new=new.states)
    from tfdiff.comparison.decision import decided  # noqa: PLC0415 - flint and numpy load slowly

    return decided(old, new, old_facts, new_facts)


def _same_source(old: UpdateRule, new: UpdateRule, regions: tuple[RegionPair, ...]) -> bool:
    """Whether every region that either rule was read from says the same on both sides."""
    needed = {*old.symbols, *new.symbols}
    known: set[str] = set()
    for pair in regions:
        symbols = {side.symbol for side in (pair.old, pair.new) if side}
        if symbols & needed and not pair.same_code:
            return False
        known |= symbols
    return bool(needed) and needed <= known
