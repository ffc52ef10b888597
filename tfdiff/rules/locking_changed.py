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
from tfdiff.rules.matching.kernels import topical
from tfdiff.rules.pair import Pair, place
from tfdiff.rules.told import Told


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
        finding = Finding(
            rule="locking-changed",
            optimizer=pair.name,
            facet="locking",
            effect="distributed",
            certainty="read",
            subject=names,
            condition="several steps update the same variable at once",
            title=f"{names} locks otherwise: {_said(after_lock)}",
            explanation=f"It was: {_said(before_lock)}. Concurrent updates of one variable may "
            f"interleave in another way; a single worker sees no difference.",
            remedy="Pass use_locking=True where concurrent updates must not interleave.",
            old=place(_where(old, name)),
            new=place(_where(new, name)),
        )
        symbols = frozenset(name for name, _, _ in kernels)
        yield Told(finding, topical(pair, "locking", symbols))


def _said(locking: Locking) -> str:
    if not locking.lock_call:
        return "no lock"
    inputs = f" on {', '.join(locking.inputs)}" if locking.inputs else ""
    decided = f", exclusive by {locking.exclusive}" if locking.exclusive else ""
    return f"{locking.lock_call}{inputs}{decided}"


def _where(kernel: KernelFacts, name: str) -> Span | None:
    spans = (item.span for item in kernel.regions if item.symbol.startswith(name))
    return next(spans, kernel.op.span)
