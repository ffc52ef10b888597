"""The account of every changed line: which finding it is under, or why it needs none."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tfdiff.findings import (
    ComparedFile,
    ComparedRegion,
    FileHunk,
    Hunk,
    OptimizerReport,
    Place,
    Report,
)
from tfdiff.render.anchors import region_key
from tfdiff.render.visible import one_line, visible
from tfdiff.render.wording import counted


def text(report: Report) -> str:
    """Every changed stretch of the regions reached, then what was not understood."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    titles = {one.id: one.title for each in report.optimizers for one in each.findings}
    if report.files:
        yield from _files(report.files, titles)
    else:
        yield from _reached(report, titles)
    yield from _notes(report)
    yield ""
    coverage = report.coverage
    yield f"{coverage.parsed:,} of {counted(coverage.regions, 'region')} were understood"
    yield from (f"  missing: {one_line(what)}" for what in coverage.missing)
    for unknown in coverage.opaque:
        span = unknown.span
        where = f"{span.path}:{span.line}-{span.end_line}" if span else "somewhere"
        yield f"  not understood: {one_line(where)}: {one_line(unknown.reason)}"


def _files(files: tuple[ComparedFile, ...], titles: dict[str, str]) -> Iterator[str]:
    """Every hunk of every file that differs."""
    counts = Counter(hunk.account for file in files for hunk in file.hunks)
    yield (
        f"{counted(counts.total(), 'hunk')} in {counted(len(files), 'file')}: "
        f"{counts['finding']} under a finding, {counts['no effect']} without effect, "
        f"{counts['not reached']} reached by no optimizer reported, "
        f"{counts['not classified']} not classified"
    )
    for file in files:
        yield ""
        yield one_line(" -> ".join(dict.fromkeys(p for p in (file.old_path, file.new_path) if p)))
        for hunk in file.hunks:
            yield f"  {_hunk(hunk, titles)}"
            yield from (f"      -{visible(line)}" for line in hunk.removed)
            yield from (f"      +{visible(line)}" for line in hunk.added)


def _notes(report: Report) -> Iterator[str]:
    """What the release notes say that no finding is about."""
    found = [(one.name, note) for one in report.optimizers for note in one.other_notes]
    found += [("optimizers", note) for note in report.other_notes]
    if found:
        yield ""
        yield "in the release notes, and in no finding:"
    for name, note in found:
        yield one_line(f"  {name}: {note.version}: {note.text}")


def _reached(report: Report, titles: dict[str, str]) -> Iterator[str]:
    regions = _regions(report.optimizers)
    hunks = [hunk for region in regions for hunk in region.hunks]
    counts = Counter(hunk.account for hunk in hunks)
    yield (
        f"{counted(len(hunks), 'changed stretch', 'changed stretches')} in "
        f"{counted(len(regions), 'region')}: {counts['finding']} under a finding, "
        f"{counts['no effect']} without effect, {counts['not classified']} not classified"
    )
    for region in regions:
        if region.hunks:
            yield ""
            yield one_line(f"{region.symbol} ({region.kind}, {region.status}) {_path(region)}")
            yield from (f"  {_hunk(hunk, titles)}" for hunk in region.hunks)


def _regions(optimizers: Iterable[OptimizerReport]) -> list[ComparedRegion]:
    """Every region once, however many optimizers reach it."""
    found: dict[object, ComparedRegion] = {}
    for optimizer in optimizers:
        for region in optimizer.regions:
            found.setdefault(region_key(region), region)
    return list(found.values())


def _path(region: ComparedRegion) -> str:
    places: list[Place] = [place for place in (region.old, region.new) if place]
    return " -> ".join(dict.fromkeys(place.path for place in places))


def _hunk(hunk: Hunk | FileHunk, titles: dict[str, str]) -> str:
    lines = f"{_span(hunk.old):>11} -> {_span(hunk.new):<11}"
    match hunk.account:
        case "finding":
            told = titles.get(hunk.finding or "", "")
            return f"finding         {lines}  {hunk.finding}: {one_line(told)}"
        case "no effect":
            return f"no effect       {lines}  {one_line(hunk.reason)}"
        case "not reached":
            return f"not reached     {lines}  {one_line(hunk.reason)}"
        case _:
            return f"not classified  {lines}  {one_line(hunk.reason)}".rstrip()


def _span(lines: tuple[int, int]) -> str:
    start, end = lines
    return "-" if end < start else f"{start}-{end}"
