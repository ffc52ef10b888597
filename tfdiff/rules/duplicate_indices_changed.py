"""Repeated indices of sparse gradients are treated otherwise.

What it reports:
What repeated indices of a sparse gradient do, as the update rules say it: summed first, applied one
after another, or only the last one. Besides, code that sums or keeps them, where it came, went or
changed.

Effect on training:
Rows that occur more than once in a gradient (embeddings) may move by another amount; distinct
indices are not affected.

Not reported:
Kernels of which one release's treatment was not read: the path is then undecided.

Example:
``_deduplicate_indexed_slices`` is called before ``_apply_sparse``.
"""

from collections.abc import Iterator

from tfdiff.facts import Duplicates, UpdateRule
from tfdiff.findings import Finding, PathVerdict, Place
from tfdiff.rules.matching.steps import paths_said, step_region
from tfdiff.rules.matching.topics import Matter, Touched, by_home, finding, named, places, touched
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="duplicate-indices-changed",
    topic="duplicates",
    facet="update-rule-sparse-python",
    effect="numeric-conditional",
    condition="an index occurs more than once in a sparse gradient",
    came="Repeated indices of a sparse gradient are summed first",
    went="Repeated indices of a sparse gradient are no longer summed first",
    changed="Repeated indices of a sparse gradient are treated otherwise",
    meaning="Rows that occur more than once in a gradient (embeddings) may move by another "
    "amount; distinct indices are not affected.",
    remedy="Sum repeated indices yourself before you apply the gradients where the "
    "releases must agree.",
)


_SAID: dict[Duplicates, str] = {
    "summed": "summed first",
    "sequential": "applied one after another",
    "last": "overwritten by the last one",
}


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each way in which it differs; else one for each file that changed."""
    groups: dict[tuple[Duplicates, Duplicates], list[PathVerdict]] = {}
    for verdict in pair.verdicts:
        before, after = (_duplicates(facts.rules, verdict) for facts in (pair.old, pair.new))
        if before and after and before != after and "unknown" not in {before, after}:
            groups.setdefault((before, after), []).append(verdict)
    changes = touched(pair, _MATTER.topic)
    for treatments, verdicts in groups.items():
        yield Told(_proved(pair, treatments, tuple(verdicts), changes), named(changes))
    if not groups:
        yield from (finding(pair, _MATTER, group) for group in by_home(changes))


def _duplicates(rules: tuple[UpdateRule, ...], verdict: PathVerdict) -> Duplicates | None:
    """What one side does on a path; where it has no such path, on all of that gradient."""
    own = {rule.duplicates for rule in rules if rule.path == verdict.path}
    own = own or {rule.duplicates for rule in rules if rule.path.gradient == verdict.path.gradient}
    return own.pop() if len(own) == 1 else None


def _proved(
    pair: Pair,
    treatments: tuple[Duplicates, Duplicates],
    verdicts: tuple[PathVerdict, ...],
    changes: tuple[Touched, ...],
) -> Finding:
    was, now = (_SAID[one] for one in treatments)
    # the statements that brought it, which optimizers may share, or else what takes the step
    old, new = places(changes[0]) if changes else _steps(pair, verdicts)
    return Finding(
        rule=_MATTER.rule,
        optimizer=pair.name,
        facet=_MATTER.facet,
        effect=_MATTER.effect,
        certainty="proved",
        subject=f"{treatments[0]} -> {treatments[1]}",
        condition=_MATTER.condition,
        title=f"Repeated indices of a sparse gradient are {now}, not {was}",
        explanation=f"{_MATTER.meaning} Found on these paths: {paths_said(verdicts)}.",
        remedy=_MATTER.remedy,
        old=old,
        new=new,
    )


def _steps(pair: Pair, verdicts: tuple[PathVerdict, ...]) -> tuple[Place | None, Place | None]:
    old, new = (step_region(pair, verdicts, new=side) for side in (False, True))
    return place(old.span if old else None), place(new.span if new else None)
