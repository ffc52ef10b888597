"""Two texts side by side: what changed with a little context, what did not folded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tfdiff.findings import Hunk, Place
from tfdiff.render.compared_lines import matcher
from tfdiff.render.highlight import Line, changed_words, highlighted, marked
from tfdiff.render.visible import lines


@dataclass(frozen=True, slots=True)
class Stretch:
    """Numbered lines; ``pad`` blank rows after them keep both sides level."""

    start: int
    lines: tuple[Line, ...]
    changed: bool
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """Changed lines with their context; a side without lines is empty.

    Attributes:
        hunks: numbers of the hunks of the region that it shows.
    """

    old: tuple[Stretch, ...]
    new: tuple[Stretch, ...]
    hunks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that are the same in both releases, shown once; None where they are left out."""

    count: int
    old_start: int
    new_start: int
    lines: tuple[Line, ...] | None


Block: TypeAlias = Change | Fold


@dataclass(frozen=True, slots=True)
class _Gap:
    """Half-open ranges of line indexes on both sides; ``hunk`` is None for unchanged lines."""

    old: tuple[int, int]
    new: tuple[int, int]
    hunk: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """How much is shown: lines of context, and whether folds keep their lines."""

    context: int = 3
    folds: bool = True


def side_by_side(
    old: Place | None, new: Place | None, hunks: Sequence[Hunk], layout: Layout
) -> tuple[Block, ...]:
    """Blocks of two places in the order of their lines.

    Args:
        old: None where the old release has nothing like it.
        new: None where the new release has nothing like it.
        hunks: what changed, in order; without hunks the lines are compared here.
        layout: how much is shown.
    """
    sides = _Sides(old, new)
    gaps = list(_gaps(sides, hunks)) if hunks else list(_compared(sides))
    return tuple(_blocks(sides, gaps, layout))


class _Sides:
    """Both texts, as lines and as coloured lines."""

    def __init__(self, old: Place | None, new: Place | None) -> None:
        self.old_first = old.start if old else 1
        self.new_first = new.start if new else 1
        self.old_text = lines(old.text) if old else []
        self.new_text = lines(new.text) if new else []
        self.old = highlighted(old.text, old.path) if self.old_text and old else ()
        self.new = highlighted(new.text, new.path) if self.new_text and new else ()


def _compared(sides: _Sides) -> Iterator[_Gap]:
    number = 0
    for tag, old, old_end, new, new_end in matcher(sides.old_text, sides.new_text).get_opcodes():
        yield _Gap((old, old_end), (new, new_end), None if tag == "equal" else number)
        number += tag != "equal"


def _gaps(sides: _Sides, hunks: Sequence[Hunk]) -> Iterator[_Gap]:
    """The hunks and what lies between them; lines outside the places are cut off."""
    old = new = 0
    for number, hunk in enumerate(hunks):
        old_start, old_end = _clipped(hunk.old, sides.old_first, len(sides.old_text), old)
        new_start, new_end = _clipped(hunk.new, sides.new_first, len(sides.new_text), new)
        yield from _between(sides, (old, old_start), (new, new_start), number)
        yield _Gap((old_start, old_end), (new_start, new_end), number)
        old, new = old_end, new_end
    ends = (old, len(sides.old_text)), (new, len(sides.new_text))
    yield from _between(sides, *ends, len(hunks) - 1)


def _clipped(span: tuple[int, int], first: int, count: int, least: int) -> tuple[int, int]:
    start = min(max(span[0] - first, least), count)
    return start, min(max(span[1] - first + 1, start), count)


def _between(
    sides: _Sides, old: tuple[int, int], new: tuple[int, int], nearest: int
) -> Iterator[_Gap]:
    """Lines between hunks: unchanged, unless they are not (then they count as changed)."""
    if sides.old_text[slice(*old)] == sides.new_text[slice(*new)]:
        if old[1] > old[0]:
            yield _Gap(old, new, None)
    else:
        yield _Gap(old, new, nearest)


def _blocks(sides: _Sides, gaps: list[_Gap], layout: Layout) -> Iterator[Block]:
    around = layout.context
    pending: list[_Gap] = []
    for number, gap in enumerate(gaps):
        if gap.hunk is not None:
            pending.append(gap)
            continue
        length = gap.old[1] - gap.old[0]
        before = around if number else 0
        after = around if number < len(gaps) - 1 else 0
        if length <= before + after + 1:
            pending.append(gap)
            continue
        if before:
            pending.append(_part(gap, 0, before))
        yield from _change(sides, pending)
        yield _fold(sides, _part(gap, before, length - after), layout)
        pending = [_part(gap, length - after, length)] if after else []
    yield from _change(sides, pending)


def _part(gap: _Gap, start: int, end: int) -> _Gap:
    old, new = gap.old[0], gap.new[0]
    return _Gap((old + start, old + end), (new + start, new + end), None)


def _fold(sides: _Sides, gap: _Gap, layout: Layout) -> Fold:
    start, end = gap.old
    return Fold(
        end - start,
        sides.old_first + start,
        sides.new_first + gap.new[0],
        sides.old[start:end] if layout.folds else None,
    )


def _change(sides: _Sides, gaps: list[_Gap]) -> Iterator[Change]:
    if not gaps:
        return
    old: list[Stretch] = []
    new: list[Stretch] = []
    for gap in gaps:
        before, after = sides.old[slice(*gap.old)], sides.new[slice(*gap.new)]
        changed = gap.hunk is not None
        if changed:
            old_marks, new_marks = changed_words(before, after)
            before = tuple(map(marked, before, old_marks))
            after = tuple(map(marked, after, new_marks))
        more = len(after) - len(before)
        old.append(Stretch(sides.old_first + gap.old[0], before, changed, max(more, 0)))
        new.append(Stretch(sides.new_first + gap.new[0], after, changed, max(-more, 0)))
    hunks = dict.fromkeys(gap.hunk for gap in gaps if gap.hunk is not None)
    yield Change(
        tuple(old) if any(stretch.lines for stretch in old) else (),
        tuple(new) if any(stretch.lines for stretch in new) else (),
        tuple(hunks),
    )


def span(stretches: tuple[Stretch, ...]) -> tuple[int, int]:
    """First and last line of the stretches of one side."""
    full = [stretch for stretch in stretches if stretch.lines]
    return full[0].start, full[-1].start + len(full[-1].lines) - 1
