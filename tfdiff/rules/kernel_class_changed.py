"""Another kernel class, or another variant of it, carries out an op.

What it reports:
Registrations for the same device and types that name another class or other template arguments.
Ops that differ in the same way are one finding.

Effect on training:
None by itself: what the kernel does to the weights is told per path.

Not reported:
Registrations for devices and types that only one side has, and macros that were rearranged.

Example:
``ApplyFtrl`` is carried out by ``ApplyFtrlOp<Device, T, false>``, which was ``ApplyFtrlOp<Device,
T>``.
"""

from collections.abc import Iterator

from tfdiff.facts import KernelFacts, Registration
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import declared
from tfdiff.rules.matching.regions import base_name
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for all common ops whose kernel class or its arguments differ."""
    found = [
        (old, new, differing)
        for old, new in pair.kernels()
        if old and new and (differing := _differing(old, new))
    ]
    if not found:
        return
    names = ", ".join(new.op.name for _, new, _ in found)
    before, after = found[0][2]
    changes = (
        *declared(pair, "registration", [new.op.name for _, new, _ in found]),
        *_heads(pair, {_said(one).partition("<")[0] for _, _, pairs in found for one in pairs}),
    )
    finding = Finding(
        rule="kernel-class-changed",
        optimizer=pair.name,
        facet="kernel-attr",
        effect="none",
        certainty="proved",
        subject=names,
        condition=None,
        title=f"Kernel class or its arguments changed: {_said(after)}, was {_said(before)}",
        explanation=f"It concerns {names}. The registration says which code runs; what that code "
        f"does to the weights is told per path.",
        remedy="Nothing to do.",
        old=place(before.span),
        new=place(after.span),
    )
    yield Told(finding, changes)


def _said(one: Registration) -> str:
    return " ".join(one.kernel.split())


def _differing(old: KernelFacts, new: KernelFacts) -> tuple[Registration, Registration] | None:
    """The first registration for the same device and types that names another kernel."""
    before = {(one.device, one.types): one for one in old.registrations}
    for one in new.registrations:
        other = before.get((one.device, one.types))
        if other is not None and _plain(other) != _plain(one):
            return other, one
    return None


def _plain(one: Registration) -> str:
    return "".join(one.kernel.split()).replace("Eigen::", "").replace("::tensorflow::", "")


def _heads(pair: Pair, classes: set[str]) -> Iterator[Change]:
    """Where the classes declare their template parameters."""
    for item in pair.regions:
        if item.region.kind == "kernel" and base_name(item.region.symbol) in classes:
            for change in item.open:
                sides = (change.before, change.after)
                if all(side is not None and side.said.startswith("template") for side in sides):
                    yield change
