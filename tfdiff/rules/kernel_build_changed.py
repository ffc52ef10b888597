"""A kernel is built under another condition.

What it reports:
Kernels that both releases register for the same device and types, behind other ``#if`` macros:
for CUDA only, for ROCm as well. Ops that differ in the same way are one finding.

Effect on training:
In a build without the macro the op has no kernel there: it fails, or runs elsewhere under soft
placement. The usual packages are built with CUDA or for CPU alone.

Not reported:
Conditions that come to the same for every build that is told apart (CUDA, ROCm, SYCL, plain).

Example:
``#if GOOGLE_CUDA`` becomes ``#if GOOGLE_CUDA || TENSORFLOW_USE_ROCM`` around the GPU kernels.
"""

from collections.abc import Iterator

from tfdiff.facts import Registration
from tfdiff.findings import Finding
from tfdiff.rules.pair import Pair, place

TOGETHER = "anywhere"

_BUILDS = {
    "GOOGLE_CUDA": "CUDA",
    "TENSORFLOW_USE_ROCM": "ROCm",
    "TENSORFLOW_USE_SYCL": "SYCL",
}
_Kind = tuple[str, tuple[str, ...], tuple[str, ...]]


def check(pair: Pair) -> Iterator[Finding]:
    """One finding for each device and way in which the builds differ."""
    folded: dict[_Kind, list[tuple[Registration, Registration]]] = {}
    for old, new in pair.kernels():
        if not (old and new):
            continue
        before = {(one.device, one.types): one for one in old.registrations}
        for one in new.registrations:
            other = before.get((one.device, one.types))
            if other is not None and set(other.builds) != set(one.builds):
                kind = (one.device, other.builds, one.builds)
                folded.setdefault(kind, []).append((other, one))
    for kind, found in folded.items():
        yield _finding(pair, kind, found)


def _finding(pair: Pair, kind: _Kind, found: list[tuple[Registration, Registration]]) -> Finding:
    device, before, after = kind
    names = ", ".join(dict.fromkeys(new.op for _, new in found))
    old, new = found[0]
    return Finding(
        rule="kernel-build-changed",
        optimizer=pair.name,
        facet="kernel-dtype-registration",
        effect="api",
        certainty="proved",
        subject=f"{device}: {names}",
        condition=f"TensorFlow is built for {_said(set(before) ^ set(after))}",
        title=f"{device} kernels are built {_when(after)}, were built {_when(before)}",
        explanation=f"It concerns {names}. In a build without any of these the op has no kernel "
        f"on {device}. Other builds have the same kernels as before.",
        remedy="Nothing to do with the packages for CUDA and for CPU."
        if "GOOGLE_CUDA" not in set(before) ^ set(after)
        else "Check that your build has the kernels before you place variables there.",
        old=place(old.span),
        new=place(new.span),
    )


def _when(builds: tuple[str, ...]) -> str:
    return f"for {_said(set(builds))}" if builds else "always"


def _said(builds: set[str]) -> str:
    return " and ".join(_BUILDS.get(one, one) for one in sorted(builds))
