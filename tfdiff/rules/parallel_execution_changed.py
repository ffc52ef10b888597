"""The work of an update is divided among threads otherwise.

What it reports:
Loops that became parallel or serial, cost estimates for sharding, and launch configurations on
GPU.

Effect on training:
Speed. Elements are independent of each other, so the weights are the same unless the same row is
updated twice in one step.

Not reported:
Changes of the formula, which the rules on the update rule report.

Example:
A loop over rows becomes ``parallelFor``.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Device
from tfdiff.findings import Facet, Finding
from tfdiff.rules.matching.kernels import Matter, matters
from tfdiff.rules.pair import Pair, RegionPair
from tfdiff.rules.told import Told

TOGETHER = "file"

_DEVICE = re.compile(r"\.\s*device\s*\(")
_PARALLEL = frozenset({"parallelFor", "Shard"})
_FACETS: dict[Device | None, Facet] = {
    "gpu": "update-rule-kernel-gpu",
    "sycl": "update-rule-kernel-sycl",
    "xla": "update-rule-kernel-xla",
}


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each way in which the work is divided otherwise."""
    for found in matters(pair, "parallel"):
        for part in _by_device(found):
            yield _told(pair, part)


def _by_device(found: Matter) -> Iterator[Matter]:
    """Apart, regions that leave the work to Eigen's device, which divides it among threads."""
    for divided in (False, True):
        regions = tuple(item for item in found.regions if _divides(item) is divided)
        own = {id(change) for item in regions for change in item.changes}
        changes = tuple(change for change in found.changes if id(change) in own)
        if changes:
            yield Matter(regions, changes)


def _divides(item: RegionPair) -> bool:
    return any(side and _DEVICE.search(side.text) for side in (item.old, item.new))


def _told(pair: Pair, found: Matter) -> Told:
    old, new = found.places()
    by_eigen = any(map(_divides, found.regions))
    if found.came & _PARALLEL and not (by_eigen or _divided_elsewhere(pair, found, new=False)):
        said = "in parallel now"
    elif found.went & _PARALLEL and not (by_eigen or _divided_elsewhere(pair, found, new=True)):
        said = "no longer in parallel"
    else:
        said = "with another division of the work"
    finding = Finding(
        rule="parallel-execution-changed",
        optimizer=pair.name,
        facet=_FACETS.get(found.regions[0].region.device, "update-rule-kernel-cpu"),
        effect="performance",
        certainty="read",
        subject=found.subject,
        condition=None,
        title=f"{found.subject}: runs {said}",
        explanation="Each element is computed by itself, so the division of the work changes the "
        "speed and not the weights. Rows that occur more than once in a sparse gradient are the "
        "exception: they depend on the order.",
        remedy="Nothing to do.",
        old=old,
        new=new,
    )
    return Told(finding, found.changes)


def _divided_elsewhere(pair: Pair, found: Matter, *, new: bool) -> bool:
    """Whether what a region hands its work to on one side, and is there alone, divides it."""
    one_sided = [item for item in pair.regions if not (item.old and item.new)]
    alone = [side for item in one_sided if (side := item.new if new else item.old)]
    callers = [side for item in found.regions if (side := item.new if new else item.old)]
    return any(
        re.search(rf"\b({'|'.join(_PARALLEL)})\b", side.text)
        and re.search(rf"\b{re.escape(_plain(side.symbol))}\b", caller.text)
        for side in alone
        for caller in callers
    )


def _plain(symbol: str) -> str:
    """``SparseApplyGlide`` for ``SparseApplyGlide<CPUDevice>::operator()``."""
    return symbol.partition("<")[0].partition("::")[0]
