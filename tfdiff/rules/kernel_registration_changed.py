"""A kernel exists for other devices or types than before.

What it reports:
Registrations of the ops that both releases call: device, types and arguments kept in host
memory, macros expanded. Ops that differ in the same way are one finding.

Effect on training:
A registration that went away makes the op fail, or fall back to another device under soft
placement. One that came lets the same graph run where it did not.

Not reported:
Another kernel class behind the same registration; sources without kernels.

Example:
``ApplyAdam`` on GPU is registered for ``half`` too.
"""

from collections.abc import Iterator

from tfdiff.facts import KernelFacts, Registration, Span
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import declared
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

_Kind = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]


def check(pair: Pair) -> Iterator[Told]:
    """Common ops whose registrations differ, folded by what differs."""
    folded: dict[tuple[str, ...], list[tuple[KernelFacts, KernelFacts]]] = {}
    for old, new in pair.kernels():
        if old and new and (said := _differences(old, new)):
            folded.setdefault(said, []).append((old, new))
    for said, kernels in folded.items():
        changes = declared(pair, "registration", [new.op.name for _, new in kernels])
        yield Told(_finding(pair, said, kernels), changes)


def _finding(
    pair: Pair, said: tuple[str, ...], kernels: list[tuple[KernelFacts, KernelFacts]]
) -> Finding:
    names = ", ".join(new.op.name for _, new in kernels)
    lost = any(phrase.startswith("no longer") for phrase in said)
    old, new = kernels[0]
    return Finding(
        rule="kernel-registration-changed",
        optimizer=pair.name,
        facet="kernel-dtype-registration",
        effect="api",
        certainty="proved",
        subject=names,
        condition="; ".join(said),
        title=f"{names}: {'; '.join(said)}",
        explanation="A graph that places the op there fails at the new release, or runs it "
        "elsewhere under soft placement."
        if lost
        else "Graphs that place the op there run at the new release only; nothing changes "
        "for those that ran before.",
        remedy="Place the variables on a device and in a type that both releases register."
        if lost
        else "Nothing to do.",
        old=place(_first_other(old, new)),
        new=place(_first_other(new, old)),
    )


def _kind(registration: Registration) -> _Kind:
    return registration.device, registration.types, registration.host_memory


def _first_other(kernel: KernelFacts, other: KernelFacts) -> Span | None:
    """Where the first registration stands that the other side lacks, or else any."""
    known = {_kind(registration) for registration in other.registrations}
    only = [item for item in kernel.registrations if _kind(item) not in known]
    chosen = only or kernel.registrations
    return chosen[0].span if chosen else None


def _differences(old: KernelFacts, new: KernelFacts) -> tuple[str, ...]:
    before = {_kind(registration) for registration in old.registrations}
    after = {_kind(registration) for registration in new.registrations}
    return (
        *(f"now {phrase}" for phrase in _phrases(after - before)),
        *(f"no longer {phrase}" for phrase in _phrases(before - after)),
    )


def _phrases(kinds: set[_Kind]) -> Iterator[str]:
    """``on GPU for T=half, double``: the devices, each with its types on one line."""
    by_device: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for device, types, host_memory in sorted(kinds):
        said = " ".join(f"{attr}={name}" for attr, name in types) or "any type"
        by_device.setdefault((device, host_memory), []).append(said)
    for (device, host_memory), names in by_device.items():
        memory = f" with {', '.join(host_memory)} in host memory" if host_memory else ""
        yield f"on {device} for {', '.join(names)}{memory}"
