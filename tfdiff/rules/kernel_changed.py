"""C++ that the optimizer reaches says something else, and no exact rule says what it means.

What it reports:
Changed lines in ops, kernel classes, functors, CUDA and XLA kernels and helpers, after every exact
rule has taken what it accounts for. The same change in several regions is one finding.

Effect on training:
Not decided: the text is shown. Where a snapshot stands in for the kernels there is none, and all of
them are one finding.

Not reported:
Comments, layout, functors whose update rule was proved the same, and changes that another
finding accounts for.

Example:
A helper that copies a variable before it is written takes another argument.
"""

from collections.abc import Iterator

from tfdiff.facts import Device, Region
from tfdiff.findings import Effect, Facet, Finding
from tfdiff.rules.matching.kernels import identifiers
from tfdiff.rules.matching.regions import companions, grouped, places, words
from tfdiff.rules.matching.topics import quoted
from tfdiff.rules.pair import Pair, RegionPair
from tfdiff.rules.told import Told

CATCH_ALL = True
TOGETHER = "anywhere"
_SHOWN = 3
_STEP = frozenset({"functor", "cuda", "xla"})
_KINDS = _STEP | {"op", "kernel", "registration", "helper"}


def check(pair: Pair) -> Iterator[Told]:
    """C++ regions with changes that nothing accounts for, the same change folded."""
    folded: dict[frozenset[str], list[tuple[RegionPair, ...]]] = {}
    unread: list[RegionPair] = []
    for group in grouped(item for item in pair.regions if item.region.kind in _KINDS):
        if any(side and side.text for side in (group[0].old, group[0].new)):
            folded.setdefault(words(group[0].open), []).append(group)
        else:
            unread.extend(group)
    for groups in folded.values():
        changes = (one for group in groups for item in group for one in item.open)
        yield Told(_finding(pair, groups), tuple(changes))
    if unread:
        yield Told(_unread(pair, unread), tuple(one for item in unread for one in item.open))


def _unread(pair: Pair, items: list[RegionPair]) -> Finding:
    """Everything of which a snapshot tells that it differs, and no more."""
    names = ", ".join(sorted({item.region.symbol for item in items}))
    graver = max(items, key=lambda item: item.region.kind in _STEP)
    facet, effect = _facet(graver.region)
    old, new = places(graver)
    return Finding(
        rule="kernel-changed",
        optimizer=pair.name,
        facet=facet,
        effect=effect,
        certainty="unknown",
        subject=names,
        condition=None,
        title=f"{names} changed, and how was not read",
        explanation="It is code in or around the step, or that the graph is built by. Only "
        "fingerprints of it are at hand, which differ: what changed was not read. A repository "
        "(--repo) has the text.",
        remedy="Compare the releases again with --repo where it matters.",
        old=old,
        new=new,
    )


def _finding(pair: Pair, groups: list[tuple[RegionPair, ...]]) -> Finding:
    first = groups[0][0]
    names = ", ".join(dict.fromkeys(group[0].region.symbol for group in groups))
    verb = "changed" if first.old and first.new else "added" if first.new else "removed"
    facet, effect = _facet(first.region)
    old, new = places(first)
    with_it = companions(item for group in groups for item in group[1:])
    return Finding(
        rule="kernel-changed",
        optimizer=pair.name,
        facet=facet,
        effect=effect,
        certainty="read",
        subject=names,
        condition=None,
        title=f"{names} {verb}{_how(first)}",
        explanation=f"{_when(first.region)}{with_it} {_known(first)}",
        remedy="Read the lines on both sides.",
        old=old,
        new=new,
    )


def _how(item: RegionPair) -> str:
    """The functions and types that only one side names; "" for none, or for too many to say."""
    if not (item.old and item.new and item.old.text and item.new.text):
        return ""
    removed = frozenset(word for change in item.open for word in change.removed)
    added = frozenset(word for change in item.open for word in change.added)
    come, gone = identifiers(added - removed), identifiers(removed - added)
    said = [
        f"{words} {', '.join(names)}"
        for words, names in (("now with", come), ("no longer with", gone))
        if 0 < len(names) <= _SHOWN
    ]
    return f": {', '.join(said)}" if said else ""


_STEP_FACETS: dict[Device | None, Facet] = {
    "gpu": "update-rule-kernel-gpu",
    "xla": "update-rule-kernel-xla",
    "sycl": "update-rule-kernel-sycl",
}


def _facet(region: Region) -> tuple[Facet, Effect]:
    if region.kind in _STEP:
        return _STEP_FACETS.get(region.device, "update-rule-kernel-cpu"), "numeric-conditional"
    if region.kind == "registration":
        return "kernel-dtype-registration", "api"
    if region.kind == "op":
        return "kernel-attr", "api"
    return "resource-variable-semantics", "distributed"


def _known(item: RegionPair) -> str:
    """The first statement that differs, on both sides, and that this is all that is known."""
    first = next((one for one in item.open if one.before or one.after), None)
    before, after = (first.before, first.after) if first else (None, None)
    said = ""
    if before and after:
        said = f"It was {quoted((before.text,))} and is {quoted((after.text,))}. "
    elif before or after:
        one = before or after
        said = f"{'Gone' if before else 'New'} there: {quoted((one.text,))}. " if one else ""
    return f"{said}What the change means was not decided; the lines are shown."


def _when(region: Region) -> str:
    device = {"gpu": "on GPU", "xla": "under XLA", "sycl": "under SYCL", "cpu": "on CPU"}
    where = device.get(region.device or "", "")
    match region.kind:
        case "op" | "registration":
            return "It declares the op."
        case "kernel":
            return f"It runs in every step {where}".rstrip() + ", around the update itself."
        case _:
            return f"It runs in every step {where}".rstrip() + "."
