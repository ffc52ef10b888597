"""Registrations that are written otherwise and register the same."""

import re
from dataclasses import replace

from tfdiff.facts import KernelFacts, Registration
from tfdiff.rules.matching.registered import of_floats
from tfdiff.rules.pair import Pair, RegionPair

_OP = re.compile(r"\((\w+)\)$")
_SAME = "what is registered is the same for every device and type that is trained"

Registered = frozenset[tuple[object, ...]]


def registered_alike(pair: Pair) -> Pair:
    """The pair with registrations settled that give the same kernels to the same types.

    Ops that also serve variables that nothing trains are compared for the types of those that are.
    """
    called = {call.op for facts in (pair.old, pair.new) for call in facts.calls}
    same = {
        new.op.name
        for old, new in pair.kernels()
        if old and new
        for floats in (new.op.name not in called,)
        if _registered(old, floats=floats) == _registered(new, floats=floats) != frozenset()
    }
    return pair.with_regions(tuple(_settled(item, same) for item in pair.regions))


def _settled(item: RegionPair, same: set[str]) -> RegionPair:
    named = _OP.search(item.region.symbol) if item.region.kind == "registration" else None
    if not (item.old and item.new and named and named[1] in same):
        return item
    changes = tuple(replace(one, harmless=_SAME) if one.open else one for one in item.changes)
    return replace(item, changes=changes)


def _registered(kernel: KernelFacts, *, floats: bool) -> Registered:
    return frozenset(
        map(_said, (one for one in kernel.registrations if not floats or of_floats(one)))
    )


def _said(one: Registration) -> tuple[object, ...]:
    """What a registration decides; on CPU all memory is the host's."""
    host_memory = () if one.device == "CPU" else one.host_memory
    kernel = "".join(one.kernel.split()).replace("Eigen::", "").replace("::tensorflow::", "")
    return one.device, one.types, host_memory, kernel, one.builds
