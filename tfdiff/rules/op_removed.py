"""The optimizer no longer calls an op.

What it reports:
An op with kernels of its own that the methods of the old release call and those of the new
release do not.

Effect on training:
None by itself: what happens instead is told per path. Graphs saved by the old release still hold
the op, and load as long as the new release registers it.

Not reported:
Anything where a source carries no kernels.

Example:
``ResourceSparseApplyMomentum`` gives way to ``ResourceSparseApplyKerasMomentum``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.ops import callers, calls
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Ops that only the old side calls."""
    old, new = calls(pair.old), calls(pair.new)
    for op in sorted(old.keys() - new.keys()):
        yield Finding(
            rule="op-removed",
            optimizer=pair.name,
            facet="kernel-op-removed",
            effect="api",
            certainty="proved",
            subject=op,
            condition=None,
            title=f"No longer calls the op {op}",
            explanation=f"{callers(old[op])} reached {op} at the old release. Graphs saved there "
            f"still hold the op.",
            remedy="Nothing to do, unless saved graphs of the old release are loaded: try one.",
            old=place(old[op][0].span),
            new=None,
        )
