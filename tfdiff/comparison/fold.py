"""One root cause is one finding, however many optimizers it reaches."""

from dataclasses import replace
from functools import cache

from tfdiff.findings import ComparedRegion, Finding, OptimizerReport, Place
from tfdiff.rules.registry import all_rules

Key = tuple[object, ...]


def fold(reports: tuple[OptimizerReport, ...]) -> tuple[OptimizerReport, ...]:
    """The same reports, each shared finding told once.

    It stays with the optimizer whose own class it is about, else with the first that has it,
    and lists the others it reaches; those keep its id.
    """
    groups: dict[Key, list[tuple[OptimizerReport, Finding]]] = {}
    for report in reports:
        for finding in report.findings:
            groups.setdefault(_key(finding), []).append((report, finding))
    kept: dict[str, Finding] = {}
    home_id: dict[str, str] = {}
    elsewhere: dict[str, list[str]] = {}
    for members in groups.values():
        home, own = min(members, key=_distance)
        finding = own
        if finding.rule in _topical():
            # optimizers reach different parts of a base class: the one that sees most tells it
            finding = max((one for _, one in members), key=lambda one: len(one.explanation))
            finding = replace(finding, optimizer=home.name)
        others = tuple(report.name for report, _ in members if report.name != home.name)
        kept[own.id] = _noted(finding.reaching(others), [one for _, one in members])
        home_id.update({one.id: finding.id for _, one in members})
        for other in others:
            elsewhere.setdefault(other, []).append(finding.id)
    return tuple(
        replace(
            report,
            findings=tuple(kept[own.id] for own in report.findings if own.id in kept),
            regions=tuple(_referring(region, home_id) for region in report.regions),
            elsewhere=tuple(elsewhere.get(report.name, ())),
        )
        for report in reports
    )


def _noted(finding: Finding, told: list[Finding]) -> Finding:
    """The finding with the release note of whichever optimizer has one for it."""
    note = next((own.release_note for own in told if own.documented), None)
    if finding.documented or note is None:
        return finding
    return replace(finding, release_note=note, documented=True)


def _referring(region: ComparedRegion, home_id: dict[str, str]) -> ComparedRegion:
    """The region with its hunks leading to where the finding is told."""
    return replace(
        region,
        hunks=tuple(
            replace(hunk, finding=home_id[hunk.finding]) if hunk.finding else hunk
            for hunk in region.hunks
        ),
    )


def _key(finding: Finding) -> Key:
    """What makes two optimizers' findings the same: rule, subject and both places."""
    if finding.rule in _topical():
        files = tuple(place and place.path for place in (finding.old, finding.new))
        return finding.rule, finding.subject, *files
    return finding.rule, finding.subject, finding.title, _where(finding.old), _where(finding.new)


@cache
def _topical() -> frozenset[str]:
    """The rules that tell all changes of one file together."""
    return frozenset(rule.id for rule in all_rules() if rule.stage == 1)


def _where(place: Place | None) -> Key | None:
    return (place.path, place.start, place.end) if place else None


def _distance(member: tuple[OptimizerReport, Finding]) -> tuple[bool, str]:
    """Nearest first: a finding in the file of the optimizer's own class, then by name."""
    report, finding = member
    paths = {place.path for place in (finding.old, finding.new) if place}
    return not paths & {report.old_path, report.new_path}, report.name
