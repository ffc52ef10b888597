"""What the page shows, put together before any template sees it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from markupsafe import Markup

import tfdiff
from tfdiff.findings import OptimizerReport, Report
from tfdiff.render.anchors import Anchors, Link, region_key
from tfdiff.render.cards import Card, card
from tfdiff.render.detail import DETAILS, Detail
from tfdiff.render.json import dumps
from tfdiff.render.optimizer_view import OptimizerView, is_same, note_lines, optimizer_view
from tfdiff.render.regions import RegionView, region_view
from tfdiff.render.tables import Unread, unread
from tfdiff.render.visible import one_line
from tfdiff.render.wording import (
    EFFECTS,
    QUESTIONS,
    answer,
    gravity,
    question,
    warnings,
    worst_first,
)
from tfdiff.sources.tree import Release
from tfdiff.trackers.summary import summarise

OwnPages: TypeAlias = Mapping[tuple[str, str | None], str]
"""Name and file of an optimizer -> address of a page of its own."""

NO_PAGES: Final[OwnPages] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that the page can be filtered by."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    question: str
    answer: str
    tool: str
    old: Release
    new: Release
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    other_notes: tuple[str, ...]
    optimizers: tuple[OptimizerView, ...]
    shared: tuple[Card, ...]
    shared_regions: tuple[RegionView, ...]
    regions_read: int
    regions_found: int
    opaque: tuple[Unread, ...]
    missing: tuple[str, ...]
    questions: dict[str, str]
    effects: tuple[Choice, ...]
    facets: tuple[Choice, ...]
    files: tuple[Choice, ...]
    left_out: str
    embedded: Markup

    @property
    def single(self) -> OptimizerView | None:
        """The optimizer of a report on one."""
        return self.optimizers[0] if len(self.optimizers) == 1 else None

    @property
    def sections(self) -> tuple[OptimizerView, ...]:
        """The optimizers that the page itself tells of."""
        return tuple(one for one in self.optimizers if one.href.startswith("#"))

    @property
    def verdicts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Per part the verdicts that occur, for choosing among many optimizers."""
        found: dict[str, dict[str, None]] = {name: {} for name in self.questions}
        for optimizer in self.optimizers:
            for part in optimizer.parts:
                found[part.name][part.verdict] = None
        return tuple((name, tuple(words)) for name, words in found.items())

    @property
    def contents(self) -> tuple[Link, ...]:
        """Links to the parts of a report on one optimizer, those that there are."""
        one = self.single
        if one is None:
            return ()
        parts_there = (
            ("changes", f"What changed ({one.changes})", True),
            ("rule", "Update rule", bool(one.path_rows)),
            ("state", "State", bool(one.slots)),
            ("unchanged", "Unchanged", bool(one.unchanged or one.quiet or one.same_regions)),
            ("unread", f"Not read ({len(one.unread)})", bool(one.unread)),
            ("source", "Annotated source", bool(one.regions)),
        )
        links = [Link(f"#{one.anchor}--{name}", text) for name, text, there in parts_there if there]
        return (*links, Link("#coverage", "What was looked at"))


def page(report: Report, detail: Detail = DETAILS[0], own_pages: OwnPages = NO_PAGES) -> Page:
    """The view of a report.

    Args:
        report: what comparison found.
        detail: how much of it is shown.
        own_pages: where optimizers have pages of their own.
    """
    anchors = Anchors(report)
    ordered = sorted(report.optimizers, key=worst_first)
    optimizers = tuple(
        optimizer_view(one, report, anchors, detail, own_pages.get(page_key(one), ""))
        for one in ordered
    )
    shared = _shared_cards(report, anchors, detail)
    cards = [*shared, *(c for one in optimizers for c in (*one.cards, *one.quiet))]
    return Page(
        title=one_line(question(report)),
        question=one_line(question(report)),
        answer=one_line(answer(report)),
        tool=f"tfdiff {tfdiff.__version__}",
        old=report.old,
        new=report.new,
        warnings=tuple(map(one_line, warnings(report))),
        notes=tuple(map(one_line, report.notes)),
        other_notes=note_lines(report.other_notes),
        optimizers=optimizers,
        shared=shared,
        shared_regions=_shared_regions(report, anchors, detail),
        regions_read=report.coverage.parsed,
        regions_found=report.coverage.regions,
        opaque=unread(report.coverage.opaque),
        missing=tuple(map(one_line, _missing(report))),
        questions=QUESTIONS,
        effects=effect_choices(cards),
        facets=facet_choices(cards),
        files=file_choices(cards),
        left_out=detail.left_out,
        embedded=_embedded(report) if detail.copies else Markup(),
    )


def page_key(optimizer: OptimizerReport) -> tuple[str, str | None]:
    """What tells two optimizers of a report apart."""
    return optimizer.name, optimizer.new_path or optimizer.old_path


def _embedded(report: Report) -> Markup:
    """What a ticket's comment says, so that the page can be attached alone.

    It is what the JSON report gives: attaching either of them writes the same comment.
    """
    if not report.optimizers:
        return Markup("{}")
    return Markup(summarise(dumps(report)).embedded())  # noqa: S704 - JSON without a "<"


def _missing(report: Report) -> tuple[str, ...]:
    """What no source had, and what each release's source lacks."""
    lacks = [f"{side.ref}: {what}" for side in (report.old, report.new) for what in side.lacks]
    own = {*report.old.lacks, *report.new.lacks}  # said with the release that lacks it
    others = (what for what in report.coverage.missing if what not in own)
    return tuple(dict.fromkeys((*others, *lacks)))


def effect_choices(cards: Sequence[Card]) -> tuple[Choice, ...]:
    """The effects that occur, in their order of gravity."""
    found = {c.effect for c in cards}
    return tuple(Choice(key, words) for key, (_, words) in EFFECTS.items() if key in found)


def facet_choices(cards: Iterable[Card]) -> tuple[Choice, ...]:
    """The facets that occur."""
    return _choices({c.facet: c.facet_words for c in cards})


def file_choices(cards: Iterable[Card]) -> tuple[Choice, ...]:
    """The files that changed."""
    return _choices({path: one_line(path) for c in cards for path in c.files})


def _choices(found: dict[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, text) for value, text in sorted(found.items()))


def _shared_cards(report: Report, anchors: Anchors, detail: Detail) -> tuple[Card, ...]:
    told = anchors.told
    shared = [
        finding
        for optimizer in report.optimizers
        for finding in told.here(optimizer)
        if told.is_common(finding)
    ]
    return tuple(card(finding, anchors, detail) for finding in sorted(shared, key=gravity))


def _shared_regions(report: Report, anchors: Anchors, detail: Detail) -> tuple[RegionView, ...]:
    found = {
        region_key(region): region
        for optimizer in reversed(report.optimizers)
        for region in optimizer.regions
        if anchors.is_shared(region) and not is_same(region)
    }
    views = [region_view(region, anchors, detail.layout) for region in found.values()]
    return tuple(sorted(views, key=lambda view: int(view.anchor.rsplit("-", 1)[1])))
