"""The first page of an atlas: all optimizers and releases at a glance, all rules, and search."""

from collections.abc import Iterator
from dataclasses import dataclass

import tfdiff
from tfdiff.findings import Report
from tfdiff.history import Atlas, Line
from tfdiff.render.anchors import Link
from tfdiff.render.atlas.places import Places, Way
from tfdiff.render.atlas.rule_page import RulePage
from tfdiff.render.html import site_page
from tfdiff.render.timeline import is_one_sided
from tfdiff.render.visible import one_line
from tfdiff.render.wording import ICONS, SEVEREST, Tone, counted, is_quiet, parts

_CAME, _WENT = "+", "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Cell:
    """An optimizer at a release: what the step to it changed, at its worst."""

    there: bool
    tone: Tone | None
    icon: str
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """An optimizer over all releases."""

    href: str
    module: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release in the list of them."""

    link: Link
    warning: str
    optimizers: int
    changed: int
    changes: int
    numeric: int


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The whole page."""

    title: str
    answer: str
    tool: str
    columns: tuple[Link, ...]
    rows: tuple[Row, ...]
    releases: tuple[ReleaseRow, ...]
    rules: tuple[tuple[Link, tuple[str, ...], int], ...]


def index_page(atlas: Atlas, places: Places, rules: tuple[tuple[str, RulePage], ...]) -> str:
    """The text of the page."""
    first, last = (one_line(atlas.releases[place].ref) for place in (0, -1))
    changes = sum(len(places.told(place).findings) for place in range(1, len(atlas.releases)))
    page = IndexPage(
        title=f"The optimizers from {first} to {last}",
        answer=f"{counted(len(atlas.lines), 'optimizer')}, "
        f"{counted(len(atlas.releases), 'release')}, {counted(changes, 'change')}: read from the "
        f"sources of each release and compared with the release before it.",
        tool=f"tfdiff {tfdiff.__version__}",
        columns=_links(atlas, places),
        rows=tuple(
            Row(address, *_split(label), tuple(_cells(line, atlas, places)))
            for line, address, label in zip(atlas.lines, places.lines, places.labels, strict=True)
        ),
        releases=tuple(_release_rows(atlas, places)),
        rules=tuple((Link(address, one.title), one.meaning, one.times) for address, one in rules),
    )
    way = Way("", (), ("search-data.js", "atlas.js"))
    return site_page("atlas_index.html", way, page=page)


def _split(label: str) -> tuple[str, str]:
    """``tf.train.`` and ``AdamOptimizer``: a narrow page shows the name alone."""
    name, space, path = label.partition(" ")
    module, dot, last = name.rpartition(".")
    return module + dot, last + space + path


def _links(atlas: Atlas, places: Places) -> tuple[Link, ...]:
    return tuple(
        Link(address, one_line(release.ref))
        for release, address in zip(atlas.releases, places.releases, strict=True)
    )


def _cells(line: Line, atlas: Atlas, places: Places) -> Iterator[Cell]:
    for place, (release, stop) in enumerate(zip(atlas.releases, line.stops, strict=True)):
        there, report = stop.name is not None, stop.report
        if report is None:
            yield Cell(there, None, "", "", "")
            continue
        href = places.section(place, report)
        if is_one_sided(report):
            tone: Tone = "near" if there else "bad"
            yield Cell(there, tone, _CAME if there else _WENT, href, report.verdict.summary)
            continue
        told = [part for part in parts(report.verdict) if part.tone != "good"]
        if not told:
            yield Cell(there, None, "", href, "")
            continue
        worst = min((part.tone for part in told), key=SEVEREST.index)
        said = ", ".join(f"{part.name} {part.verdict}" for part in told)
        yield Cell(there, worst, ICONS[worst], href, f"{one_line(release.ref)}: {said}")


def _release_rows(atlas: Atlas, places: Places) -> Iterator[ReleaseRow]:
    for place, link in enumerate(_links(atlas, places)):
        release = atlas.releases[place]
        report = atlas.passages[place - 1] if place else None
        findings = places.told(place).findings.values() if report else ()
        yield ReleaseRow(
            link=link,
            warning=one_line(" ".join(release.warnings)),
            optimizers=sum(line.stops[place].name is not None for line in atlas.lines),
            changed=_changed(report) if report else 0,
            changes=sum(not is_quiet(one) for one in findings),
            numeric=sum(one.effect in {"numeric", "numeric-conditional"} for one in findings),
        )


def _changed(report: Report) -> int:
    return sum(any(part.tone != "good" for part in parts(one.verdict)) for one in report.optimizers)
