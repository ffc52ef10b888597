"""All optimizers over all releases: each release against the next, each optimizer's own line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from tfdiff import run
from tfdiff.extract.catalog import Entry
from tfdiff.extract.matches import Match
from tfdiff.extract.python.entries import home
from tfdiff.extract.reading import Reading
from tfdiff.findings import OptimizerReport, Report
from tfdiff.history.crew import THIS_MACHINE, Crew
from tfdiff.history.following import ALL_RELEASES, Range, releases
from tfdiff.history.kept import Passage, is_known, passage, passage_key
from tfdiff.sources import Release, SourceOptions


@dataclass(frozen=True, slots=True)
class Stop:
    """An optimizer at one release.

    Attributes:
        name: what it is called there, None where the release has no such optimizer.
        report: what the step from the release before came to; None for the first release, and
            where neither of the two has it.
    """

    name: str | None
    report: OptimizerReport | None


@dataclass(frozen=True, slots=True)
class Line:
    """One optimizer over all releases.

    Attributes:
        name: its public name at the newest release that has it.
        path: its file there.
        stops: one for each release.
    """

    name: str
    path: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Atlas:
    """All optimizers over releases.

    Attributes:
        releases: in version order.
        passages: the report on each release and the next.
        keys: for each of these what names its content.
        lines: every optimizer, those first that a short name stands for.
    """

    releases: tuple[Release, ...]
    passages: tuple[Report, ...]
    keys: tuple[str, ...]
    lines: tuple[Line, ...]


def atlas(
    options: SourceOptions, *, asked: Range = ALL_RELEASES, crew: Crew = THIS_MACHINE
) -> Atlas:
    """Compare all optimizers of all final releases, each release with the next.

    Args:
        options: where the releases come from.
        asked: from which release to which.
        crew: who reads the releases.

    Raises:
        UsageError: the range holds fewer than two releases.
    """
    refs = releases(options, asked)
    readings = run.read_releases(refs, options)
    unknown = _unknown(refs, readings)
    if unknown:
        crew.work(compare, unknown, options, readings[0].store, ("passage",))
    passages = tuple(passage(old, new) for old, new in pairwise(readings))
    return Atlas(
        releases=tuple(reading.release for reading in readings),
        passages=tuple(one.report for one in passages),
        keys=tuple(passage_key(old, new) for old, new in pairwise(readings)),
        lines=tuple(line for _, line in sorted(_lines(passages), key=_rank)),
    )


def compare(readings: Sequence[Reading]) -> None:
    """Compare consecutive releases; the comparisons are kept in their store."""
    for old, new in pairwise(readings):
        passage(old, new)
        old.rest()


def _unknown(refs: Sequence[str], readings: Sequence[Reading]) -> list[tuple[str, ...]]:
    """The stretches of releases that were not yet compared."""
    steps = list(zip(pairwise(refs), pairwise(readings), strict=True))
    found = []
    for known, group in groupby(steps, key=lambda step: is_known(*step[1])):
        pairs = [pair for pair, _ in group]
        if not known:
            found.append((pairs[0][0], *(new for _, new in pairs)))
    return found


def _rank(found: tuple[Entry, Line]) -> tuple[int, str, str]:
    lasting, *_ = found[0].identities
    return home(lasting)[0], lasting, found[0].path


Node = tuple[int, Entry]
"""Place of a release, and an optimizer that it has."""


def _lines(passages: Sequence[Passage]) -> Iterator[tuple[Entry, Line]]:
    """Every optimizer that no later release has under any of its names, back to its origin."""
    before = _before(passages)
    followed = {node for node in before.values() if node}
    reports = {
        (place, match): report
        for place, one in enumerate(passages)
        for match, report in zip(one.matches, one.report.optimizers, strict=True)
    }
    for node in before:
        if node not in followed:
            path = dict(_back(node, before))
            entry, stops = node[1], _stops(path, reports, len(passages) + 1)
            yield entry, Line(entry.name, entry.path, tuple(stops))


def _before(passages: Sequence[Passage]) -> dict[Node, Node | None]:
    """Each optimizer at each release, and what it was at the last release that had it."""
    found: dict[Node, Node | None] = {(0, old): None for old, _ in passages[0].matches if old}
    latest: dict[str, Node] = {}
    for node in found:
        latest |= dict.fromkeys(_names(node[1]), node)
    for place, one in enumerate(passages, 1):
        for old, new in one.matches:
            if new and (place, new) not in found:
                # One that was away is known by its name.
                away = (latest[name] for name in _names(new) if name in latest)
                found[place, new] = (place - 1, old) if old else next(away, None)
        for _, new in one.matches:
            if new:
                latest |= dict.fromkeys(_names(new), (place, new))
    return found


def _names(entry: Entry) -> tuple[str, ...]:
    return (*entry.public_names, *entry.identities)


def _back(node: Node | None, before: dict[Node, Node | None]) -> Iterator[Node]:
    while node:
        yield node
        node = before[node]


def _stops(
    path: dict[int, Entry],
    reports: dict[tuple[int, Match], OptimizerReport],
    count: int,
) -> Iterator[Stop]:
    yield Stop(path[0].name if 0 in path else None, None)
    for place in range(1, count):
        old, new = path.get(place - 1), path.get(place)
        yield Stop(new.name if new else None, reports.get((place - 1, (old, new))))
