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
from tfdiff.rules.matching import presence
from tfdiff.rules.matching.ops import calls, together
from tfdiff.rules.pair import Pair


def check(pair: Pair) -> Iterator[Finding]:
    """Ops that only the old side calls: those for resource variables, and the others."""
    mine, theirs = calls(pair.old), calls(pair.new)
    for ops in together(sorted(mine.keys() - theirs.keys())):
        yield presence.ops(pair, {op: mine[op] for op in ops}, new=False)
