"""Where things stand in a page, so that links can be made before the page is."""

import re
from dataclasses import dataclass

from tfdiff.findings import ComparedRegion, OptimizerReport, Place, Report
from tfdiff.render.roots import Root, roots


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
        causes: finding id -> its root cause.
    """

    def __init__(self, report: Report) -> None:
        self.causes: dict[str, Root] = roots(report.optimizers)
        self._reached: dict[object, list[str]] = {}
        self._optimizers = _unique([optimizer.name for optimizer in report.optimizers])
        self._regions: dict[object, str] = {}
        self._evidence: dict[str, list[Link]] = {}
        for optimizer in report.optimizers:
            self._take(optimizer)

    def _take(self, optimizer: OptimizerReport) -> None:
        for region in optimizer.regions:
            key = region_key(region)
            names = self._reached.setdefault(key, [])
            if optimizer.name not in names:
                names.append(optimizer.name)
            anchor = self._regions.setdefault(key, f"source-{len(self._regions) + 1}")
            for number, hunk in enumerate(region.hunks):
                if hunk.finding in self.causes:
                    shown = self.causes[hunk.finding].shown.id
                    links = self._evidence.setdefault(shown, [])
                    link = Link(f"#{anchor}-{number + 1}", region.symbol)
                    if link not in links:
                        links.append(link)

    def optimizer(self, name: str) -> str:
        """The anchor of an optimizer's section."""
        return self._optimizers[name]

    def has_optimizer(self, name: str) -> bool:
        """Whether the report has a section on that optimizer."""
        return name in self._optimizers

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
        """Where in the annotated source a shown finding is to be seen."""
        return tuple(self._evidence.get(finding, ()))


def _unique(names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        anchor = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-") or "optimizer"
        while anchor in found.values():
            anchor += "-"
        found.setdefault(name, anchor)
    return found
