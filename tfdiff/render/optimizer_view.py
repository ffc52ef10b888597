"""One optimizer's part of the page, put together before any template sees it."""

from dataclasses import dataclass

from tfdiff.findings import ComparedRegion, OptimizerReport, ReleaseNote, Report
from tfdiff.render.anchors import Anchors, Link
from tfdiff.render.cards import Card, card
from tfdiff.render.detail import Detail
from tfdiff.render.regions import RegionView, region_view
from tfdiff.render.tables import SlotRow, Unread, slot_rows, unchanged_groups, unread
from tfdiff.render.told import Told
from tfdiff.render.update_rule import PathRow, RuleView, rules_and_paths
from tfdiff.render.visible import one_line
from tfdiff.render.wording import (
    EFFECT_TONES,
    EFFECTS,
    Part,
    Tone,
    gravity,
    is_quiet,
    parts,
    quiet_words,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A change that an optimizer shares with others and that is told elsewhere."""

    href: str
    title: str
    icon: str
    effect: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class OptimizerView:
    """One optimizer's part of the page.

    Attributes:
        is_told: whether there is more to say than that it is the same.
        page: address of a page of its own, "" where there is none.
    """

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
    quiet_words: str
    notes: tuple[str, ...]
    unchanged: tuple[tuple[str, tuple[str, ...]], ...]
    unread: tuple[Unread, ...]
    regions: tuple[RegionView, ...]
    shared_regions: tuple[Link, ...]
    same_regions: tuple[RegionView, ...]
    is_told: bool = True
    page: str = ""

    @property
    def href(self) -> str:
        """Where the page tells of it; its own page in an atlas where there is nothing to tell."""
        return f"#{self.anchor}" if self.is_told or not self.page else self.page

    @property
    def changes(self) -> int:
        """How many changes have an effect on training."""
        return len(self.cards) + len(self.shared)


def optimizer_view(
    optimizer: OptimizerReport,
    report: Report,
    anchors: Anchors,
    detail: Detail,
    own_page: str = "",
) -> OptimizerView:
    """One optimizer for the page."""
    anchor = anchors.optimizer(optimizer)
    rules, path_rows = rules_and_paths(
        optimizer.paths,
        (report.old.ref, report.new.ref),
        anchor,
        only_changed=not detail.shared_formulas,
    )
    own = [one for one in anchors.told.here(optimizer) if not anchors.told.is_common(one)]
    cards = {one.id: card(one, anchors, detail) for one in own}
    regions = tuple(region for region in optimizer.regions if not is_same(region))
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
        quiet_words=quiet_words(own),
        notes=note_lines(optimizer.other_notes),
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
            region_view(one, anchors, None) for one in optimizer.regions if is_same(one)
        ),
        is_told=tells(optimizer, anchors.told),
        page=own_page,
    )


def tells(optimizer: OptimizerReport, told: Told) -> bool:
    """Whether there is more to say of an optimizer than that it is the same."""
    found = (told.here(optimizer), told.away(optimizer), optimizer.other_notes, optimizer.unknowns)
    return any(found) or any(part.tone != "good" for part in parts(optimizer.verdict))


def note_lines(notes: tuple[ReleaseNote, ...]) -> tuple[str, ...]:
    """Entries of the release notes, each with the release whose notes have it."""
    return tuple(one_line(f"{note.version}: {note.text}") for note in notes)


def is_same(region: ComparedRegion) -> bool:
    """Whether a region says the same in both releases."""
    return region.status in {"same", "moved"} and not region.hunks


def _references(optimizer: OptimizerReport, anchors: Anchors) -> tuple[Reference, ...]:
    """The changes that reach an optimizer and are told in another part of the page."""
    told = anchors.told
    found = (*filter(told.is_common, told.here(optimizer)), *told.away(optimizer))
    return tuple(
        Reference(f"#{one.id}", one_line(one.title), *EFFECTS[one.effect], EFFECT_TONES[one.effect])
        for one in sorted(found, key=gravity)
    )
