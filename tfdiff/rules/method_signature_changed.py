"""A public method takes other arguments.

What it reports:
Parameters of a public method that came, went, changed their default, their kind or their place.

Effect on training:
None while the arguments are left at their defaults; calls that pass what is gone, or rely on the
order, raise TypeError or mean something else.

Not reported:
The constructor (parameter-added and others), methods that came or went (method-added,
method-removed), private helpers (internal-signature-changed), methods that take any keyword.

Example:
``compute_gradients`` takes ``stop_gradients``.
"""

from collections.abc import Iterator
from typing import Final

from tfdiff.facts import Literal, Method, Parameter
from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told

TOGETHER = "file"
_READ: Final = {"property", "attribute"}  # a script sees no difference


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each public method whose parameters differ."""
    known = {method.name: method for method in pair.old.methods}
    for new in pair.new.methods:
        old = known.get(new.name)
        said = _differences(old, new) if old else ()
        if old is None or not said:
            continue
        yield Told(
            Finding(
                rule="method-signature-changed",
                optimizer=pair.name,
                facet="base-class-behaviour",
                effect="api",
                certainty="proved",
                subject=f"{new.owner}.{new.name}",
                condition=None if _breaks(old, new) else "the new arguments are passed",
                title=f"{new.name} takes other arguments: {said[0]}",
                explanation=f"{new.name}: {listed(list(said))}.",
                remedy=f"Pass the arguments of {new.name} by keyword, and only those that both "
                f"releases have.",
                old=place(old.span),
                new=place(new.span),
            ),
            tuple(_carried(pair, old, new)),
        )


def _differences(old: Method, new: Method) -> tuple[str, ...]:
    before = {one.name: one for one in old.parameters}
    after = {one.name: one for one in new.parameters}
    if new.kind != old.kind and not {old.kind, new.kind} <= _READ:
        return (f"it is {_a(new.kind)} and was {_a(old.kind)}",)
    hands_on = [_hands_on(method) for method in (old, new)]
    if all(hands_on) or (any(hands_on) and old.owner != new.owner):
        return ()  # whatever it is given: what that may be is not said here
    came = [f"{name} is new" for name, one in after.items() if name not in before and _named(one)]
    went = [f"{name} is gone" for name, one in before.items() if name not in after and _named(one)]
    if any(hands_on):
        said = "it takes any keyword now" if hands_on[1] else "it takes no other keywords any more"
        return (said, *([] if hands_on[1] else went), *([] if hands_on[0] else came))
    changed = [
        f"{name} is {shown(after[name].default)} by default instead of {shown(one.default)}"
        for name, one in before.items()
        if name in after and _differ(one, after[name])
    ]
    moved: list[str] = []
    common = [name for name in before if name in after]
    if [name for name in after if name in before] != common:
        moved = ["the order changed"]
    return (*went, *came, *changed, *moved)


def _a(kind: str) -> str:
    return f"{'an' if kind == 'attribute' else 'a'} {kind}"


def _breaks(old: Method, new: Method) -> bool:
    """Whether calls written for the old release may fail or mean something else."""
    if _hands_on(new):
        return False
    before, after = ([one.name for one in method.parameters] for method in (old, new))
    return old.kind != new.kind or after[: len(before)] != before


def _hands_on(method: Method) -> bool:
    return any(one.kind == "**" for one in method.parameters)


def _named(parameter: Parameter) -> bool:
    return not parameter.kind.startswith("*")


def _differ(old: Parameter, new: Parameter) -> bool:
    if (old.default is None) != (new.default is None) or old.kind != new.kind:
        return True
    known = isinstance(old.default, Literal) and isinstance(new.default, Literal)
    return known and old.default != new.default


def _carried(pair: Pair, old: Method, new: Method) -> Iterator[Change]:
    """The method's head, and plain statements that hand a parameter on that came or went."""
    before, after = ({one.name for one in method.parameters} for method in (old, new))
    names = before ^ after
    for item in pair.regions:
        if base_name(item.region.symbol) != new.name or item.region.kind != "method":
            continue
        for change in item.open:
            used = {
                name
                for one in (change.before, change.after)
                if one
                for name in (*one.reads, *one.binds)
            }
            if change.topic == "signature" or (not change.topic and used & names):
                yield change
