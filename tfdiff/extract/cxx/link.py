"""From one op to the source that carries it out: registrations, kernel class, functors, helpers.

The walk starts at a registered kernel class with its template arguments and follows the names
in it, device by device, so that Adam's regions hold what Adam reaches and nothing else.
Functions of the framework (``OP_REQUIRES``, ``LookupResource``, Eigen) are not followed: they
are in none of the files read. A functor or ``__global__`` kernel that is declared but has no
body there is an ``Unknown``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tfdiff.extract.cxx.model import Bindings, Definition
from tfdiff.extract.cxx.names import Names, Reached, choose
from tfdiff.extract.cxx.registered import device_of
from tfdiff.extract.cxx.registrations import Registered
from tfdiff.facts import Device, KernelFacts, OpFacts, Region, RegionKind, Span, Unknown

_ORDER: Final[tuple[RegionKind, ...]] = (
    *("op", "registration", "kernel", "functor", "cuda", "xla", "helper"),
)
_DEVICE_ORDER: Final = (None, "cpu", "gpu", "sycl", "xla")
_REGISTERABLE: Final = frozenset({"kernel", "xla", "functor", "helper"})


@dataclass(frozen=True, slots=True)
class Walk:
    """What one registered kernel class reaches on one device, in the order it is reached."""

    registered: Registered
    device: Device | None
    reached: tuple[Reached, ...]
    unknowns: tuple[Unknown, ...]


def walks(names: Names, registered: Iterable[Registered]) -> tuple[Walk, ...]:
    """One walk per kernel class, template flags and device, over all data types together."""
    groups: dict[tuple[str, tuple[str, ...], Device | None, str], list[Registered]] = {}
    for one in registered:
        flags = tuple(argument for argument in one.arguments if not is_type(argument))
        device = device_of(one.fact.device)
        key = (one.class_name, flags, device, one.fact.span.path)
        groups.setdefault(key, []).append(one)
    return tuple(
        _walk(names, sorted(members, key=_float_first), device)
        for (_, _, device, _), members in groups.items()
    )


def _float_first(one: Registered) -> bool:
    return "float" not in one.arguments


def is_type(argument: str) -> bool:
    """A data type, of which kernels have many alike; devices and flags are none."""
    return argument[:1].islower() and argument not in {"true", "false"}


def _walk(names: Names, group: Sequence[Registered], device: Device | None) -> Walk:
    first = group[0]
    visible = names.visible(first.class_name, first.fact.span.path)
    classes = [one for one in visible if one.region.kind in _REGISTERABLE]
    todo = [one for each in group for one in choose(classes, each.arguments, device)]
    unknowns: list[Unknown] = []
    if not todo:
        reason = f"class {first.class_name} is in none of the files read"
        unknowns.append(Unknown(reason, first.fact.kernel, first.fact.span))
    reached: dict[Reached, None] = {}
    while todo:
        one = todo.pop(0)
        if one in reached:
            continue
        reached[one] = None
        for use, found in names.uses_of(one):
            chosen = choose(found, use.arguments, device)
            todo += _defined(chosen)
            if chosen and all(_is_open(following.definition) for following in chosen):
                where = one.definition.region.span
                reason = f"{use.name} has no body for {device or 'any device'} in the files read"
                unknowns.append(Unknown(reason, use.name, where))
    return Walk(first, device, _each_once(reached), tuple(dict.fromkeys(unknowns)))


def _each_once(reached: Iterable[Reached]) -> tuple[Reached, ...]:
    """The first of those that differ in data types only."""
    found: dict[tuple[int, Bindings], Reached] = {}
    for one in reached:
        flags = tuple(pair for pair in one.bindings if not is_type(pair[1]))
        found.setdefault((id(one.definition), flags), one)
    return tuple(found.values())


def _defined(chosen: Iterable[Reached]) -> Iterator[Reached]:
    return (one for one in chosen if not one.definition.declared)


def _is_open(definition: Definition) -> bool:
    return definition.declared and definition.region.kind in {"functor", "cuda"}


def facts_of(
    op: OpFacts,
    registered: Sequence[Registered],
    names: Names,
    errors: Mapping[str, tuple[Unknown, ...]],
    registrations: Sequence[Region],
) -> KernelFacts:
    """Everything that carries out one op.

    Args:
        op: its definition.
        registered: its registrations.
        names: name lookup over the tree.
        errors: path -> stretches that the grammar did not understand.
        registrations: the regions that register the op.
    """
    walked = walks(names, registered)
    shape = _shape_helpers(names, op)
    regions = _regions(walked, shape)
    locked = {
        one.definition.region.symbol: one.definition.locking
        for walk in walked
        for one in walk.reached
        if one.definition.locking is not None
    }
    unknowns = [unknown for walk in walked for unknown in walk.unknowns]
    if not registered:
        unknowns.append(Unknown("no kernel is registered in the files read", op.name, op.span))
    unknowns += [
        error
        for region in regions
        for error in errors.get(region.span.path, ())
        if error.span is not None and _overlap(error.span, region.span)
    ]
    return KernelFacts(
        op=op,
        registrations=tuple(one.fact for one in registered),
        regions=(op.region, *registrations, *regions),
        locking=tuple((symbol, lock) for symbol, lock in locked.items()),
        unknowns=tuple(dict.fromkeys(unknowns)),
    )


def _shape_helpers(names: Names, op: OpFacts) -> tuple[Reached, ...]:
    """Functions that the op's shape function calls, in its own file."""
    todo: list[Reached] = []
    for name in re.findall(r"\w+", op.shape_function):
        todo += _defined(choose(names.visible(name, op.span.path), (), None))
    reached: dict[Reached, None] = {}
    while todo:
        one = todo.pop(0)
        if one not in reached and one.definition.region.kind == "helper":
            reached[one] = None
            for use, found in names.uses_of(one):
                todo += _defined(choose(found, use.arguments, None))
    return tuple(reached)


def _regions(walked: Sequence[Walk], shape: Sequence[Reached]) -> tuple[Region, ...]:
    """The regions reached, in the order data flows, each once, with the device they run on."""
    devices: dict[Region, set[Device | None]] = {}
    kinds: dict[Region, RegionKind] = {}
    for walk in walked:
        for position, one in enumerate(walk.reached):
            region = one.definition.region
            devices.setdefault(region, set()).add(walk.device)
            registered = one.definition.name == walk.registered.class_name
            if position == 0 or registered:
                kinds[region] = "xla" if walk.device == "xla" else "kernel"
    for one in shape:
        devices.setdefault(one.definition.region, {None})
    made = [
        replace(
            region,
            kind=kinds.get(region, region.kind),
            device=region.device or (next(iter(on)) if len(on) == 1 else None),
        )
        for region, on in devices.items()
        if region.text
    ]
    return tuple(
        sorted(
            dict.fromkeys(made),
            key=_place,
        )
    )


def _overlap(one: Span, other: Span) -> bool:
    return one.line <= other.end_line and other.line <= one.end_line


def _place(region: Region) -> tuple[int, int]:
    return _ORDER.index(region.kind), _DEVICE_ORDER.index(region.device)
