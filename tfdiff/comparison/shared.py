"""What is not decided of one optimizer and is of others that reach the same lines.

A base class has no step of its own, and a wrapper's is not read to its end. Where the optimizers
whose step was decided tell of the same lines by the proof of what they do, that is what is told.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from tfdiff.findings import ComparedRegion, Finding, Hunk, OptimizerReport

Lines = tuple[object, ...]


def told_by_others(reports: tuple[OptimizerReport, ...]) -> tuple[OptimizerReport, ...]:
    """The reports, those without a decided step with what the others say of the same lines."""
    decided = [report for report in reports if _decided(report)]
    if len(decided) == len(reports):
        return reports
    findings = {one.id: one for report in decided for one in report.findings}
    known: dict[Lines, list[Hunk]] = defaultdict(list)
    for report in decided:
        for region in report.regions:
            for hunk in region.hunks:
                known[_lines(region, hunk)].append(hunk)
    return tuple(
        report if _decided(report) else _told(report, known, findings) for report in reports
    )


def _decided(report: OptimizerReport) -> bool:
    return any(path.verdict != "undecided" for path in report.paths)


def _lines(region: ComparedRegion, hunk: Hunk) -> Lines:
    paths = (place and place.path for place in (region.old, region.new))
    return (*paths, region.symbol, hunk.old, hunk.new)


def _told(
    report: OptimizerReport, known: dict[Lines, list[Hunk]], findings: dict[str, Finding]
) -> OptimizerReport:
    own: dict[str, list[Lines]] = defaultdict(list)
    for region in report.regions:
        for hunk in region.hunks:
            if hunk.finding:
                own[hunk.finding].append(_lines(region, hunk))
    kept: list[Finding] = []
    gone: dict[str, Finding] = {}
    for one in report.findings:
        others = [known.get(lines, []) for lines in own.get(one.id, [])]
        if others and all(others) and not _says_the_same(one, others, findings):
            gone[one.id] = one
            its = dict.fromkeys(hunk.finding for hunks in others for hunk in hunks if hunk.finding)
            kept.extend(replace(findings[name], optimizer=report.name) for name in its)
        else:
            kept.append(one)
    if not gone:
        return report
    unique = {one.id: one for one in kept}
    return replace(
        report,
        findings=tuple(unique.values()),
        regions=tuple(_referring(region, gone, known) for region in report.regions),
    )


def _says_the_same(
    one: Finding, others: Iterable[list[Hunk]], findings: dict[str, Finding]
) -> bool:
    """Whether an optimizer that was decided tells of these lines by the same rule."""
    return any(
        hunk.finding and findings[hunk.finding].rule == one.rule
        for hunks in others
        for hunk in hunks
    )


def _referring(
    region: ComparedRegion, gone: dict[str, Finding], known: dict[Lines, list[Hunk]]
) -> ComparedRegion:
    return replace(
        region,
        hunks=tuple(
            known[_lines(region, hunk)][0] if hunk.finding in gone else hunk
            for hunk in region.hunks
        ),
    )
