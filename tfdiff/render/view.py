"""What the page shows, put together before any template sees it."""

import json
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

import tfdiff
from tfdiff.findings import ComparedRegion, OptimizerReport, Report
from tfdiff.render.anchors import Anchors, Link, region_key
from tfdiff.render.cards import Card, card
from tfdiff.render.markdown import summary
from tfdiff.render.regions import RegionView, region_view
from tfdiff.render.source import Layout
from tfdiff.render.tables import SlotRow, Unread, slot_rows, unchanged_groups, unread
from tfdiff.render.update_rule import PathRow, RuleView, rules_and_paths
from tfdiff.render.visible import one_line
from tfdiff.render.wording import (
    EFFECTS,
    QUESTIONS,
    Part,
    answer,
    counted,
    gravity,
    is_quiet,
    parts,
    question,
    warnings,
    worst_first,
)
from tfdiff.sources.tree import Release


@dataclass(frozen=True, slots=True)
class Detail:
    """How much the page shows; less where it would become too big for a ticket.

    Attributes:
        code_lines: most lines of code in a card; with 0 there is no copy as Markdown either.
        layout: of the annotated source, None for its notes alone.
        shared_formulas: whether formulas that did not change are shown.
        left_out: what the reader is told about it.
    """

    code_lines: int
    layout: Layout | None
    shared_formulas: bool = True
    left_out: str = ""


_FEW: Final = 3
_TICKET: Final = 30_000  # bytes of Markdown: what the strictest tracker takes, with some room
_FULL: Final = Detail(code_lines=40, layout=Layout(context=3))
_BARE: Final = Layout(context=1, folds=False)
_LESS: Final = Detail(code_lines=20, layout=_BARE, shared_formulas=False)

DETAILS: Final = (
    _FULL,
    replace(
        _FULL,
        layout=Layout(context=3, folds=False),
        left_out="the unchanged lines between changes",
    ),
    replace(_LESS, left_out="unchanged lines and formulas"),
    replace(
        _LESS,
        code_lines=8,
        layout=None,
        left_out="the annotated source and unchanged formulas",
    ),
    replace(_LESS, code_lines=0, layout=None, left_out="all source and unchanged formulas"),
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A change that an optimizer shares with others and that is told elsewhere."""

    href: str
    title: str
    icon: str
    effect: str


@dataclass(frozen=True, slots=True)
class OptimizerView:
    """One optimizer's part of the page."""

    anchor: str
    name: str
    summary: str
    paths: tuple[str, ...]
    parts: tuple[Part, ...]
    cards: tuple[Card, ...]
    quiet: tuple[Card, ...]
    shared: tuple[Reference, ...]
    rules: tuple[RuleView, ...]
    path_rows: tuple[PathRow, ...]
    slots: tuple[SlotRow, ...]
    unchanged: tuple[tuple[str, tuple[str, ...]], ...]
    unread: tuple[Unread, ...]
    regions: tuple[RegionView, ...]
    shared_regions: tuple[Link, ...]
    same_regions: tuple[RegionView, ...]

    @property
    def changes(self) -> int:
        """How many changes have an effect on training."""
        return len(self.cards) + len(self.shared)


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


def page(report: Report, detail: Detail = DETAILS[0]) -> Page:
    """The view of a report."""
    anchors = Anchors(report)
    ordered = sorted(report.optimizers, key=worst_first)
    optimizers = tuple(_optimizer(one, report, anchors, detail) for one in ordered)
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
        optimizers=optimizers,
        shared=shared,
        shared_regions=_shared_regions(report, anchors, detail),
        regions_read=report.coverage.parsed,
        regions_found=report.coverage.regions,
        opaque=unread(report.coverage.opaque),
        missing=tuple(map(one_line, _missing(report))),
        questions=QUESTIONS,
        effects=_effects(cards),
        facets=_choices({c.facet: c.facet_words for c in cards}),
        files=_choices({path: one_line(path) for c in cards for path in c.files}),
        left_out=detail.left_out,
        embedded=_embedded(report),
    )


