"""The annotated source: regions side by side, each change with a note on what accounts for it."""

from dataclasses import dataclass

from tfdiff.findings import ComparedRegion, Hunk
from tfdiff.render.anchors import Anchors
from tfdiff.render.cards import PlaceLink, place_links
from tfdiff.render.source import Block, Change, Layout, side_by_side
from tfdiff.render.visible import one_line
from tfdiff.render.wording import EFFECT_TONES, EFFECTS, ICONS, Tone


@dataclass(frozen=True, slots=True)
class Note:
    """What accounts for a changed stretch; ``href`` leads to its finding where there is one."""

    anchor: str
    lines: str
    text: str
    href: str
    icon: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class NotedBlock:
    """A stretch of source and the notes beside it."""

    block: Block
    is_change: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class RegionView:
    """A region of source with everything that changed in it.

    Attributes:
        blocks: its source; nothing where it is the same or too much for the page.
        notes: all notes of the region.
        reached: the optimizers that reach it, where they are several.
    """

    anchor: str
    symbol: str
    kind: str
    device: str
    status: str
    places: tuple[PlaceLink, ...]
    blocks: tuple[NotedBlock, ...]
    notes: tuple[Note, ...]
    reached: tuple[str, ...]


def region_view(region: ComparedRegion, anchors: Anchors, layout: Layout | None) -> RegionView:
    """A region for the page; without its source where ``layout`` is None."""
    anchor = anchors.region(region)
    hunks = region.hunks or _whole(region)
    notes = [_note(region, number, hunk, anchors) for number, hunk in enumerate(hunks)]
    blocks: tuple[Block, ...] = ()
    if hunks and layout:
        blocks = side_by_side(region.old, region.new, hunks, layout)
    reached = anchors.reached_by(region)
    return RegionView(
        anchor=anchor,
        symbol=one_line(region.symbol),
        kind=region.kind,
        device={"cpu": "CPU", "gpu": "GPU", "xla": "XLA", "sycl": "SYCL"}.get(
            region.device or "", (region.device or "").capitalize()
        ),
        status=region.status,
        places=place_links(region.old, region.new),
        blocks=tuple(_noted(block, notes) for block in blocks),
        notes=tuple(notes),
        reached=reached if len(reached) > 1 else (),
    )


def _whole(region: ComparedRegion) -> tuple[Hunk, ...]:
    """A changed region without hunks is one that nobody accounted for."""
    if region.status in {"same", "moved"}:
        return ()
    old = (region.old.start, region.old.end) if region.old else (1, 0)
    new = (region.new.start, region.new.end) if region.new else (1, 0)
    return (Hunk(old, new, "not classified"),)


def _noted(block: Block, notes: list[Note]) -> NotedBlock:
    if isinstance(block, Change):
        return NotedBlock(
            block, is_change=True, notes=tuple(notes[number] for number in block.hunks)
        )
    return NotedBlock(block, is_change=False, notes=())


def _note(region: ComparedRegion, number: int, hunk: Hunk, anchors: Anchors) -> Note:
    anchor = f"{anchors.region(region)}-{number + 1}"
    lines = _lines(hunk)
    if hunk.account == "finding" and hunk.finding in anchors.told.findings:
        shown = anchors.told.findings[hunk.finding]
        icon, _ = EFFECTS[shown.effect]
        tone = EFFECT_TONES[shown.effect]
        return Note(anchor, lines, one_line(shown.title), f"#{shown.id}", icon, tone)
    because = f": {hunk.reason}" if hunk.reason else ""
    if hunk.account == "no effect":
        return Note(anchor, lines, one_line(f"no effect{because}"), "", EFFECTS["none"][0], "good")
    return Note(
        anchor, lines, one_line(f"not classified{because}"), "", ICONS["unknown"], "unknown"
    )


def _lines(hunk: Hunk) -> str:
    """``51 -> 61-62``; a side without lines is a dash."""
    return " \N{RIGHTWARDS ARROW} ".join(map(_span, (hunk.old, hunk.new)))


def _span(lines: tuple[int, int]) -> str:
    start, end = lines
    if end < start:
        return "\N{EN DASH}"
    return f"{start}" if end == start else f"{start}\N{EN DASH}{end}"
