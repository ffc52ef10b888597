"""The step counter is kept, read or moved otherwise.

What it reports:
Statements that create, read or move the step counter (``iterations``, ``global_step``), where they
came, went or changed; and a counter that moves under another condition, as the update rule says.

Effect on training:
When the counter moves decides which step a decay or a bias correction sees. Where the update rule
was proved the same the weights of a step are not affected.

Not reported:
Counters that are state of their own and came or went (slot-added, slot-removed).

Example:
``assign_add(iterations, 1)`` moves before the update.
"""

from collections.abc import Iterator

from tfdiff.facts import OptimizerFacts
from tfdiff.findings import Finding
from tfdiff.ir.expr import Expr, Number, Operation, Select, Symbol
from tfdiff.ir.show import text
from tfdiff.rules.matching.regions import base_name, computes_update
from tfdiff.rules.matching.topics import Matter, Touched, places, told
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="iteration-counter-changed",
    topic="iterations",
    facet="base-class-behaviour",
    effect="numeric-conditional",
    condition="the step counter is used (decay, bias correction, global_step)",
    came="Keeps or reads a step counter",
    went="No longer keeps or reads a step counter there",
    changed="The step counter is kept or read otherwise",
    meaning="When the counter moves decides which step a decay or a bias correction sees. "
    "Where the update rule was proved the same the weights of a step are not "
    "affected.",
    remedy="Compare the counter after one step where you restore it or read it yourself.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed, and one on when the counter moves."""
    yield from _moves(pair)
    yield from told(pair, _MATTER)


def _moves(pair: Pair) -> Iterator[Told]:
    """Whether the counter moves in other steps than before."""
    old, new = _counter(pair.old), _counter(pair.new)
    if old is None or new is None or old == new:
        return
    touching = next(iter(_touching(pair)), None)
    yield Told(
        Finding(
            rule="iteration-counter-changed",
            optimizer=pair.name,
            facet="base-class-behaviour",
            effect="checkpoint",
            certainty="proved",
            subject="when it counts",
            condition="not ({})".format(" and ".join(sorted(filter(None, (old, new))))),
            title=f"The step counter moves {_when(new)}, before {_when(old)}",
            explanation="Where the releases differ, a checkpoint holds another count, and whoever "
            "reads the counter sees it. What the steps do to the weights is told per path.",
            remedy="Set the counter yourself where you go on from a checkpoint of the other "
            "release and pass what makes it matter.",
            old=places(touching)[0] if touching else place(pair.old.span),
            new=places(touching)[1] if touching else place(pair.new.span),
        ),
        (),
    )


def _when(condition: str) -> str:
    return f"only if {condition}" if condition else "in every step"


def _counter(facts: OptimizerFacts) -> str | None:
    """The condition under which a counter moves, "" for always; None where there is none."""
    for rule in facts.rules:
        for name, value in rule.states:
            if _next(name, value):
                return ""
            if isinstance(value, Select) and _next(name, value.then) and _is(name, value.other):
                return text(value.condition)
    return None


def _next(name: str, value: Expr) -> bool:
    match value:
        case Operation(op="add", args=(Symbol(name=before), Number(value=1))):
            return before == name
    return False


def _is(name: str, value: Expr) -> bool:
    return isinstance(value, Symbol) and value.name == name


def _touching(pair: Pair) -> Iterator[Touched]:
    """The changes of the update itself that have to do with the counter."""
    for item in pair.regions:
        found = tuple(
            change
            for change in item.changes
            for side in (change.before, change.after)
            if side and any(feature.kind == "iterations" for feature in side.features)
        )
        if item.old and item.new and computes_update(base_name(item.region.symbol)) and found:
            yield item, found
