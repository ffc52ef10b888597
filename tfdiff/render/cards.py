"""One finding as the page shows it."""

from dataclasses import dataclass

from tfdiff.findings import Commit, Finding, Place
from tfdiff.render.anchors import Anchors, Link
from tfdiff.render.blocks import documented_words, finding_block, place_words
from tfdiff.render.detail import Detail
from tfdiff.render.source import Block, Change, Layout, side_by_side
from tfdiff.render.visible import one_line, visible
from tfdiff.render.wording import CERTAINTIES, EFFECT_TONES, EFFECTS, Tone, facet_words

_LAYOUT = Layout(context=2, folds=False)


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A stretch of a release's file; ``url`` only where it is an address of the web."""

    side: str
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class CommitLine:
    """A commit that brought the change."""

    sha: str
    subject: str
    date: str
    pull_request: str
    url: str | None
    pull_url: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A change, what it does to training, what to do, and the evidence."""

    id: str
    title: str
    effect: str
    effect_words: str
    icon: str
    tone: Tone
    facet: str
    facet_words: str
    certainty: str
    certainty_words: str
    condition: str
    accepted: str
    explanation: str
    remedy: str
    places: tuple[PlaceLink, ...]
    files: tuple[str, ...]
    code: tuple[Block, ...]
    commits: tuple[CommitLine, ...]
    documented: str
    reaches: tuple[Link, ...]
    evidence: tuple[Link, ...]
    markdown: str
    rule: Link


def card(finding: Finding, anchors: Anchors, detail: Detail) -> Card:
    """The finding as a card.

    Args:
        finding: what is told.
        anchors: where in the page other things are.
        detail: how much the card shows.
    """
    icon, words = EFFECTS[finding.effect]
    return Card(
        id=finding.id,
        title=one_line(finding.title),
        effect=finding.effect,
        effect_words=words,
        icon=icon,
        tone=EFFECT_TONES[finding.effect],
        facet=finding.facet,
        facet_words=facet_words(finding.facet),
        certainty=finding.certainty,
        certainty_words=CERTAINTIES[finding.certainty],
        condition=one_line(finding.condition or ""),
        accepted=one_line(finding.accepted or ""),
        explanation=visible(finding.explanation),
        remedy=visible(finding.remedy),
        places=place_links(finding.old, finding.new),
        files=tuple(dict.fromkeys(p.path for p in (finding.old, finding.new) if p)),
        code=_code(finding, detail.code_lines),
        commits=tuple(map(_commit, finding.commits)),
        documented=one_line(documented_words(finding)),
        reaches=_reaches(finding, anchors),
        evidence=anchors.evidence(finding.id),
        markdown=finding_block(finding) if detail.copies and detail.code_lines else "",
        rule=Link(f"{detail.rules}{finding.rule}.html" if detail.rules else "", finding.rule),
    )


def _commit(commit: Commit) -> CommitLine:
    return CommitLine(
        commit.sha[:10],
        one_line(commit.subject),
        commit.date,
        f"pull request {commit.pull_request}" if commit.pull_request else "",
        safe_url(commit.url),
        safe_url(commit.pull_url),
    )


def _reaches(finding: Finding, anchors: Anchors) -> tuple[Link, ...]:
    """The optimizers that it reaches; its own too where it is told apart from it."""
    own = (finding.optimizer,) if anchors.told.is_common(finding) else ()
    return tuple(_reach(name, anchors) for name in (*own, *finding.also_reaches))


def _reach(name: str, anchors: Anchors) -> Link:
    anchor = anchors.named(name)
    return Link(f"#{anchor}" if anchor else "", one_line(name))


def place_links(old: Place | None, new: Place | None) -> tuple[PlaceLink, ...]:
    """Both places with their permalinks."""
    return tuple(
        PlaceLink(side, one_line(place_words(place)), safe_url(place.url))
        for side, place in (("old", old), ("new", new))
        if place
    )


def safe_url(url: str | None) -> str | None:
    """An address of the web; nothing that would run or open something else."""
    return url if url and url.startswith(("https://", "http://")) else None


def _code(finding: Finding, most: int) -> tuple[Block, ...]:
    """The changed lines, as long as they are few; the annotated source has the others."""
    blocks = side_by_side(finding.old, finding.new, (), _LAYOUT)
    size = sum(
        max(sum(len(part.lines) for part in side) for side in (block.old, block.new))
        for block in blocks
        if isinstance(block, Change)
    )
    return blocks if size <= most else ()
