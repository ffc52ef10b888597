"""A kernel computes otherwise where the optimizer does not ask it to.

What it reports:
Kernels whose formula differs for values of the op's attributes, or of other arguments, that no
step of the optimizer passes. The same option of several ops is one finding.

Effect on training:
None: the optimizer's own update rule was proved the same. Code that calls the op itself with such
arguments gets other results.

Not reported:
Options that the optimizer passes: its update rule differs then, which is told per path. Attributes
that one release alone has (op-attr-changed).

Example:
``ResourceApplyAdam`` computes another step with ``use_nesterov``, which this optimizer never sets.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.steps import STEP_KINDS, whole
from tfdiff.rules.matching.topics import listed
from tfdiff.rules.pair import Change, KernelOption, Pair, RegionPair, place
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each condition under which kernels differ."""
    groups: dict[str, list[KernelOption]] = {}
    for option in pair.options:
        groups.setdefault(option.condition, []).append(option)
    told: set[int] = set()
    for options in groups.values():
        items = _carrying(pair, options)
        items = [item for item in items if id(item) not in told]
        told |= set(map(id, items))
        if items:
            changes = tuple(change for item in items for change in _formula(item))
            yield Told(_finding(pair, options, items[0]), changes)


def _carrying(pair: Pair, options: list[KernelOption]) -> list[RegionPair]:
    symbols = {symbol for option in options for symbol in option.symbols}
    return [
        item
        for item in pair.regions
        if any(side.symbol in symbols for side in (item.old, item.new) if side) and _formula(item)
    ]


def _formula(item: RegionPair) -> list[Change]:
    """The open changes of what computes: of a kernel around it what has no matter of its own."""
    kinds = STEP_KINDS if item.region.kind in STEP_KINDS else {"kernel", "helper"}
    if item.region.kind not in kinds:
        return []
    return [one for one in item.open if item.region.kind in STEP_KINDS or not one.topic]


def _finding(pair: Pair, options: list[KernelOption], item: RegionPair) -> Finding:
    first = options[0]
    ops = listed(list(dict.fromkeys(option.op for option in options)))
    devices = listed(list(dict.fromkeys(option.device.upper() for option in options)))
    return Finding(
        rule="kernel-option-changed",
        optimizer=pair.name,
        facet="kernel-attr",
        effect="none",
        certainty="proved",
        subject=f"{', '.join(dict.fromkeys(option.op for option in options))}: {first.condition}",
        condition=first.condition,
        title=f"The kernel of {ops} computes otherwise on {devices} where {first.condition}, which "
        "this optimizer does not ask for",
        explanation="With what the optimizer passes, its update rule was proved the same on every "
        "path through this code. Code that calls the op itself, or another optimizer that does, "
        "may get other results.",
        remedy="Nothing to do, unless your own code calls the op.",
        old=place(whole(item.old)),
        new=place(whole(item.new)),
    )
