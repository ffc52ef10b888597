"""A kernel exists for other devices or types than before.

What it reports:
Registrations of the ops that both releases call: device, types and arguments kept in host
memory, macros expanded. Ops that differ in the same way are one finding.

Effect on training:
A registration that went away makes the op fail, or fall back to another device under soft
placement. One that came lets the same graph run where it did not; on a device that the op had no
kernel for at all, it moves steps there that ran elsewhere before.

Not reported:
Another kernel class behind the same registration; sources without kernels.

Example:
``ApplyAdam`` on GPU is registered for ``half`` too.
"""

from collections.abc import Iterable, Iterator

from tfdiff.facts import KernelFacts, Registration, Span
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import anew, declared, written_for
from tfdiff.rules.matching.registered import of_floats
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

TOGETHER = "file"
_ANY = ""  # registered without naming types: for all that the op allows
_Where = tuple[str, tuple[str, ...]]
_Kind = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]


_MEMORY = (
    "The kernel itself is the same. A handle that has to lie in device memory is copied there "
    "first, and read back by the kernel; the values do not depend on it."
)


def check(pair: Pair) -> Iterator[Told]:
    """Common ops whose registrations differ, folded by what differs."""
    folded: dict[tuple[tuple[str, ...], bool], list[tuple[KernelFacts, KernelFacts]]] = {}
    called = {call.op for facts in (pair.old, pair.new) for call in facts.calls}
    for old, new in pair.kernels():
        # variables of other types have no optimizer: plain ops are registered for them as well
        floats = new is not None and new.op.name not in called
        if old and new and (said := _differences(old, new, floats=floats)):
            # classes for resource variables alone share these ops with those for both kinds
            resource = new.op.name.startswith("Resource")
            folded.setdefault((said, resource), []).append((old, new))
    for (said, _), kernels in folded.items():
        changes = declared(pair, "registration", [new.op.name for _, new in kernels])
        came = sorted({device for old, new in kernels for device in anew(old, new)})
        went = {device for old, new in kernels for device in anew(new, old)}
        alone = sorted({*came, *went})
        written = [change for device in alone for change in written_for(pair, device)]
        yield Told(_finding(pair, said, kernels, came), (*changes, *written))


def _finding(
    pair: Pair,
    said: tuple[str, ...],
    kernels: list[tuple[KernelFacts, KernelFacts]],
    devices: list[str],
) -> Finding:
    names = ", ".join(new.op.name for _, new in kernels)
    lost = any(phrase.startswith("no longer") for phrase in said)
    memory = all(phrase.startswith("now with ") for phrase in said)
    old, new = kernels[0]
    return Finding(
        rule="kernel-registration-changed",
        optimizer=pair.name,
        facet="kernel-dtype-registration",
        effect="api",
        certainty="proved",
        subject=names,
        condition=f"the step runs on {' or '.join(_devices(said))}",
        title=f"{names}: {'; '.join(said)}",
        explanation=_MEMORY if memory else _explanation(devices, lost=lost),
        remedy="Place the variables on a device and in a type that both releases register."
        if lost or set(devices) - {"XLA"}
        else "Nothing to do.",
        old=place(_first_other(old, new)),
        new=place(_first_other(new, old)),
    )


def _devices(said: tuple[str, ...]) -> list[str]:
    words = (phrase.partition(" on ")[2].split()[0] for phrase in said)
    return list(dict.fromkeys(words))


def _explanation(devices: list[str], *, lost: bool) -> str:
    if lost:
        return (
            "A graph that places the op there fails at the new release, or runs it elsewhere "
            "under soft placement."
        )
    if devices == ["XLA"]:
        return (
            "The op could not be compiled with XLA at all: a step that is compiled holds it now, "
            "which failed, or left it out of the compiled part, before."
        )
    if devices:
        where = " or ".join(devices)
        return (
            f"The op had no kernel on {where} at all: where there is such a device, the step and "
            "the variables that it updates may be placed on it now, which stayed on another one "
            "before. The speed differs, and rounding may."
        )
    return (
        "Graphs that place the op there run at the new release only; nothing changes for those "
        "that ran before."
    )


def _kind(registration: Registration) -> _Kind:
    return registration.device, registration.types, registration.host_memory


def _first_other(kernel: KernelFacts, other: KernelFacts) -> Span | None:
    """Where the first registration stands that the other side lacks, or else one beside it."""
    mine, its = (
        [
            item
            for item in side.registrations
            if _kind(item) not in {*map(_kind, than.registrations)}
        ]
        for side, than in ((kernel, other), (other, kernel))
    )
    files = {item.span.path for item in its}
    beside = [item for item in kernel.registrations if item.span.path in files]
    chosen = mine or beside
    return chosen[0].span if chosen else None


def _differences(old: KernelFacts, new: KernelFacts, *, floats: bool) -> tuple[str, ...]:
    before, after = (
        {_kind(one) for one in side.registrations if not floats or of_floats(one)}
        for side in (old, new)
    )
    moved = _moved_memory(before - after, after - before)
    before, after = before - moved, after - moved
    telling = _with_several(old, new) - anew(old, new) - anew(new, old)

    def said(kinds: set[_Kind]) -> dict[_Where, list[str]]:
        return _by_device(
            (device, types, host_memory if device in telling else ())
            for device, types, host_memory in kinds
        )

    came, went = said(after - before), said(before - after)
    places = sorted(came.keys() | went.keys())
    told = (
        said for where in places for said in _said(where, came.get(where, []), went.get(where, []))
    )
    return (*told, *_memory(moved, new))


def _moved_memory(gone: set[_Kind], come: set[_Kind]) -> set[_Kind]:
    """What both sides register for a device and types, with other arguments in host memory."""
    same = {one[:2] for one in gone} & {one[:2] for one in come}
    return {one for one in gone | come if one[:2] in same}


def _memory(moved: set[_Kind], new: KernelFacts) -> Iterator[str]:
    """What lies in host memory now, device by device; on CPU all memory is the host's."""
    after = {_kind(one) for one in new.registrations}
    for device in sorted({one[0] for one in moved} - {"CPU"}):
        held = {name for one in moved & after if one[0] == device for name in one[2]}
        said = f"{', '.join(sorted(held))} in host memory" if held else "nothing in host memory"
        yield f"now with {said} on {device}"


def _with_several(*sides: KernelFacts) -> set[str]:
    """The devices on which not all registrations keep the same arguments in host memory."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for one in (one for side in sides for one in side.registrations):
        found.setdefault(one.device, set()).add(one.host_memory)
    return {device for device, choices in found.items() if len(choices) > 1}


def _said(where: _Where, now: list[str], then: list[str]) -> Iterator[str]:
    """What is registered otherwise on one device, with the same arguments in host memory."""
    device, host_memory = where
    memory = f" with {', '.join(host_memory)} in host memory" if host_memory else ""
    on = f"on {device}{memory}"
    if _ANY in then and now:
        yield f"no longer {on} for every type, only for {', '.join(now)}"
    elif _ANY in now and then:
        yield f"now {on} for every type, and not only for {', '.join(then)}"
    else:
        for verb, types in (("now", now), ("no longer", then)):
            if types:
                yield f"{verb} {on}" + ("" if _ANY in types else f" for {', '.join(types)}")


def _by_device(kinds: Iterable[_Kind]) -> dict[_Where, list[str]]:
    """The types on each device and with each choice of host memory."""
    found: dict[_Where, list[str]] = {}
    for device, types, host_memory in sorted(kinds):
        said = " ".join(f"{attr}={name}" for attr, name in types)
        found.setdefault((device, host_memory), []).append(said)
    return found
