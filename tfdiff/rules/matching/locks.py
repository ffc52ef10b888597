"""Which kernels lock another set of inputs than before."""

from tfdiff.rules.pair import Pair


def differing(pair: Pair) -> frozenset[str]:
    """The kernel classes of both sides whose lock sets differ."""
    found: set[str] = set()
    for old, new in pair.kernels():
        if old and new:
            before, after = dict(old.locking), dict(new.locking)
            found |= {name for name in before.keys() & after.keys() if before[name] != after[name]}
    return frozenset(found)
