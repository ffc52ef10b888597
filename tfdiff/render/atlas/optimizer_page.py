"""An optimizer's page: its timeline, and what changed in each release, with the way to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tfdiff.findings import Finding, OptimizerReport
from tfdiff.history import Atlas, Line, Stop
from tfdiff.render.anchors import Link
from tfdiff.render.atlas.places import INDEX, Places, Way
from tfdiff.render.html import site_page
from tfdiff.render.optimizer_view import Reference
from tfdiff.render.timeline import Moment, Timeline, is_one_sided, part_hrefs, timeline
from tfdiff.render.visible import one_line
from tfdiff.render.wording import (
    EFFECT_TONES,
    EFFECTS,
    Part,
    counted,
    gravity,
    is_quiet,
    moved_words,
    parts,
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a release changed in the optimizer."""

    anchor: str
    link: Link
    summary: str
    parts: tuple[Part, ...]
    findings: tuple[Reference, ...]
    quiet: int


@dataclass(frozen=True, slots=True)
class OptimizerPage:
    """The whole page."""

    title: str
    answer: str
    called: tuple[str, ...]
    timeline: Timeline
    changes: tuple[Change, ...]


def optimizer_pages(atlas: Atlas, places: Places) -> Iterator[tuple[str, str]]:
    """Address and text of each optimizer's page."""
    way = Way("../", (Link(f"../{INDEX}", "All optimizers"),))
    for line, address, label in zip(atlas.lines, places.lines, places.labels, strict=True):
        page = _page(line, label, atlas, places)
        yield address, site_page("atlas_optimizer.html", way, page=page)


def _page(line: Line, label: str, atlas: Atlas, places: Places) -> OptimizerPage:
    refs = [one_line(release.ref) for release in atlas.releases]
    stops = [
        _At(place, refs[place], stop, tuple(_findings(stop.report, places, place)))
        for place, stop in _lifetime(line)
    ]
    there = [one.ref for one in stops if one.stop.name]
    steps = [
        (one.ref, one.stop.report.verdict)
        for one in stops
        if one.stop.report and not is_one_sided(one.stop.report)
    ]
    said = f"It is in {counted(len(there), 'release')} from {there[0]} to {there[-1]}."
    return OptimizerPage(
        title=label,
        answer=f"{said} {moved_words(steps)}",
        called=tuple(dict.fromkeys(one_line(stop.name) for stop in line.stops if stop.name)),
        timeline=timeline(line.name, tuple(_moment(one, places) for one in stops)),
        changes=tuple(_changes(stops, places)),
    )


def _lifetime(line: Line) -> list[tuple[int, Stop]]:
    """Place and stop from the first release that has it to the one after the last."""
    there = [place for place, stop in enumerate(line.stops) if stop.name]
    return list(enumerate(line.stops))[there[0] : there[-1] + 2]


class _At(NamedTuple):
    """An optimizer at a release, and all findings that reach it there."""

    place: int
    ref: str
    stop: Stop
    findings: tuple[tuple[str, Finding], ...]


def _findings(
    report: OptimizerReport | None, places: Places, place: int
) -> Iterator[tuple[str, Finding]]:
    """Address and finding, the gravest first; also those that are told with another one."""
    if report is None:
        return
    told = places.told(place)
    for finding in sorted((*told.here(report), *told.away(report)), key=gravity):
        yield f"../{places.finding(place, told.id(finding))}", finding


def _moment(one: _At, places: Places) -> Moment:
    report, there = one.stop.report, one.stop.name is not None
    if report is None:
        return Moment(one.ref, there=there)
    told = places.section(one.place, report)
    hrefs = part_hrefs(one.findings)
    return Moment(one.ref, there, report, f"#{_anchor(one.ref)}" if told else "", hrefs)


def _changes(stops: Sequence[_At], places: Places) -> Iterator[Change]:
    for one in stops:
        report = one.stop.report
        section = places.section(one.place, report) if report else ""
        if report is None or not section:
            continue
        yield Change(
            anchor=_anchor(one.ref),
            link=Link(f"../{section}", one.ref),
            summary=one_line(report.verdict.summary),
            parts=() if is_one_sided(report) else parts(report.verdict),
            findings=tuple(
                Reference(
                    href,
                    one_line(finding.title),
                    *EFFECTS[finding.effect],
                    EFFECT_TONES[finding.effect],
                )
                for href, finding in one.findings
                if not is_quiet(finding)
            ),
            quiet=sum(is_quiet(finding) for _, finding in one.findings),
        )


def _anchor(ref: str) -> str:
    return f"in-{ref}"
