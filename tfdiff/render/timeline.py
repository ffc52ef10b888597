"""A timeline: one row per part of the answer, one column per release, a mark where it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tfdiff.comparison.verdict import concerns
from tfdiff.findings import Finding, OptimizerReport
from tfdiff.render.visible import one_line
from tfdiff.render.wording import QUESTIONS, Tone, parts

_LEFT: Final = 88  # the names of the rows
_TOP: Final = 62  # the names of the releases
_COLUMN: Final = 17
_ROW: Final = 24


@dataclass(frozen=True, slots=True)
class Moment:
    """An optimizer at one release, as a timeline shows it.

    Attributes:
        there: whether the release has it.
        report: the step from the release before, None where there was none.
        href: where the step is told, "" where there is nothing to tell.
        hrefs: part -> where its gravest finding is told.
    """

    ref: str
    there: bool
    report: OptimizerReport | None = None
    href: str = ""
    hrefs: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A part that is not the same as before."""

    y: int
    tone: Tone
    icon: str
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    """A release: its name at the top, and below what changed with it."""

    ref: str
    x: int
    there: bool
    href: str
    words: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the answer.

    Attributes:
        same: the path of a dot for each release with the same as before.
    """

    name: str
    question: str
    y: int
    same: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing in its own coordinates."""

    width: int
    height: int
    left: int
    top: int
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    spans: tuple[tuple[int, int], ...]
    words: str


def timeline(name: str, moments: Sequence[Moment]) -> Timeline:
    """The drawing of an optimizer's releases."""
    columns = tuple(_column(place, moment) for place, moment in enumerate(moments))
    changed = sum(bool(column.marks) for column in columns)
    return Timeline(
        width=_LEFT + _COLUMN * len(moments) + 4,
        height=_TOP + _ROW * len(QUESTIONS) + 4,
        left=_LEFT,
        top=_TOP,
        rows=tuple(
            Row(part, question, _y(part), _dots(columns, _y(part)))
            for part, question in QUESTIONS.items()
        ),
        columns=columns,
        spans=tuple(_spans(columns)),
        words=f"Timeline of {one_line(name)}: {len(moments)} releases, {changed} with changes",
    )


def is_one_sided(report: OptimizerReport) -> bool:
    """Whether only one of the releases has the optimizer: it came, or went."""
    return report.old_path is None or report.new_path is None


def part_hrefs(findings: Sequence[tuple[str, Finding]]) -> dict[str, str]:
    """For each part the address of the gravest finding that has a say in it.

    Args:
        findings: of one step, each with the address where it is told, the gravest first.
    """
    found: dict[str, str] = {}
    for href, finding in findings:
        for part in concerns(finding):
            found.setdefault(part, href)
    return found


def _y(part: str) -> int:
    return _TOP + _ROW * list(QUESTIONS).index(part) + _ROW // 2


def _dots(columns: Sequence[Column], y: int) -> str:
    there = (one for one in columns if one.there and all(mark.y != y for mark in one.marks))
    return "".join(f"M{one.x},{y}h0" for one in there)


def _column(place: int, moment: Moment) -> Column:
    x = _LEFT + _COLUMN * place + _COLUMN // 2
    marks: list[Mark] = []
    said = parts(moment.report.verdict) if moment.report else ()
    one_sided = moment.report is not None and is_one_sided(moment.report)
    for part in said:
        if part.tone == "good" or (one_sided and part.verdict == "undecided"):
            continue
        href = (moment.hrefs or {}).get(part.name, moment.href)
        words = f"{moment.ref}: {part.name} {part.verdict}"
        marks.append(Mark(_y(part.name), part.tone, part.icon, href, words))
    return Column(
        ref=moment.ref,
        x=x,
        there=moment.there,
        href=moment.href,
        words=_words(moment),
        marks=tuple(marks),
    )


def _words(moment: Moment) -> str:
    if moment.report:
        return f"{moment.ref}: {one_line(moment.report.verdict.summary)}"
    return moment.ref if moment.there else f"{moment.ref} has no such optimizer"


def _spans(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """From where to where the releases have it."""
    found: list[tuple[int, int]] = []
    before = False
    for column in columns:
        if column.there:
            start = found.pop()[0] if before and found else column.x
            found.append((start, column.x))
        before = column.there
    return found
