"""Classes that only stood before their base: ``class Adam(adam.Adam): pass`` for another name."""

from dataclasses import replace

from tfdiff.facts import OptimizerFacts
from tfdiff.rules.pair import Change, Pair, RegionPair

STOOD_BEFORE = "the class only stood before its base, which is the same"


def stand_ins(pair: Pair) -> Pair:
    """The pair with the heads of classes marked that one side alone has before the same bases."""
    if not (_stands_before(pair.old, pair.new) or _stands_before(pair.new, pair.old)):
        return pair
    return pair.with_regions(tuple(_marked(item, pair) for item in pair.regions))


def _stands_before(one: OptimizerFacts, other: OptimizerFacts) -> bool:
    """Whether a class has nothing of its own, and the other side's class for its base."""
    behind = [base.name for base in one.ancestry[1:]]
    return (
        len(one.ancestry) == len(other.ancestry) + 1
        and behind == [base.name for base in other.ancestry]
        and one.class_name == other.class_name
        and all(region.owner for region in one.regions if region.kind == "method")
    )


def _marked(item: RegionPair, pair: Pair) -> RegionPair:
    name = item.region.symbol.rpartition(".")[2]
    if item.region.kind != "class" or name != pair.old.class_name:
        return item
    one_sided = not (item.old and item.new)
    return replace(
        item,
        changes=tuple(
            replace(change, harmless=STOOD_BEFORE)
            if change.open and (one_sided or _is_head(change))
            else change
            for change in item.changes
        ),
    )


def _is_head(change: Change) -> bool:
    said = [one.said for one in (change.before, change.after) if one]
    return bool(said) and all(text.startswith("class ") or text == "pass" for text in said)
