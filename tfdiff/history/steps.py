"""One optimizer from release to release, and which releases behave the same."""

from dataclasses import dataclass
from itertools import pairwise

from tfdiff import run
from tfdiff.errors import UnknownOptimizerError
from tfdiff.findings import OptimizerReport
from tfdiff.history.crew import THIS_MACHINE, Crew
from tfdiff.history.following import ALL_RELEASES, Found, Range, followed
from tfdiff.history.kept import told
from tfdiff.sources import Release, SourceOptions


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer from one release to the next that has it.

    Attributes:
        report: findings and verdicts; no formulas, no annotated source.
    """

    old: Release
    new: Release
    report: OptimizerReport


@dataclass(frozen=True, slots=True)
class History:
    """One optimizer over releases.

    Attributes:
        name: the public name that was followed.
        releases: the releases that were asked for, in version order.
        absent: names of those of them that have no such optimizer.
        steps: from each release that has it to the next one that has it.
    """

    name: str
    releases: tuple[Release, ...]
    absent: tuple[str, ...]
    steps: tuple[Step, ...]


def history(
    name: str, options: SourceOptions, *, asked: Range = ALL_RELEASES, crew: Crew = THIS_MACHINE
) -> History:
    """What changed in an optimizer from release to release.

    Args:
        name: the optimizer, as in ``run.compare``.
        options: where the releases come from.
        asked: from which release to which.
        crew: who reads the releases.

    Raises:
        UnknownOptimizerError: none of the releases has it.
        UsageError: the range holds fewer than two releases.
    """
    called, found = followed(name, options, crew, asked)
    present = [one for one in found if one.entry]
    steps = tuple(_step(called, old, new) for old, new in pairwise(present))
    absent = tuple(one.reading.release.ref for one in found if one.entry is None)
    return History(called, tuple(one.reading.release for one in found), absent, steps)


def alike(what: str, options: SourceOptions, *, crew: Crew = THIS_MACHINE) -> tuple[Step, ...]:
    """Every final release compared with one: which of them behave the same.

    Args:
        what: the optimizer and its release, ``adam@v1.4.0``.
        options: where the releases come from.
        crew: who reads the releases.
    """
    name, ref = run.named_release(what)
    called, (base, *others) = followed(name, options, crew, at=ref)
    if base.entry is None:
        raise UnknownOptimizerError(f"{ref} has no optimizer {called!r}.")
    return tuple(_step(called, base, one) for one in others if one.entry)


def _step(name: str, old: Found, new: Found) -> Step:
    report = told((old.entry, new.entry), name, old.reading, new.reading)
    return Step(old.reading.release, new.reading.release, report)
