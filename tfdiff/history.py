"""One optimizer over many releases: what changed when, since when a fact holds, who is alike.

Releases are taken in version order and compared by content: a release that was patched from a
branch is what its files say, wherever its commit stands.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tfdiff import run
from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.optimizer import compare_optimizer
from tfdiff.errors import UnknownOptimizerError, UsageError
from tfdiff.extract.catalog import Entry
from tfdiff.extract.reading import Reading
from tfdiff.facts import Literal, OptimizerFacts, Value
from tfdiff.findings import Verdict
from tfdiff.ir.show import text
from tfdiff.sources import SourceOptions, final_releases, list_tags, release_version

if TYPE_CHECKING:
    from packaging.version import Version

_CHUNK = 4  # releases that one worker reads before it asks for more
PARTS = ("updates", "defaults", "state", "calls", "execution")


@dataclass(frozen=True, slots=True)
class Change:
    """One finding of a step, as far as a history tells it."""

    id: str
    rule: str
    facet: str
    effect: str
    title: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing an optimizer at two releases came to."""

    verdict: Verdict
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer from one release to the next that has it."""

    old: str
    new: str
    compared: Compared


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
    name: str,
    options: SourceOptions,
    *,
    first: str | None = None,
    last: str | None = None,
    jobs: int | None = None,
) -> History:
    """What changed in an optimizer from release to release.

    Args:
        name: the optimizer, as in ``run.compare``.
        options: where the releases come from.
        first: the first release; the oldest final one if None.
        last: the last release; the newest final one if None.
        jobs: how many processes read releases; as many as there are processors if None.

    Raises:
        UnknownOptimizerError: none of the releases has it.
        UsageError: the range holds fewer than two releases.
    """
    followed, found = _followed(name, options, first, last, jobs=jobs)
    present = [one for one in found if one.entry]
    steps = tuple(
        Step(old.ref, new.ref, _compared(followed, old, new)) for old, new in pairwise(present)
    )
    absent = tuple(one.ref for one in found if one.entry is None)
    return History(followed, tuple(one.ref for one in found), absent, steps)


def _compared(name: str, old: "Found", new: "Found") -> Compared:
    """What the comparison comes to, kept by what is known of both sides."""
    if old.entry is None or new.entry is None:
        raise LookupError(f"{name} is not in both releases")
    old_print, new_print = (
        one.reading.fingerprint(entry) for one, entry in ((old, old.entry), (new, new.entry))
    )
    said = f"{_comparer()}\n{name}\n{old_print}\n{new_print}"
    key = sha256(said.encode()).hexdigest()
    sides = (old, old.entry), (new, new.entry)
    return new.reading.store.get("compared", key, lambda: _compare(name, *sides))


def _compare(name: str, old: "tuple[Found, Entry]", new: "tuple[Found, Entry]") -> Compared:
    before, after = (run.side(one.reading, entry, name) for one, entry in (old, new))
    report = compare_optimizer(name, before, after, Decisions(new[0].reading.store))
    changes = (
        Change(one.id, one.rule, one.facet, one.effect, one.title) for one in report.findings
    )
    return Compared(report.verdict, tuple(changes))


@cache
def _comparer() -> str:
    """Hash of the code that compares: the store's own version covers what reads."""
    root = Path(__file__).parent
    stamp = sha256()
    for file in sorted((*root.glob("comparison/**/*.py"), *root.glob("rules/**/*.py"))):
        stamp.update(file.read_bytes())
    return stamp.hexdigest()


