"""The helpers that take the locks of all kernels changed.

What it reports:
How locks are taken in the helpers and kernels: shared instead of exclusive, another order, the
mutex of the variable instead of that of the input. One finding for all that go through the same
helper.

Effect on training:
None for one step at a time. Steps that run at once on one variable may interleave otherwise, or
wait for each other.

Not reported:
The set of inputs that one kernel locks, which ``locking-changed`` reports.

Example:
Sparse updates without ``use_locking`` take a shared lock, where dense ones take none.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import Matter, matter
from tfdiff.rules.matching.locks import differing
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

_SHARED = frozenset({"tf_shared_lock", "shared_locks"})
_EXCLUSIVE = frozenset({"mutex_lock", "MutexLock"})


def check(pair: Pair) -> Iterator[Told]:
    """One finding for everything that has to do with taking locks."""
    found = matter(pair, "locking", without=differing(pair))
    if found is None:
        return
    old, new = found.places()
    finding = Finding(
        rule="lock-taking-changed",
        optimizer=pair.name,
        facet="locking",
        effect="distributed",
        certainty="read",
        subject=found.regions[0].region.symbol,
        condition="several steps update the same variable at once",
        title=f"Locks are taken otherwise{_said(found)}",
        explanation=f"It concerns {found.names}. Updates of one variable that run at once may "
        f"interleave in another way; a single worker sees no difference.",
        remedy="Pass use_locking=True where concurrent updates must not interleave.",
        old=old,
        new=new,
    )
    yield Told(finding, found.changes)


def _said(found: Matter) -> str:
    if found.came & _SHARED:
        return ": some are shared now, so that such updates run at once"
    if found.went & _SHARED:
        return ": none are shared any more, so that such updates wait for each other"
    if found.came & _EXCLUSIVE:
        return ": some are exclusive now"
    return ""
