"""One root cause is one finding, however many optimizers it reaches."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from tfdiff.findings import ComparedRegion, Finding, OptimizerReport, Place
from tfdiff.rules.registry import all_rules

_OWNER = re.compile(r"\b(in|and|,) _?[A-Z]\w*\.(?=[a-z_])")
Key = tuple[object, ...]
Group = list[tuple[OptimizerReport, Finding]]


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
    for members in _worded_alike(groups.values()):
        home, own = min(members, key=_distance)
        finding = own
        if _tells_several(finding):
            finding = _with_subjects(finding, [one.subject for _, one in members])
        elif finding.rule in _topical():
            # optimizers reach different parts of a base class: the one that sees most tells it
            same = (one for _, one in members if one.subject == own.subject)
            finding = max(same, key=lambda one: len(one.explanation))
            finding = replace(finding, optimizer=home.name)
            finding = _with_others(finding, sorted({one.subject for _, one in members}))
        names = dict.fromkeys(report.name for report, _ in members)
        others = tuple(name for name in names if name != home.name)
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


def _worded_alike(groups: Iterable[Group]) -> list[Group]:
    """The groups, with those in one that say the same of classes that each have their own file."""
    found: dict[Key, Group] = {}
    for members in groups:
        finding = max((one for _, one in members), key=lambda one: len(one.explanation))
        key: Key = _key(finding)
        if finding.rule in _topical() and not _tells_several(finding):
            texts = (finding.title, finding.condition or "", finding.explanation)
            said = tuple(text.replace(finding.subject, "*") for text in texts)
            # a method is called after the newer release's class: either release may have several
            key = finding.rule, finding.effect, tuple(_OWNER.sub(r"\1 *.", text) for text in said)
        found[key] = [*found.get(key, []), *members]
    return list(found.values())


def _with_others(finding: Finding, subjects: list[str]) -> Finding:
    """The finding with the other classes of which it is true."""
    others = [one for one in subjects if one != finding.subject]
    if not others:
        return finding
    return replace(
        finding, explanation=f"{finding.explanation} The same holds for {', '.join(others)}."
    )


def _with_subjects(finding: Finding, subjects: list[str]) -> Finding:
    """The finding on all things that differ in the same way, in place of one of them."""
    own = _things(finding.subject)
    names = (name for subject in sorted(subjects) for name in _things(subject).split(", "))
    every = ", ".join(dict.fromkeys(names))

    def of_all(text: str) -> str:
        return text.replace(own, every)

    return replace(
        finding,
        subject=of_all(finding.subject),
        title=of_all(finding.title),
        condition=finding.condition and of_all(finding.condition),
        explanation=of_all(finding.explanation),
    )


def _things(subject: str) -> str:
    """What a subject names, behind the matter that it is about (``output: ApplyAdamOp``)."""
    return subject.rpartition(": ")[2]


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
    files = tuple(place and place.path for place in (finding.old, finding.new))
    if _tells_several(finding):
        texts = (finding.title, finding.condition or "", finding.explanation)
        said = tuple(text.replace(_things(finding.subject), "*") for text in texts)
        return finding.rule, said, files if _together()[finding.rule] == "file" else ()
    if finding.rule in _topical():
        return finding.rule, finding.subject, finding.effect, *files
    return finding.rule, finding.subject, finding.title, _where(finding.old), _where(finding.new)


def _tells_several(finding: Finding) -> bool:
    """Whether the same is told once for several things; not what a topical rule read in a file."""
    of_file = finding.rule in _topical() and finding.certainty == "read"
    return finding.rule in _together() and not of_file


@cache
def _together() -> dict[str, str]:
    """The rules that tell what several things have in common, and where they have it."""
    return {rule.id: rule.together for rule in all_rules() if rule.together}


@cache
def _topical() -> frozenset[str]:
    """The rules that tell all changes of one file together."""
    return frozenset(rule.id for rule in all_rules() if rule.stage == 1)


def _where(place: Place | None) -> Key | None:
    return (place.path, place.start, place.end) if place else None


def _distance(member: tuple[OptimizerReport, Finding]) -> tuple[bool, bool, str]:
    """Nearest first: in the file of the optimizer's own class; then contrib last, by name."""
    report, finding = member
    paths = {place.path for place in (finding.old, finding.new) if place}
    return not paths & {report.old_path, report.new_path}, ".contrib." in report.name, report.name
