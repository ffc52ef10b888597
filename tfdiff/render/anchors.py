"""Where things stand in a page, so that links can be made before the page is."""

import re
from dataclasses import dataclass

from tfdiff.findings import ComparedRegion, OptimizerReport, Place, Report
from tfdiff.render.told import Told
from tfdiff.render.visible import one_line


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the page and what it is called."""

    href: str
    text: str


def region_key(region: ComparedRegion) -> object:
    """What makes two regions the same text of the same code, whoever reaches it."""
    return region.kind, region.symbol, region.device, _where(region.old), _where(region.new)


def _where(place: Place | None) -> object:
    return place and (place.path, place.start, place.end)


class Anchors:
    """Names for optimizers, findings and regions of one report, each unique.

    Attributes:
        told: which finding is told where.
    """

    def __init__(self, report: Report) -> None:
        self.told = Told(report.optimizers)
        self._reached: dict[object, list[str]] = {}
        self._optimizers: dict[int, str] = {}
        self._names: dict[str, str] = {}
        self._regions: dict[object, str] = {}
        self._evidence: dict[str, dict[str, Link]] = {}  # by region: its first hunk
        for optimizer in report.optimizers:
            anchor = _unique(optimizer.name, set(self._optimizers.values()))
            self._optimizers[id(optimizer)] = anchor
            self._names.setdefault(optimizer.name, anchor)
            self._take(optimizer)

    def _take(self, optimizer: OptimizerReport) -> None:
        for region in optimizer.regions:
            key = region_key(region)
            names = self._reached.setdefault(key, [])
            if self.told.label(optimizer) not in names:
                names.append(self.told.label(optimizer))
            anchor = self._regions.setdefault(key, f"source-{len(self._regions) + 1}")
            for number, hunk in enumerate(region.hunks):
                if hunk.finding in self.told.findings:
                    first = Link(f"#{anchor}-{number + 1}", one_line(region.symbol))
                    self._evidence.setdefault(hunk.finding, {}).setdefault(anchor, first)

    def optimizer(self, optimizer: OptimizerReport) -> str:
        """The anchor of an optimizer's section."""
        return self._optimizers[id(optimizer)]

    def named(self, name: str) -> str | None:
        """The anchor of the first optimizer of that name, None where the report has none."""
        return self._names.get(name)

    def region(self, region: ComparedRegion) -> str:
        """The anchor of a region; hunk ``n`` (from 0) has ``-{n + 1}`` added."""
        return self._regions[region_key(region)]

    def is_shared(self, region: ComparedRegion) -> bool:
        """Whether several optimizers of the report reach the region."""
        return len(self._reached[region_key(region)]) > 1

    def reached_by(self, region: ComparedRegion) -> tuple[str, ...]:
        """The optimizers of the report that reach the region."""
        return tuple(self._reached[region_key(region)])

    def evidence(self, finding: str) -> tuple[Link, ...]:
        """Where in the annotated source a shown finding is first to be seen, region by region."""
        return tuple(self._evidence.get(finding, {}).values())


def _unique(name: str, taken: set[str]) -> str:
    anchor = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-") or "optimizer"
    while anchor in taken:
        anchor += "-"
    return anchor
