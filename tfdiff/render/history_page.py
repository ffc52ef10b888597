"""The history of one optimizer as a page: a timeline, and every change that it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import tfdiff
from tfdiff.errors import OutputError
from tfdiff.findings import Coverage, Finding, Report
from tfdiff.history import History, Step
from tfdiff.render.anchors import Anchors
from tfdiff.render.cards import Card, card
from tfdiff.render.detail import Detail
from tfdiff.render.html import ALL_LIMIT, ONE_LIMIT, one_file
from tfdiff.render.optimizer_view import note_lines
from tfdiff.render.tables import Unread, unread
from tfdiff.render.timeline import Moment, Timeline, part_hrefs, timeline
from tfdiff.render.view import Choice, effect_choices, facet_choices, file_choices
from tfdiff.render.visible import one_line
from tfdiff.render.wording import Part, counted, gravity, is_quiet, moved_words, parts, quiet_words
from tfdiff.sources.tree import Release

_CODE_LINES: Final = (40, 20, 8, 0)  # less where the page would become too big for a ticket


@dataclass(frozen=True, slots=True)
class StepView:
    """What changed from one release to the next."""

    anchor: str
    old: str
    new: str
    summary: str
    parts: tuple[Part, ...]
    cards: tuple[Card, ...]
    quiet: tuple[Card, ...]
    quiet_words: str
    notes: tuple[str, ...]

    @property
    def told(self) -> tuple[Part, ...]:
        """The parts that are not the same."""
        return tuple(part for part in self.parts if part.tone != "good")


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The whole page."""

    title: str
    question: str
    answer: str
    tool: str
    first: str
    last: str
    warnings: tuple[str, ...]
    timeline: Timeline
    steps: tuple[StepView, ...]
    releases: tuple[Release, ...]
    absent: tuple[str, ...]
    opaque: tuple[Unread, ...]
    effects: tuple[Choice, ...]
    facets: tuple[Choice, ...]
    files: tuple[Choice, ...]
    left_out: str


def page(history: History) -> str:
    """The history as a page, with less code in the cards where it would become too big.

    Raises:
        OutputError: it is too big all the same.
    """
    for limit in (ONE_LIMIT, ALL_LIMIT):
        for code_lines in _CODE_LINES:
            text = one_file("history.html", page=history_view(history, code_lines))
            if len(text.encode()) < limit:
                return text
    raise OutputError(
        f"The history of {history.name} would be larger than {ALL_LIMIT:,} bytes; give a shorter "
        f"range with --from and --to."
    )


def history_view(history: History, code_lines: int) -> HistoryView:
    """The view of a history."""
    steps = tuple(_step_view(step, code_lines) for step in history.steps if is_told(step))
    cards = [one for step in steps for one in (*step.cards, *step.quiet)]
    question = one_line(f"When did {history.name} change?")
    unknowns = dict.fromkeys(one for step in history.steps for one in step.report.unknowns)
    return HistoryView(
        title=question,
        question=question,
        answer=one_line(answer(history)),
        tool=f"tfdiff {tfdiff.__version__}",
        first=history.releases[0].ref,
        last=history.releases[-1].ref,
        warnings=release_warnings(history.releases),
        timeline=timeline(history.name, tuple(_moments(history))),
        steps=steps,
        releases=history.releases,
        absent=history.absent,
        opaque=unread(tuple(unknowns)),
        effects=effect_choices(cards),
        facets=facet_choices(cards),
        files=file_choices(cards),
        left_out="" if code_lines == _CODE_LINES[0] else "longer pieces of code",
    )


def is_told(step: Step) -> bool:
    """Whether there is anything to tell of a step."""
    verdict = step.report.verdict
    same = all(part.tone == "good" for part in parts(verdict))
    return bool(step.report.findings or step.report.other_notes) or not same


def answer(history: History) -> str:
    """How often it changed, in a sentence or two."""
    effects = [
        [one.effect for one in step.report.findings if not is_quiet(one)] for step in history.steps
    ]
    changed = sum(bool(some) for some in effects)
    said = (
        f"From {history.releases[0].ref} to {history.releases[-1].ref}, {changed} of "
        f"{counted(len(history.steps), 'step')} between releases "
        f"{'changes' if changed == 1 else 'change'} something."
    )
    return f"{said} {moved_words([(one.new.ref, one.report.verdict) for one in history.steps])}"


def release_warnings(releases: Sequence[Release]) -> tuple[str, ...]:
    """What the sources warn of, each said once, with its release where it is one's alone."""
    said: dict[str, list[str]] = {}
    for release in releases:
        for warning in release.warnings:
            said.setdefault(warning, []).append(release.ref)
    return tuple(
        one_line(warning if len(refs) > 1 else f"{refs[0]}: {warning}")
        for warning, refs in said.items()
    )


def _moments(history: History) -> list[Moment]:
    steps = {step.new.ref: step for step in history.steps}
    found = []
    for release in history.releases:
        step = steps.get(release.ref)
        told = step is not None and is_told(step)
        found.append(
            Moment(
                ref=release.ref,
                there=release.ref not in history.absent,
                report=step.report if step else None,
                href=f"#{_anchor(step)}" if step and told else "",
                hrefs=part_hrefs(_hrefs(step)) if step else {},
            )
        )
    return found


def _anchor(step: Step) -> str:
    return f"step-{step.new.ref}"


def _hrefs(step: Step) -> list[tuple[str, Finding]]:
    findings = sorted(step.report.findings, key=gravity)
    return [(f"#{_card_anchor(step, one)}", one) for one in findings]


def _card_anchor(step: Step, finding: Finding) -> str:
    """Unique in the page: a change that is taken back and made again has the same id twice."""
    return f"{step.new.ref}--{finding.id}"


def _step_view(step: Step, code_lines: int) -> StepView:
    report = step.report
    anchors = Anchors(Report(step.old, step.new, (report,), Coverage(0, 0)))
    detail = Detail(code_lines, layout=None, copies=False)
    shown = partial(_card, step=step, anchors=anchors, detail=detail)
    findings = sorted(report.findings, key=gravity)
    quiet = [one for one in findings if is_quiet(one)]
    return StepView(
        anchor=_anchor(step),
        old=one_line(step.old.ref),
        new=one_line(step.new.ref),
        summary=one_line(report.verdict.summary),
        parts=parts(report.verdict),
        cards=tuple(shown(one) for one in findings if not is_quiet(one)),
        quiet=tuple(map(shown, quiet)),
        quiet_words=quiet_words(quiet),
        notes=note_lines(report.other_notes),
    )


def _card(finding: Finding, *, step: Step, anchors: Anchors, detail: Detail) -> Card:
    return replace(card(finding, anchors, detail), id=_card_anchor(step, finding))
