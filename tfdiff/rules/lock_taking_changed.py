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
from tfdiff.rules.matching.kernels import Matter, matters
from tfdiff.rules.matching.locks import differing
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOGETHER = "file"

_SHARED = frozenset({"tf_shared_lock", "shared_locks"})
_EXCLUSIVE = frozenset({"mutex_lock", "MutexLock"})
_NONE = "nullptr"


def check(pair: Pair) -> Iterator[Told]:
    """One finding for the helpers, and one for each way in which kernels differ by themselves."""
    for found in matters(pair, "locking", without=differing(pair)):
        yield _told(pair, found)


def _told(pair: Pair, found: Matter) -> Told:
    old, new = found.places()
    finding = Finding(
        rule="lock-taking-changed",
        optimizer=pair.name,
        facet="locking",
        effect="distributed",
        certainty="read",
        subject=found.subject,
        condition="several steps update the same variable at once",
        title=f"Locks are taken otherwise{_said(found)}",
        explanation=f"{found.concerns} {_meaning(found)}{found.details}",
        remedy="Nothing to do."
        if _only_none(found)
        else "Pass use_locking=True where concurrent updates must not interleave.",
        old=old,
        new=new,
    )
    return Told(finding, found.changes)


def _said(found: Matter) -> str:
    if found.came & _SHARED:
        return ": some are shared now, so that such updates run at once"
    if found.went & _SHARED:
        return ": none are shared any more, so that such updates wait for each other"
    if found.came & _EXCLUSIVE:
        return ": some are exclusive now"
    if _NONE in found.came:
        return ": none where a variable has no mutex"
    return ""


def _only_none(found: Matter) -> bool:
    """Whether variables without a mutex are all that is treated otherwise."""
    return _NONE in found.came and not (found.came | found.went) & (_SHARED | _EXCLUSIVE)


def _meaning(found: Matter) -> str:
    if _only_none(found):
        return (
            "A variable without a mutex was locked all the same, which fails; all others are "
            "locked as before."
        )
    return (
        "Updates of one variable that run at once may interleave in another way; a single worker "
        "sees no difference."
    )
