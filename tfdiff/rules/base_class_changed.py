"""The optimizer is built on another base class.

What it reports:
Base classes, as far as the sources hold them, that came or went: what is inherited is then
another implementation. All that came and went with them belongs to this finding.

Effect on training:
Everything that the base class does is done by other code: how gradients are computed and
applied, how state is named and restored. The paths say whether the weights still move the same.

Not reported:
A base class that was renamed or moved and is otherwise the same.

Example:
``tf.keras.optimizers.Adam`` derives from ``OptimizerV2`` instead of ``Optimizer``.
"""

from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts
from tfdiff.findings import Finding
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Change, Pair, RegionPair, place
from tfdiff.rules.told import Told

TOGETHER = "anywhere"


def check(pair: Pair) -> Iterator[Told]:
    """One finding if the bases differ, or if the class itself is another one."""
    if pair.another_class:
        yield _replaced(pair)
        return
    old, new = _bases(pair.old), _bases(pair.new)
    # a class that only stood before its base, or behind one now, inherits what it did
    gone = [name for name in old if name not in {*new, pair.new.class_name}]
    came = [name for name in new if name not in {*old, pair.old.class_name}]
    if not (gone or came):
        yield from _helpers(pair)
        return
    if gone and came:
        title = f"Derives from {listed(came)} instead of {listed(gone)}"
    elif came:
        title = f"Derives from {listed(came)} as well"
    else:
        title = f"No longer derives from {listed(gone)}"
    classes = next(
        (item for item in pair.regions if item.region.kind == "class" and item.old and item.new),
        None,
    )
    yield Told(
        Finding(
            rule="base-class-changed",
            optimizer=pair.name,
            facet="base-class-behaviour",
            effect="api",
            certainty="proved",
            subject=" -> ".join((", ".join(gone) or "-", ", ".join(came) or "-")),
            condition=None,
            title=title,
            explanation="What the optimizer inherits is done by other code: how gradients are "
            "computed and applied, and how state is created, named and restored. The verdict on "
            "each path says whether the weights still move the same way.",
            remedy="Restore an old checkpoint and compare a few steps before a long run.",
            old=place(classes.old.span if classes and classes.old else pair.old.span),
            new=place(classes.new.span if classes and classes.new else pair.new.span),
        ),
        tuple(_with_them(pair, frozenset(gone), frozenset(came))),
    )


def _replaced(pair: Pair) -> Told:
    old, new = pair.old.class_name, pair.new.class_name
    finding = Finding(
        rule="base-class-changed",
        optimizer=pair.name,
        facet="base-class-behaviour",
        effect="api",
        certainty="proved",
        subject=f"{old} -> {new}",
        condition="a class derives from it, or isinstance asks for it",
        title=f"Stands for another class: {new} instead of {old}",
        explanation=f"{new} shares no base with {old}, so their code is not compared line by line. "
        "A subclass finds other methods to override; what became of each optimizer is told with "
        "that optimizer.",
        remedy=f"Write subclasses of {old} anew for {new}, and ask isinstance for both.",
        old=place(pair.old.span),
        new=place(pair.new.span),
    )
    whole = (item for item in pair.regions if item.region.kind in {"method", "class"})
    return Told(finding, tuple(change for item in whole for change in item.changes))


def _helpers(pair: Pair) -> Iterator[Told]:
    """Classes that a step uses, and bases whose own base is not at hand."""
    for item in pair.regions:
        changes = tuple(change for change in item.open if change.topic == "base")
        name = item.region.symbol
        if not changes or not (item.old and item.new):
            continue
        old, new = (
            " and ".join(one.said for one in side if one)
            for side in ([c.before for c in changes], [c.after for c in changes])
        )
        yield Told(
            Finding(
                rule="base-class-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api",
                certainty="proved",
                subject=name,
                condition=None,
                title=f"Another base class: {name}",
                explanation=f"It was: {old} It is: {new} What it inherits is other code.",
                remedy="Nothing to do unless you rely on what is inherited.",
                old=place(item.old.span),
                new=place(item.new.span),
            ),
            changes,
        )


def _bases(facts: OptimizerFacts) -> tuple[str, ...]:
    """The bases' names; the rename from checkpointable to trackable is no change."""
    names = (base.name.replace("Checkpointable", "Trackable") for base in facts.ancestry[1:])
    return tuple(dict.fromkeys(names))


def _with_them(pair: Pair, gone: frozenset[str], came: frozenset[str]) -> Iterator[Change]:
    own = pair.old.class_name, pair.new.class_name
    for item in pair.regions:
        if _went_along(item, gone, came, own):
            yield from item.changes
        else:
            yield from (change for change in item.open if _speaks_of_base(change))


def _speaks_of_base(change: Change) -> bool:
    """Whether a statement names the base, or calls its constructor."""
    said = [one.said for one in (change.before, change.after) if one]
    return change.topic == "base" or any(".__init__(" in text for text in said)


def _went_along(
    item: RegionPair, gone: frozenset[str], came: frozenset[str], own: tuple[str, str]
) -> bool:
    """Whether a region belongs to a base that came or went, on every side that has it.

    A method of the class itself may have given way to one of a base that came.
    """
    if item.region.kind not in {"method", "class"}:
        return False
    old = item.old and item.old.symbol.replace("Checkpointable", "Trackable").partition(".")[0]
    new = item.new and item.new.symbol.replace("Checkpointable", "Trackable").partition(".")[0]
    if old is None or new is None:
        return (old is None or old in gone) and (new is None or new in came)
    return (old in gone and new in came | {own[1]}) or (old == own[0] and new in came)