def _embedded(report: Report) -> Markup:
    """Title, key and Markdown for a ticket, so that the page can be attached alone."""
    names = sorted(optimizer.name for optimizer in report.optimizers)
    shown = ", ".join(names) if len(names) <= _FEW else counted(len(names), "optimizer")
    said = {
        "title": one_line(f"{shown}: {report.old.ref} \N{RIGHTWARDS ARROW} {report.new.ref}"),
        "key": json.dumps([report.old.ref, report.new.ref, names]),
        "markdown": summary(report, max_bytes=_TICKET),
    }
    text = json.dumps(said).replace("<", "\\u003c")  # nothing in it ends the element
    return Markup(text)  # noqa: S704 - JSON without a "<"


def _missing(report: Report) -> tuple[str, ...]:
    """What no source had, and what each release's source lacks."""
    lacks = [f"{side.ref}: {what}" for side in (report.old, report.new) for what in side.lacks]
    return tuple(dict.fromkeys((*report.coverage.missing, *lacks)))


def _effects(cards: list[Card]) -> tuple[Choice, ...]:
    found = {c.effect for c in cards}
    return tuple(Choice(key, words) for key, (_, words) in EFFECTS.items() if key in found)


def _choices(found: dict[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, text) for value, text in sorted(found.items()))


def _optimizer(
    optimizer: OptimizerReport, report: Report, anchors: Anchors, detail: Detail
) -> OptimizerView:
    anchor = anchors.optimizer(optimizer)
    rules, path_rows = rules_and_paths(
        optimizer.paths,
        (report.old.ref, report.new.ref),
        anchor,
        only_changed=not detail.shared_formulas,
    )
    own = [one for one in anchors.told.here(optimizer) if not anchors.told.is_common(one)]
    cards = {one.id: card(one, anchors, code_lines=detail.code_lines) for one in own}
    regions = tuple(region for region in optimizer.regions if not _is_same(region))
    return OptimizerView(
        anchor=anchor,
        name=one_line(anchors.told.label(optimizer)),
        summary=one_line(optimizer.verdict.summary),
        paths=tuple(dict.fromkeys(p for p in (optimizer.old_path, optimizer.new_path) if p)),
        parts=parts(optimizer.verdict),
        cards=tuple(cards[one.id] for one in own if not is_quiet(one)),
        quiet=tuple(cards[one.id] for one in own if is_quiet(one)),
        shared=_references(optimizer, anchors),
        rules=rules,
        path_rows=path_rows,
        slots=slot_rows(optimizer.slots),
        unchanged=unchanged_groups(tuple(map(one_line, optimizer.unchanged))),
        unread=unread(optimizer.unknowns),
        regions=tuple(
            region_view(one, anchors, detail.layout)
            for one in regions
            if not anchors.is_shared(one)
        ),
        shared_regions=tuple(
            Link(f"#{anchors.region(one)}", one_line(one.symbol))
            for one in regions
            if anchors.is_shared(one)
        ),
        same_regions=tuple(
            region_view(one, anchors, None) for one in optimizer.regions if _is_same(one)
        ),
    )


def _is_same(region: ComparedRegion) -> bool:
    return region.status in {"same", "moved"} and not region.hunks


def _references(optimizer: OptimizerReport, anchors: Anchors) -> tuple[Reference, ...]:
    """The changes that reach an optimizer and are told in another part of the page."""
    told = anchors.told
    found = (*filter(told.is_common, told.here(optimizer)), *told.away(optimizer))
    return tuple(
        Reference(f"#{one.id}", one_line(one.title), *EFFECTS[one.effect])
        for one in sorted(found, key=gravity)
    )


def _shared_cards(report: Report, anchors: Anchors, detail: Detail) -> tuple[Card, ...]:
    told = anchors.told
    shared = [
        finding
        for optimizer in report.optimizers
        for finding in told.here(optimizer)
        if told.is_common(finding)
    ]
    return tuple(
        card(finding, anchors, code_lines=detail.code_lines)
        for finding in sorted(shared, key=gravity)
    )


def _shared_regions(report: Report, anchors: Anchors, detail: Detail) -> tuple[RegionView, ...]:
    found = {
        region_key(region): region
        for optimizer in reversed(report.optimizers)
        for region in optimizer.regions
        if anchors.is_shared(region) and not _is_same(region)
    }
    views = [region_view(region, anchors, detail.layout) for region in found.values()]
    return tuple(sorted(views, key=lambda view: int(view.anchor.rsplit("-", 1)[1])))
