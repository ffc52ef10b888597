"""Where each page of an atlas is, decided before any page is made."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tfdiff.findings import OptimizerReport
from tfdiff.history import Atlas
from tfdiff.render.anchors import Anchors, Link
from tfdiff.render.optimizer_view import tells
from tfdiff.render.told import Told
from tfdiff.render.view import OwnPages, page_key
from tfdiff.render.visible import one_line

INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Way:
    """What the frame of a page needs: how far up the root is, where else to go, its scripts."""

    root: str
    ways: tuple[Link, ...]
    scripts: tuple[str, ...] = ()


class Places:
    """The addresses of an atlas' pages, from its root.

    Attributes:
        releases: for each release its page; "" for the first, which has nothing before it.
        lines: for each optimizer its page.
        labels: for each optimizer its name, with its file where another one has the same name.
    """

    def __init__(self, atlas: Atlas) -> None:
        refs = _slugs([release.ref for release in atlas.releases])
        pages = [f"releases/{name}.html" for name in refs]
        self.releases = ("", *pages[1:])
        slugs = _slugs([line.name for line in atlas.lines])
        names = Counter(line.name for line in atlas.lines)
        self.labels = tuple(
            one_line(line.name if names[line.name] == 1 else f"{line.name} ({line.path})")
            for line in atlas.lines
        )
        self.lines = tuple(f"optimizers/{slug}.html" for slug in slugs)
        self._anchors = [Anchors(report) for report in atlas.passages]
        self._told = [
            {id(one) for one in report.optimizers if tells(one, anchors.told)}
            for report, anchors in zip(atlas.passages, self._anchors, strict=True)
        ]

    def section(self, place: int, report: OptimizerReport) -> str:
        """Where the release at a place (from 1) tells of an optimizer; "" where it does not."""
        if id(report) not in self._told[place - 1]:
            return ""
        return f"{self.releases[place]}#{self._anchors[place - 1].optimizer(report)}"

    def told(self, place: int) -> Told:
        """Which finding of the release at a place (from 1) is told where."""
        return self._anchors[place - 1].told

    def finding(self, place: int, finding_id: str) -> str:
        """Where a finding of the release at a place (from 1) is told."""
        return f"{self.releases[place]}#{finding_id}"


def own_pages(atlas: Atlas, places: Places, place: int) -> OwnPages:
    """Where the page of a release finds the pages of its optimizers."""
    found: dict[tuple[str, str | None], str] = {}
    for line, page in zip(atlas.lines, places.lines, strict=True):
        report = line.stops[place].report
        if report is not None:
            found.setdefault(page_key(report), f"../{page}")
    return found


def ways_of_release(atlas: Atlas, places: Places, place: int) -> Way:
    """The frame of a release's page."""
    neighbours = []
    for word, other in (("before", place - 1), ("after", place + 1)):
        if 0 < other < len(atlas.releases):
            name = places.releases[other].removeprefix("releases/")
            neighbours.append(Link(name, f"{word}: {one_line(atlas.releases[other].ref)}"))
    return Way("../", (Link(f"../{INDEX}", "All releases"), *neighbours), ("script.js",))


def _slugs(names: list[str]) -> list[str]:
    """File names, unique where case does not matter too."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-.") or "page"
        slug, number = plain, 1
        while slug.casefold() in taken:
            number += 1
            slug = f"{plain}-{number}"
        taken.add(slug.casefold())
        found.append(slug)
    return found
