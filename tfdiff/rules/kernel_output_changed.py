"""A kernel allocates or hands on tensors otherwise.

What it reports:
How a kernel makes room for its output and temporary values, and whether it hands its input on.

Effect on training:
Memory. The values are the same.

Not reported:
Copies of the variable before an update, which ``variable-access-changed`` reports. References
that both releases give back by other means have no effect.

Example:
``forward_ref_input_to_ref_output`` becomes ``MaybeForwardRefInputToRefOutput``.
"""

from collections.abc import Iterator
from dataclasses import replace

from tfdiff.facts import Region
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import Matter, matters, merged
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOGETHER = "anywhere"

_RELEASING = ("ScopedUnref", "RefCountPtr", "Unref(", "ScopedUnlockUnrefVar")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for outputs, one for lifetimes of references."""
    for found in matters(pair, "output"):
        what = "Outputs and temporary values are allocated or handed on otherwise"
        yield Told(_finding(pair, "output", what, found), found.changes)
    groups: dict[tuple[bool, bool], list[Matter]] = {}
    for found in matters(pair, "lifetime"):
        groups.setdefault(_sides(found), []).append(found)
    for group in groups.values():
        whole = merged(group)
        yield Told(_lifetime(pair, whole), whole.changes)


def _finding(pair: Pair, topic: str, title: str, found: Matter) -> Finding:
    old, new = found.places()
    return Finding(
        rule="kernel-output-changed",
        optimizer=pair.name,
        facet="resource-variable-semantics",
        effect="memory",
        certainty="read",
        subject=f"{topic}: {found.subject}",
        condition=None,
        title=title,
        explanation=f"{found.concerns} It acts on the memory that a step needs; the values are the "
        f"same.{found.details}",
        remedy="Nothing to do.",
        old=old,
        new=new,
    )


def _lifetime(pair: Pair, found: Matter) -> Finding:
    """What became of references: a step that keeps one never lets go of the variable."""
    finding = _finding(pair, "lifetime", "References are released by other means", found)
    before, after = _sides(found)
    if before and after:
        return replace(
            finding,
            effect="none",
            explanation=f"{found.concerns} Both releases give the reference back.{found.details}",
        )
    if not (before or after):
        return replace(finding, title="References to variables are kept and released otherwise")
    leaking, tight = ("new", "old") if before else ("old", "new")
    return replace(
        finding,
        title="Each step keeps a reference to the variable, which was given back before"
        if before
        else "Each step gives its reference to the variable back, which was kept before",
        condition="variables are resource variables",
        explanation=f"{found.concerns} In the {leaking} release every step takes a reference and "
        f"keeps it, so that the variable's memory is never freed, also where its session or graph "
        f"is gone; the {tight} one gives it back. The values are the same.{found.details}",
    )


def _sides(found: Matter) -> tuple[bool, bool]:
    """Whether the regions give references back, on each side."""
    before = any(_releases(item.old) for item in found.regions)
    return before, any(_releases(item.new) for item in found.regions)


def _releases(side: Region | None) -> bool:
    return side is not None and any(word in side.text for word in _RELEASING)
