"""A kernel takes other locks than before.

What it reports:
The lock set of a kernel's ``Compute``: how the locks are taken, on which inputs and in which
order, and what decides between exclusive and shared. Kernels that differ in the same way are
one finding.

Effect on training:
None for one step at a time. Steps that run at once (several workers or threads on one variable)
may interleave otherwise, or wait for each other in another order.

Not reported:
Kernels that one side does not have, and sources without kernels.

Example:
``mutex_lock`` becomes ``MaybeLockVariableInputMutexesInOrder``.
"""

from collections.abc import Iterator

from tfdiff.facts import KernelFacts, Locking, Span
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import spots, topical
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told

TOGETHER = "file"

_BY_HAND = "mutex::lock"
# see extract.cxx.locking


def check(pair: Pair) -> Iterator[Told]:
    """Common kernels whose lock sets differ, folded by what differs."""
    folded: dict[tuple[Locking, Locking], list[tuple[str, KernelFacts, KernelFacts]]] = {}
    for old, new in pair.kernels():
        if not (old and new):
            continue
        before, after = dict(old.locking), dict(new.locking)
        for kernel in sorted(before.keys() & after.keys()):
            if before[kernel] != after[kernel]:
                entry = (kernel, old, new)
                folded.setdefault((before[kernel], after[kernel]), []).append(entry)
    for (before_lock, after_lock), kernels in folded.items():
        names = ", ".join(dict.fromkeys(name for name, _, _ in kernels))
        name, old, new = kernels[0]
        symbols = frozenset(name for name, _, _ in kernels)
        changes = topical(pair, "locking", symbols)
        whole = place(_where(old, name)), place(_where(new, name))
        old_place, new_place = spots(pair, changes, symbols) or whole
        finding = Finding(
            rule="locking-changed",
            optimizer=pair.name,
            facet="locking",
            effect="distributed",
            certainty="read",
            subject=names,
            condition="several steps update the same variable at once",
            title=f"{names} locks otherwise: {_said(after_lock)}",
            explanation=f"It was: {_said(before_lock)}. {_meaning(before_lock, after_lock)}",
            remedy="Nothing to do."
            if _same_set(before_lock, after_lock)
            else "Pass use_locking=True where concurrent updates must not interleave.",
            old=old_place,
            new=new_place,
        )
        yield Told(finding, changes)


def _said(locking: Locking) -> str:
    if not locking.lock_call:
        return "no lock"
    inputs = f" on {', '.join(locking.inputs)}" if locking.inputs else ""
    decided = f", exclusive by {locking.exclusive}" if locking.exclusive else ""
    return f"{locking.lock_call}{inputs}{decided}"


def _same_set(old: Locking, new: Locking) -> bool:
    """Whether the same inputs are locked in the same order, by the same choice."""
    return (old.inputs, old.exclusive) == (new.inputs, new.exclusive) and bool(
        old.lock_call and new.lock_call
    )


def _meaning(old: Locking, new: Locking) -> str:
    if not _same_set(old, new):
        return (
            "Concurrent updates of one variable may interleave in another way; a single worker "
            "sees no difference."
        )
    by_hand = {lock.lock_call == _BY_HAND for lock in (old, new)}
    if by_hand == {True, False}:
        return (
            "The same inputs are locked. A lock that is taken by hand stays taken where a check "
            "fails in between, so that the next update waits for ever; a scoped one is given back."
        )
    return "The same inputs are locked in the same order, by other means."


def _where(kernel: KernelFacts, name: str) -> Span | None:
    spans = (item.span for item in kernel.regions if item.symbol.startswith(name))
    return next(spans, kernel.op.span)
