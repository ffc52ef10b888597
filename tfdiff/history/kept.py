"""Comparisons that are kept: by what is known of both sides, and by the code that compares.

A history tells findings and verdicts. The formulas and the annotated source of a report are not
kept: they are large, and a report on the two releases has them.
"""

from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tfdiff import run
from tfdiff.extract.matches import Match, all_matches, public_names
from tfdiff.extract.notes import read_notes
from tfdiff.extract.reading import Reading
from tfdiff.facts import Span
from tfdiff.findings import ComparedRegion, Finding, OptimizerReport, Place, Report

_CODE = ("changelog.py", "run.py", "comparison/**/*.py", "rules/**/*.py", "history/kept.py")


class Passage(NamedTuple):
    """All optimizers from one release to the next.

    Attributes:
        matches: what is compared with what, in the order of the report's optimizers.
        report: findings and verdicts; no formulas, no annotated source.
    """

    matches: tuple[Match, ...]
    report: Report


@cache
def comparer() -> str:
    """Hash of the code that compares: the store's own version covers what reads."""
    root = Path(__file__).parent.parent
    stamp = sha256()
    for file in sorted(file for pattern in _CODE for file in root.glob(pattern)):
        stamp.update(file.read_bytes())
    return stamp.hexdigest()


def passage(old: Reading, new: Reading) -> Passage:
    """All optimizers of two releases, kept by the content of both."""
    return new.store.get("passage", passage_key(old, new), lambda: _passage(old, new))


def is_known(old: Reading, new: Reading) -> bool:
    """Whether two releases were compared before."""
    return new.store.has("passage", passage_key(old, new))


def passage_key(old: Reading, new: Reading) -> str:
    """What names the comparison of all optimizers of two releases."""
    return _key(old.stamp, new.stamp, repr(old.release), repr(new.release))


def _passage(old: Reading, new: Reading) -> Passage:
    changelog = read_notes(old.tree, new.tree, new.store)
    matches = all_matches(old.catalog, new.catalog)
    named = zip(matches, public_names(matches), strict=True)
    found = (compared(match, name, old, new) for match, name in named)
    reports = tuple(one.documented(changelog) for one in found)
    report = run.put_together(reports, old, new, changelog)
    # The regions were wanted for what was looked at; no page of a history shows them.
    slim = tuple(replace(one, regions=()) for one in report.optimizers)
    return Passage(matches, replace(report, optimizers=slim))


def compared(match: Match, name: str, old: Reading, new: Reading) -> run.Compared:
    """One optimizer at two releases, worked out once for the same facts on both sides."""
    before, after = match
    if before is None or after is None:
        return _slim(run.compared(match, name, old, new))
    prints = old.fingerprint(before), new.fingerprint(after)
    key = _key(name, *prints)
    kept = new.store.get("compared", key, lambda: _slim(run.compared(match, name, old, new)))
    # The same facts may stand at other commits: addresses are told anew.
    findings = tuple(_addressed(one, old, new) for one in kept.report.findings)
    return replace(kept, report=replace(kept.report, findings=findings))


def told(match: Match, name: str, old: Reading, new: Reading) -> OptimizerReport:
    """One optimizer at two releases with what the notes say, kept by the content of both."""

    def tell() -> OptimizerReport:
        notes = read_notes(old.tree, new.tree, new.store)
        return replace(compared(match, name, old, new).documented(notes), regions=())

    return new.store.get("step", _key(name, repr(match), passage_key(old, new)), tell)


def _slim(found: run.Compared) -> run.Compared:
    regions = tuple(map(_bare, found.report.regions))
    report = replace(found.report, paths=(), unchanged=(), slots=(), regions=regions)
    return replace(found, report=report)


def _bare(region: ComparedRegion) -> ComparedRegion:
    """A region as far as it is counted: what it is, and in which file."""
    old, new = (place and Place(place.path, 0, 0, "") for place in (region.old, region.new))
    return replace(region, old=old, new=new, hunks=())


def _addressed(finding: Finding, old: Reading, new: Reading) -> Finding:
    return replace(finding, old=_place(finding.old, old), new=_place(finding.new, new))


def _place(place: Place | None, reading: Reading) -> Place | None:
    if place is None:
        return None
    return replace(place, url=reading.permalink(Span(place.path, place.start, place.end)))


def _key(*said: str) -> str:
    return sha256("\n".join((comparer(), *said)).encode("utf-8", "surrogatepass")).hexdigest()
