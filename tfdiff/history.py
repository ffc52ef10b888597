"""One optimizer over many releases: what changed when, since when a fact holds, who is alike.

Releases are taken in version order and compared by content: a release that was patched from a
branch is what its files say, wherever its commit stands.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from tfdiff import run
from tfdiff.comparison.optimizer import compare_optimizer
from tfdiff.errors import UnknownOptimizerError, UsageError
from tfdiff.extract.catalog import Entry
from tfdiff.extract.reading import Reading
from tfdiff.facts import Literal, OptimizerFacts, Value
from tfdiff.findings import OptimizerReport
from tfdiff.ir.show import text
from tfdiff.sources import SourceOptions, final_releases, list_tags, release_version

if TYPE_CHECKING:
    from packaging.version import Version

_CHUNK = 4  # releases that one worker reads before it asks for more
PARTS = ("updates", "defaults", "state", "calls", "execution")


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer from one release to the next that has it."""

    old: str
    new: str
    report: OptimizerReport


@dataclass(frozen=True, slots=True)
class History:
    """One optimizer over releases.

    Attributes:
        name: the public name that was followed.
        releases: the releases that were asked for, in version order.
        absent: those of them that have no such optimizer.
        steps: from each release that has it to the next one that has it.
    """

    name: str
    releases: tuple[str, ...]
    absent: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What one release says about a property; None where it has no such thing."""

    release: str
    value: str | None


def history(
    name: str, options: SourceOptions, *, first: str | None = None, last: str | None = None
) -> History:
    """What changed in an optimizer from release to release.

    Args:
        name: the optimizer, as in ``run.compare``.
        options: where the releases come from.
        first: the first release; the oldest final one if None.
        last: the last release; the newest final one if None.

    Raises:
        UnknownOptimizerError: none of the releases has it.
        UsageError: the range holds fewer than two releases.
    """
    followed, found = _followed(name, options, first, last)
    present = [(reading, entry) for reading, entry in found if entry]
    steps = (
        Step(
            _ref(old),
            _ref(new),
            compare_optimizer(
                followed, run.side(old, old_entry, followed), run.side(new, new_entry, followed)
            ),
        )
        for (old, old_entry), (new, new_entry) in pairwise(present)
    )
    absent = tuple(_ref(reading) for reading, entry in found if entry is None)
    return History(followed, tuple(_ref(reading) for reading, _ in found), absent, tuple(steps))


def facts(
    name: str,
    property_name: str,
    options: SourceOptions,
    *,
    first: str | None = None,
    last: str | None = None,
) -> tuple[Fact, ...]:
    """What each release says about one property of an optimizer.

    Args:
        name: the optimizer.
        property_name: ``default:epsilon``, ``parameter:epsilon``, ``slot:m``, ``slot:m:initial``,
            ``update:dense/ref/cpu``, ``op:ApplyAdam``.
        options: where the releases come from.
        first: as in ``history``.
        last: as in ``history``.

    Raises:
        UsageError: no release has such a property.
    """
    _, found = _followed(name, options, first, last)
    told = tuple(
        Fact(_ref(reading), _property(reading.optimizer(entry), property_name) if entry else None)
        for reading, entry in found
    )
    if all(fact.value is None for fact in told):
        raise UsageError(
            f"No release of {name} has the property {property_name!r}. Ask for default:NAME, "
            f"parameter:NAME, slot:NAME, slot:NAME:initial, update:PATH or op:NAME; "
            f"`tfdiff show` lists what there is."
        )
    return told


def alike(what: str, options: SourceOptions) -> tuple[tuple[str, OptimizerReport], ...]:
    """Every final release compared with one: which of them behave the same.

    Args:
        what: the optimizer and its release, ``adam@v1.4.0``.
        options: where the releases come from.
    """
    name, ref = run.named_release(what)
    followed, found = _followed(name, options, None, None, at=ref)
    (base, base_entry), *others = found
    if base_entry is None:
        raise UnknownOptimizerError(f"{ref} has no optimizer {name!r}.")
    side = run.side(base, base_entry, followed)
    return tuple(
        (
            _ref(reading),
            compare_optimizer(followed, side, run.side(reading, entry, followed)),
        )
        for reading, entry in others
        if entry
    )


def _ref(reading: Reading) -> str:
    return reading.tree.release.ref


def _followed(
    name: str,
    options: SourceOptions,
    first: str | None,
    last: str | None,
    *,
    at: str | None = None,
) -> tuple[str, list[tuple[Reading, Entry | None]]]:
    """The optimizer in every release of a range; ``at`` goes before the range if given.

    The name is resolved in the newest release that knows it (or in ``at``), and followed from
    there by its public names: ``adam`` does not become another class half way.
    """
    refs = _range(options, first, last)
    asked = (at, *refs) if at else refs
    _prepare(name, asked, options)
    readings = run.read_releases(asked, options)
    for reading in readings[:1] if at else reversed(readings):
        try:
            anchor = reading.catalog.resolve(name).entry
        except UnknownOptimizerError:
            continue
        return anchor.name, [(each, each.catalog.matching(anchor)) for each in readings]
    raise UnknownOptimizerError(f"None of {len(refs)} releases has an optimizer {name!r}.")


def _prepare(name: str, refs: Sequence[str], options: SourceOptions) -> None:
    """Read the releases on all processors; what they find is kept for the run that follows.

    A worker that dies takes nothing with it: what it did not read is read later.
    """
    workers = min(os.cpu_count() or 1, len(refs) // _CHUNK)
    if workers < 2:  # noqa: PLR2004 - one worker is no help
        return
    from joblib import Parallel, delayed  # noqa: PLC0415 - it loads slowly
    from joblib.externals.loky.process_executor import TerminatedWorkerError  # noqa: PLC0415

    quiet = replace(options, progress=None)
    chunks = [tuple(refs[place : place + _CHUNK]) for place in range(0, len(refs), _CHUNK)]
    with suppress(TerminatedWorkerError):
        Parallel(n_jobs=workers)(delayed(_read)(name, chunk, quiet) for chunk in chunks)


def _read(name: str, refs: tuple[str, ...], options: SourceOptions) -> None:
    for reading in run.read_releases(refs, options):
        with suppress(UnknownOptimizerError):
            reading.optimizer(reading.catalog.resolve(name).entry)


def _range(options: SourceOptions, first: str | None, last: str | None) -> tuple[str, ...]:
    """The final releases between two, both included, in version order."""
    lowest, highest = _version(first), _version(last)
    chosen = tuple(
        tag
        for tag in final_releases(list_tags(options))
        if (version := release_version(tag))
        and (lowest is None or version >= lowest)
        and (highest is None or version <= highest)
    )
    if len(chosen) < 2:  # noqa: PLR2004 - a history needs a step
        raise UsageError(
            f"There are fewer than two final releases from {first or 'the first'} to "
            f"{last or 'the last'}; give --from and --to in version order."
        )
    return chosen


def _version(ref: str | None) -> "Version | None":
    if ref is None:
        return None
    version = release_version(ref)
    if version is None:
        raise UsageError(f"{ref!r} is no version; a range goes from one tag to another (v1.4.0).")
    return version


def _property(found: OptimizerFacts, name: str) -> str | None:
    """One property as text; the same text means the same fact."""
    return next((value for known, value in _properties(found) if known == name), None)


def _properties(found: OptimizerFacts) -> Iterator[tuple[str, str]]:
    for parameter in found.parameters:
        yield f"parameter:{parameter.name}", parameter.kind
        yield f"default:{parameter.name}", _shown(parameter.effective)
    for slot in found.slots:
        yield f"slot:{slot.name}", "per variable" if slot.per_variable else "once"
        yield f"slot:{slot.name}:initial", _shown(slot.initial)
        yield f"slot:{slot.name}:scope", _shown(slot.scope)
    for kernel in found.kernels:
        yield f"op:{kernel.op.name}", "called"
    for rule in found.rules:
        formulas = (f"{name} = {text(value)}" for name, value in rule.states)
        yield f"update:{rule.path}", "; ".join(formulas)


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return "required"
        case Literal(value=known):
            return repr(known)
        case _:
            return f"not read: {value.reason}"


def runs(told: Sequence[Fact]) -> tuple[tuple[str, str, str | None], ...]:
    """First release, last release and value of every stretch over which a fact stays the same."""
    stretches: list[tuple[str, str, str | None]] = []
    for fact in told:
        if stretches and stretches[-1][2] == fact.value:
            stretches[-1] = (stretches[-1][0], fact.release, fact.value)
        else:
            stretches.append((fact.release, fact.release, fact.value))
    return tuple(stretches)
