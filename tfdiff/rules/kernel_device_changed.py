"""A device has kernel code of its own, or no longer has.

What it reports:
Kernel classes and functors that only one side has, for an op that both call: a specialisation for
a device, a functor that was split off. One finding for each device.

Effect on training:
None where the update rule of the device was proved the same, which is told per path. Where it was
not compared, read the lines.

Not reported:
Helpers that came with a change which names them, and devices for which one release alone
registers a kernel.

Example:
``ApplyAdamOp<SYCLDevice>`` is written for SYCL, where the general kernel served before.
"""

from collections.abc import Iterator

from tfdiff.facts import Device
from tfdiff.findings import Effect, Facet, Finding
from tfdiff.rules.matching.kernels import anew
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Pair, RegionPair, place
from tfdiff.rules.told import Told

_KINDS = frozenset({"kernel", "functor", "cuda", "xla"})
_SAID: dict[Device | None, tuple[str, Facet]] = {
    "cpu": ("CPU", "update-rule-kernel-cpu"),
    "gpu": ("GPU", "update-rule-kernel-gpu"),
    "xla": ("XLA", "update-rule-kernel-xla"),
    "sycl": ("SYCL", "update-rule-kernel-sycl"),
    None: ("all devices", "update-rule-kernel-cpu"),
}
_DECIDED = frozenset({"identical", "equal", "conditional", "differs"})


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each device whose code came, went, or gave way to other code."""
    shared, named = _of_common_ops(pair), _named(pair)
    groups: dict[Device | None, list[RegionPair]] = {}
    for item in pair.regions:
        one_sided = not (item.old and item.new)
        known = item.region.symbol in shared and base_name(item.region.symbol) not in named
        if item.region.kind in _KINDS and one_sided and item.open and known:
            groups.setdefault(item.region.device, []).append(item)
    common = [(old, new) for old, new in pair.kernels() if old and new]
    came = {device.lower() for old, new in common for device in anew(old, new)}
    went = {device.lower() for old, new in common for device in anew(new, old)}
    for device, items in groups.items():
        told = (device in came and all(item.new for item in items)) or (
            device in went and all(item.old for item in items)
        )
        if not told:
            yield _told(pair, device, items)


def _of_common_ops(pair: Pair) -> frozenset[str]:
    return frozenset(
        region.symbol
        for old, new in pair.kernels()
        if old and new
        for kernel in (old, new)
        for region in kernel.regions
    )


def _named(pair: Pair) -> frozenset[str]:
    """What changes of another matter name: it came or went with them."""
    changed = [change for item in pair.regions for change in item.open if change.topic]
    words = {word for change in changed for word in (*change.removed, *change.added)}
    helpers = [item for item in pair.regions if item.region.kind == "helper" and item.open]
    helpers = [item for item in helpers if not (item.old and item.new)]
    grown = True
    while grown:
        grown = False
        for item in [one for one in helpers if base_name(one.region.symbol) in words]:
            helpers.remove(item)
            words |= {word for one in item.open for word in (*one.removed, *one.added)}
            grown = True
    return frozenset(words)


def _told(pair: Pair, device: Device | None, items: list[RegionPair]) -> Told:
    said, facet = _SAID.get(device, _SAID[None])
    came = [item for item in items if item.new]
    went = [item for item in items if not item.new]
    if came and went:
        title = f"Code for {said} replaced: {_names(came)}, before {_names(went)}"
    else:
        title = f"Code for {said} {'added' if came else 'removed'}: {_names(items)}"
    on_device = [one for one in pair.verdicts if device in {None, one.path.device}]
    decided = bool(on_device) and all(one.verdict in _DECIDED for one in on_device)
    effect: Effect = "performance" if decided else "numeric-conditional"
    explanation = (
        "What it does to the weights is told per path."
        if decided
        else "Its update rule was not compared on every path: read the lines."
    )
    if not on_device:
        effect, decided = "api", True
        explanation = (
            f"Only one release has a step that runs on {said}, so there is none to compare."
        )
    finding = Finding(
        rule="kernel-device-changed",
        optimizer=pair.name,
        facet=facet,
        effect=effect,
        certainty="read",
        subject=_names(came or went),
        condition=f"the step runs on {said}" if device else None,
        title=title,
        explanation=explanation,
        remedy="Nothing to do." if decided else "Read the lines, or place the step elsewhere.",
        old=place(went[0].region.span if went else None),
        new=place(came[0].region.span if came else None),
    )
    return Told(finding, tuple(change for item in items for change in item.open))


def _names(items: list[RegionPair]) -> str:
    return ", ".join(dict.fromkeys(item.region.symbol for item in items))
