"""Kernels get hold of the variable in another way.

What it reports:
How a kernel finds the variable that it updates, and whether it copies it first: copy-on-write of
resource variables that are still read elsewhere, copy-on-read for sparse updates, reference
counts. One finding for all kernels that go through the same helper.

Effect on training:
None for one step at a time. What a value that was read before the update says afterwards, and how
much memory an update needs, depends on it.

Not reported:
Locks, which have rules of their own, and kernels that only one side has.

Example:
``GetInputTensorFromVariable`` calls ``PrepareToUpdateVariable`` before a dense update.
"""

import re
from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import Matter, identifiers, matters, merged
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOGETHER = "anywhere"

# The framework's mechanisms, by the name that only code using them says.
_MECHANISMS = {
    "PrepareToUpdateVariable": (
        (
            "copy-on-write: a resource variable whose value is still held elsewhere is copied "
            "before a dense update"
        ),
        (
            "A value that was read before the update and shares the variable's memory keeps what "
            "it was; without the copy it shows the updated weights. The copy needs memory of the "
            "variable's size."
        ),
    ),
    "EnsureSparseVariableAccess": (
        (
            "copy-on-read: the first sparse update makes every later read of a resource variable "
            "a copy"
        ),
        (
            "Sparse updates then work in place and run at once with each other; every read of "
            "such a variable costs a copy."
        ),
    ),
    "copy_on_read_mode": (
        "a resource variable remembers whether its reads must be copies",
        "Whether a dense update of such a variable writes in place or to a copy depends on it.",
    ),
}

_ELSEWHERE = "the same calls, elsewhere or with other arguments"
_PARTS = {"copy_on_read_mode": frozenset({"EnsureSparseVariableAccess"})}
_ACCESS = re.compile(r"Variable|Input|Resource|Copy|RefCount|Handle|Mutable|Lookup")


def check(pair: Pair) -> Iterator[Told]:
    """One finding for the helpers, and one for each way in which kernels differ by themselves."""
    groups: dict[object, list[Matter]] = {}
    for found in matters(pair, "variable-access"):
        named = tuple(_first(found.came)), tuple(_first(found.went))
        groups.setdefault(named if any(named) else len(groups), []).append(found)
    for group in groups.values():  # one mechanism, whether a kernel or a helper brings it in
        yield _told(pair, merged(group))


def _told(pair: Pair, found: Matter) -> Told:
    old, new = found.places()
    said = _said(found)
    # what is compiled reads and writes whole values, in whichever order that is written
    compiled = said == _ELSEWHERE and all(one.region.kind == "xla" for one in found.regions)
    finding = Finding(
        rule="variable-access-changed",
        optimizer=pair.name,
        facet="resource-variable-semantics",
        effect="none" if compiled else "distributed",
        certainty="read",
        subject=found.subject,
        condition=f"a {'resource ' * _of_resources(found)}variable is read while it is updated",
        title=f"Access to the variable changed: {said}",
        explanation=" ".join(_sentences(found)),
        remedy="No argument of the optimizer changes it. Where a value read before the update "
        "must not change, copy it (tf.identity) and order the read with control dependencies.",
        old=old,
        new=new,
    )
    return Told(finding, found.changes)


def _of_resources(found: Matter) -> bool:
    """Whether it is about one of the mechanisms, which are those of resource variables."""
    return any(_first(words) for words in (found.came, found.went))


def _said(found: Matter) -> str:
    came, went = (_first(words) for words in (found.came, found.went))
    phrases = [
        *(f"now {_MECHANISMS[name][0]}" for name in came),
        *(f"no longer {_MECHANISMS[name][0]}" for name in went),
    ]
    if phrases:
        return "; ".join(phrases)
    others = [
        [word for word in identifiers(words) if _ACCESS.search(word)]
        for words in (found.came, found.went)
    ]
    parts = (
        f"now with {', '.join(others[0])}" if others[0] else "",
        f"no longer with {', '.join(others[1])}" if others[1] else "",
    )
    return ", ".join(part for part in parts if part) or _ELSEWHERE


def _first(words: frozenset[str]) -> list[str]:
    """The mechanisms that some words name, without what is but a part of another one."""
    named = [name for name in _MECHANISMS if name in words]
    return [name for name in named if not _PARTS.get(name, frozenset()) & set(named)]


def _sentences(found: Matter) -> Iterator[str]:
    for name, (_, meaning) in _MECHANISMS.items():
        if name in found.came | found.went:
            yield meaning
    untold = not found.came & _MECHANISMS.keys() and not found.went & _MECHANISMS.keys()
    yield f"{found.concerns}{found.details if untold else ''}"
    yield "One step at a time gives the same weights."
