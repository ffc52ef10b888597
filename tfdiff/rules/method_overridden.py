"""A method is the class's own now, or the inherited one again.

What it reports:
A method that one release inherits and the other defines itself, told as one change: its body is
another one altogether.

Effect on training:
What the method does is done by other code; for methods that compute the update the verdict on
each path says whether the weights move the same way.

Not reported:
Methods that compute the update on paths that both releases have, where the verdicts speak of it, or
that call other ops (op-added, op-removed), and what came or went with a base class
(base-class-changed).

Example:
A wrapper hands ``compute_gradients`` on to the optimizer that it wraps.
"""

import ast
from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.bodies import after_docstring, function
from tfdiff.rules.matching.regions import base_name, computes_update
from tfdiff.rules.pair import Pair, RegionPair, place
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each method that has another owner on each side."""
    if pair.another_class:
        return
    for item in pair.regions:
        if owners := _carried(pair, item):
            yield _of_carried(pair, item, owners)
        if not item.open:
            continue
        owners = _beside(pair, item)
        if owners is None and item.old and item.new and _overridden(pair, item):
            owners = item.old.symbol, item.new.symbol
        if owners is not None:
            yield Told(_finding(pair, item, *owners), item.open)


def _of_carried(pair: Pair, item: RegionPair, owners: tuple[str, str]) -> Told:
    """What is told of the method itself: its head, and the one that came or went in a base."""
    heads = [change for change in item.open if change.topic == "signature"]
    alone = [one for one in pair.regions if not (one.old and one.new)]
    came = [change for one in alone if one.region.symbol in owners for change in one.open]
    return Told(_finding(pair, item, *owners), (*heads, *came))


def _finding(pair: Pair, item: RegionPair, old: str, new: str) -> Finding:
    name = base_name(old)
    refused = _refuses(item.new.text) if item.new else ""
    if refused:
        title = f"{name} raises {refused} now"
        explanation = f"It was {old}; {new} does nothing but raise {refused}."
        remedy = f"Do not call {name} at the new release."
    else:
        title = f"{name} is {new} now instead of {old}"
        explanation = "Another class defines it than before, so all that it does may differ; the "
        explanation += "lines are shown."
        explanation += " What it inherited is still called." if not item.old else ""
        explanation += _carrier(item, old, new)
        remedy = f"Read {new} where you rely on what {name} did."
    return Finding(
        rule="method-overridden",
        optimizer=pair.name,
        facet="base-class-behaviour",
        effect="api",
        certainty="proved",
        subject=item.region.symbol,
        condition=f"{name} is called",
        title=title,
        explanation=explanation,
        remedy=remedy,
        old=place(item.old.span if item.old else None),
        new=place(item.new.span if item.new else None),
    )


def _carried(pair: Pair, item: RegionPair) -> tuple[str, str] | None:
    """The method of both sides, where a helper of the class carries the body of its own one."""
    if not (item.old and item.new) or item.region.kind != "method":
        return None
    old, new = base_name(item.old.symbol), base_name(item.new.symbol)
    if old == new:
        return None
    before = next((one.owner for one in pair.old.methods if one.name == new), "")
    after = next((one.owner for one in pair.new.methods if one.name == old), "")
    if after and not before:
        return item.old.symbol, f"{after}.{old}"
    return (f"{before}.{new}", item.new.symbol) if before and not after else None


def _carrier(item: RegionPair, old: str, new: str) -> str:
    """Where the rest of the method's body is, for one whose body a helper carries."""
    symbols = {side.symbol for side in (item.old, item.new) if side}
    if len({base_name(symbol) for symbol in symbols}) == 1:
        return ""
    (helper,) = symbols - {old, new}
    return f" Its own body is that of {helper}, which is compared with it."


def _refuses(text: str) -> str:
    """The error that a method raises and does nothing else, "" for any other method."""
    defined = function(text)
    match after_docstring(defined) if defined else []:
        case [ast.Raise(exc=ast.Call(func=error)) | ast.Raise(exc=ast.Name() as error)]:
            return ast.unparse(error)
    return ""


def _beside(pair: Pair, item: RegionPair) -> tuple[str, str] | None:
    """The method of both sides, where the class's own came or went beside the inherited one."""
    if (item.old and item.new) or item.region.kind != "method":
        return None
    name = base_name(item.region.symbol)
    before = next((one.owner for one in pair.old.methods if one.name == name), "")
    after = next((one.owner for one in pair.new.methods if one.name == name), "")
    own = pair.new.class_name if item.new else pair.old.class_name
    apart = before and after and before != after and item.region.symbol == f"{own}.{name}"
    if not apart or name == "__init__" or computes_update(name):
        return None
    return f"{before}.{name}", f"{after}.{name}"


def _overridden(pair: Pair, item: RegionPair) -> bool:
    """Whether the class's own method stands against one of a base that both releases have."""
    if not (item.old and item.new) or item.region.kind != "method":
        return False
    name = base_name(item.region.symbol)
    owners = [side.symbol.rpartition(".")[0] for side in (item.old, item.new)]
    own = pair.old.class_name, pair.new.class_name
    bases = {base.name for base in pair.old.ancestry[1:]} & {
        base.name for base in pair.new.ancestry[1:]
    }
    apart = (owners[0] == own[0] and owners[1] in bases) or (
        owners[1] == own[1] and owners[0] in bases
    )
    return apart and name != "__init__" and not (computes_update(name) and _told(pair, item))


def _told(pair: Pair, item: RegionPair) -> bool:
    """Whether the verdicts, or the ops that it calls on one side only, speak of it."""
    name = base_name(item.region.symbol)
    calls = [
        {call.op for call in facts.calls if call.method == name} for facts in (pair.old, pair.new)
    ]
    sides = ((item.old, pair.old), (item.new, pair.new))
    return calls[0] != calls[1] or all(
        region is not None and any(region.symbol in rule.symbols for rule in facts.rules)
        for region, facts in sides
    )