def facts(  # noqa: PLR0913 - the range, and how to read it
    name: str,
    property_name: str,
    options: SourceOptions,
    *,
    first: str | None = None,
    last: str | None = None,
    jobs: int | None = None,
) -> tuple[Fact, ...]:
    """What each release says about one property of an optimizer.

    Args:
        name: the optimizer.
        property_name: ``default:epsilon``, ``parameter:epsilon``, ``slot:m``, ``slot:m:initial``,
            ``update:dense/ref/cpu``, ``op:ApplyAdam``.
        options: where the releases come from.
        first: as in ``history``.
        last: as in ``history``.
        jobs: as in ``history``.

    Raises:
        UsageError: no release has such a property.
    """
    _, found = _followed(name, options, first, last, jobs=jobs)
    told = tuple(
        Fact(
            one.ref,
            _property(one.reading.optimizer(one.entry), property_name) if one.entry else None,
        )
        for one in found
    )
    if all(fact.value is None for fact in told):
        raise UsageError(
            f"No release of {name} has the property {property_name!r}. Ask for default:NAME, "
            f"parameter:NAME, slot:NAME, slot:NAME:initial, update:PATH or op:NAME; "
            f"`tfdiff show` lists what there is."
        )
    return told


def alike(
    what: str, options: SourceOptions, *, jobs: int | None = None
) -> tuple[tuple[str, Compared], ...]:
    """Every final release compared with one: which of them behave the same.

    Args:
        what: the optimizer and its release, ``adam@v1.4.0``.
        options: where the releases come from.
        jobs: as in ``history``.
    """
    name, ref = run.named_release(what)
    followed, found = _followed(name, options, None, None, at=ref, jobs=jobs)
    base, *others = found
    if base.entry is None:
        raise UnknownOptimizerError(f"{ref} has no optimizer {name!r}.")
    return tuple((one.ref, _compared(followed, base, one)) for one in others if one.entry)


class Found(NamedTuple):
    """One release, and what the optimizer is called in it; None where it has none."""

    ref: str
    reading: Reading
    entry: Entry | None


def _followed(  # noqa: PLR0913 - the range, and how to read it
    name: str,
    options: SourceOptions,
    first: str | None,
    last: str | None,
    *,
    at: str | None = None,
    jobs: int | None = None,
) -> tuple[str, list[Found]]:
    """The optimizer in every release of a range; ``at`` goes before the range if given.

    The name is resolved in the newest release that knows it (or in ``at``), and followed from
    there by its public names: ``adam`` does not become another class half way.
    """
    refs = _range(options, first, last)
    asked = (at, *refs) if at else refs
    readings = run.read_releases(asked, options)
    unread = [ref for ref, reading in zip(asked, readings, strict=True) if not reading.known]
    _prepare(name, unread, options, jobs)
    for reading in readings[:1] if at else reversed(readings):
        try:
            anchor = reading.catalog.resolve(name).entry
        except UnknownOptimizerError:
            continue
        pairs = zip(asked, readings, strict=True)
        return anchor.name, [Found(ref, each, each.catalog.matching(anchor)) for ref, each in pairs]
    raise UnknownOptimizerError(f"None of {len(refs)} releases has an optimizer {name!r}.")


def _prepare(name: str, refs: Sequence[str], options: SourceOptions, jobs: int | None) -> None:
    """Read the releases on several processors; what they find is kept for the run that follows.

    A worker that dies takes nothing with it: what it did not read is read later.
    """
    workers = min(jobs or os.cpu_count() or 1, len(refs) // _CHUNK)
    if workers < 2:  # noqa: PLR2004 - one worker is no help
        return
    from joblib import Parallel, delayed  # noqa: PLC0415 - it loads slowly
    from joblib.externals.loky.process_executor import TerminatedWorkerError  # noqa: PLC0415

    quiet = replace(options, progress=None)
    chunks = [tuple(refs[place : place + _CHUNK]) for place in range(0, len(refs), _CHUNK)]
    with suppress(TerminatedWorkerError):
        Parallel(n_jobs=workers)(delayed(_read)(name, chunk, quiet) for chunk in chunks)


def _read(name: str, refs: tuple[str, ...], options: SourceOptions) -> None:
    """Read a few releases, and compare each with the one before."""
    present: list[Found] = []
    for ref, reading in zip(refs, run.read_releases(refs, options), strict=True):
        with suppress(UnknownOptimizerError):
            entry = reading.catalog.resolve(name).entry
            reading.optimizer(entry)
            present.append(Found(ref, reading, entry))
    for old, new in pairwise(present):
        if old.entry and new.entry and old.entry.name == new.entry.name:
            _compared(new.entry.name, old, new)


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
