"""The optimizer calls an op that it did not call before.

What it reports:
An op with kernels of its own that the methods of the new release call and those of the old
release do not.

Effect on training:
None by itself: what the op does to the weights is told per path. A graph that holds the op does
not load into the old release.

Not reported:
Anything where a source carries no kernels.

Example:
``FtrlOptimizer`` calls ``ApplyFtrlV2`` when ``l2_shrinkage_regularization_strength`` is set.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.ops import callers, calls
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Ops that only the new side calls."""
    old, new = calls(pair.old), calls(pair.new)
    for op in sorted(new.keys() - old.keys()):
        yield Finding(
            rule="op-added",
            optimizer=pair.name,
            facet="kernel-op-added",
            effect="api",
            certainty="proved",
            subject=op,
            condition=None,
            title=f"Calls the op {op}",
            explanation=f"{callers(new[op])} now reaches {op}. Graphs saved with it (GraphDef, "
            f"SavedModel, MetaGraph) do not load at the old release where it has no such op.",
            remedy="Nothing to do, unless graphs go back to the old release.",
            old=None,
            new=place(new[op][0].span),
        )
