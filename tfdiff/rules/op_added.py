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
from tfdiff.rules.matching import presence
from tfdiff.rules.matching.ops import calls, together
from tfdiff.rules.pair import Pair


def check(pair: Pair) -> Iterator[Finding]:
    """Ops that only the new side calls: those for resource variables, and the others."""
    mine, theirs = calls(pair.new), calls(pair.old)
    for ops in together(sorted(mine.keys() - theirs.keys())):
        yield presence.ops(pair, {op: mine[op] for op in ops}, new=True)
