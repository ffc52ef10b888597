"""A rule's page: what it looks for and means, and where it fired."""

from collections.abc import Iterator
from dataclasses import dataclass

from tfdiff.history import Atlas
from tfdiff.render.anchors import Link
from tfdiff.render.atlas.places import INDEX, Places, Way
from tfdiff.render.html import site_page
from tfdiff.render.optimizer_view import Reference
from tfdiff.render.visible import one_line
from tfdiff.render.wording import EFFECT_TONES, EFFECTS
from tfdiff.rules.registry import Rule, all_rules


@dataclass(frozen=True, slots=True)
class Fired:
    """Where a rule fired in one release."""

    link: Link
    findings: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class RulePage:
    """The whole page.

    Attributes:
        documentation: heading and paragraph; a paragraph is text and code in turns.
    """

    title: str
    meaning: tuple[str, ...]
    documentation: tuple[tuple[str, tuple[str, ...]], ...]
    fired: tuple[Fired, ...]

    @property
    def times(self) -> int:
        """How often it fired."""
        return sum(len(one.findings) for one in self.fired)


def rule_pages(atlas: Atlas, places: Places) -> tuple[tuple[str, RulePage], ...]:
    """Address and view of each rule's page."""
    fired: dict[str, list[Fired]] = {}
    for place, release in enumerate(atlas.releases[1:], 1):
        here: dict[str, list[Reference]] = {}
        for name, finding in places.told(place).findings.items():
            reference = Reference(
                f"../{places.finding(place, name)}",
                one_line(f"{finding.optimizer}: {finding.title}"),
                *EFFECTS[finding.effect],
                EFFECT_TONES[finding.effect],
            )
            here.setdefault(finding.rule, []).append(reference)
        link = Link(f"../{places.releases[place]}", one_line(release.ref))
        for rule, references in here.items():
            fired.setdefault(rule, []).append(Fired(link, tuple(references)))
    return tuple((f"rules/{rule.id}.html", _page(rule, fired)) for rule in all_rules())


def rule_texts(pages: tuple[tuple[str, RulePage], ...]) -> Iterator[tuple[str, str]]:
    """Address and text of each rule's page."""
    way = Way("../", (Link(f"../{INDEX}#rules", "All rules"),))
    for address, page in pages:
        yield address, site_page("atlas_rule.html", way, page=page)


def _page(rule: Rule, fired: dict[str, list[Fired]]) -> RulePage:
    return RulePage(
        title=rule.id,
        meaning=_pieces(rule.title),
        documentation=tuple((heading, _pieces(body)) for heading, body in rule.documentation),
        fired=tuple(fired.get(rule.id, ())),
    )


def _pieces(text: str) -> tuple[str, ...]:
    """Text and code in turns, as a docstring's double backticks tell them apart."""
    return tuple(text.split("``"))
