"""The account of every changed line: which finding it is under, or why it needs none."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tfdiff.findings import ComparedRegion, Hunk, OptimizerReport, Place, Report
from tfdiff.render.anchors import region_key
from tfdiff.render.visible import one_line
from tfdiff.render.wording import counted


def text(report: Report) -> str:
    """Every changed stretch of the regions reached, then what was not understood."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    regions = _regions(report.optimizers)
    hunks = [hunk for region in regions for hunk in region.hunks]
    counts = Counter(hunk.account for hunk in hunks)
    yield (
        f"{counted(len(hunks), 'changed stretch', 'changed stretches')} in "
        f"{counted(len(regions), 'region')}: {counts['finding']} under a finding, "
        f"{counts['no effect']} without effect, {counts['not classified']} not classified"
    )
    titles = {one.id: one.title for each in report.optimizers for one in each.findings}
    for region in regions:
        if region.hunks:
            yield ""
            yield one_line(f"{region.symbol} ({region.kind}, {region.status}) {_path(region)}")
            yield from (f"  {_hunk(hunk, titles)}" for hunk in region.hunks)
    yield ""
    coverage = report.coverage
    yield f"{coverage.parsed:,} of {counted(coverage.regions, 'region')} were understood"
    yield from (f"  missing: {one_line(what)}" for what in coverage.missing)
    for unknown in coverage.opaque:
        span = unknown.span
        where = f"{span.path}:{span.line}-{span.end_line}" if span else "somewhere"
        yield f"  not understood: {one_line(where)}: {one_line(unknown.reason)}"


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


def _hunk(hunk: Hunk, titles: dict[str, str]) -> str:
    lines = f"{_span(hunk.old):>11} -> {_span(hunk.new):<11}"
    match hunk.account:
        case "finding":
            told = titles.get(hunk.finding or "", "")
            return f"finding         {lines}  {hunk.finding}: {one_line(told)}"
        case "no effect":
            return f"no effect       {lines}  {one_line(hunk.reason)}"
        case _:
            return f"not classified  {lines}  {one_line(hunk.reason)}".rstrip()


def _span(lines: tuple[int, int]) -> str:
    start, end = lines
    return "-" if end < start else f"{start}-{end}"
