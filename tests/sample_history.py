"""Histories of optimizers that do not exist, from the report written by hand."""

from dataclasses import replace

from tests import sample_report as sample
from tfdiff.findings import OptimizerReport, Report, Verdict
from tfdiff.history import Atlas, History, Line, Step, Stop
from tfdiff.rules.registry import all_rules
from tfdiff.sources.tree import Release

FIRST = Release("v0.9.0", "0" * 40, "https://example.org/snow", "0.9.0")
LAST = Release("v3.0.0", "3" * 40, "https://example.org/snow", "3.0.0")
RELEASES = (FIRST, sample.OLD, sample.NEW, LAST)
YETI = "snow.train.YetiOptimizer"


def slim(report: OptimizerReport) -> OptimizerReport:
    """A report as a history keeps it."""
    return replace(report, paths=(), regions=(), unchanged=(), slots=())


def history(report: OptimizerReport | None = None) -> History:
    """One optimizer that changed once, and was away at first."""
    changed = slim(report or sample.sled())
    same = slim(sample.quiet(changed.name, "The weights move identically."))
    steps = Step(sample.OLD, sample.NEW, changed), Step(sample.NEW, LAST, same)
    return History(changed.name, RELEASES, ("v0.9.0",), steps)


def hostile() -> History:
    """A history whose every text tries to break out of the page."""
    (report,) = sample.hostile().optimizers
    return history(report)


def gone() -> OptimizerReport:
    """An optimizer that is no more."""
    said = Verdict("It is gone.", "undecided", "undecided", "lost", "broken", "undecided")
    return OptimizerReport(YETI, "snow/python/yeti.py", None, said, (), (), ())


def atlas() -> Atlas:
    """Three optimizers: one changed, one that shares its base class, one that went away."""
    changed = replace(sample.many(), optimizers=tuple(map(slim, sample.many().optimizers[:3])))
    skate, ski, sled = changed.optimizers
    known = {rule.id for rule in all_rules()}  # only these have pages
    sled = replace(sled, findings=tuple(one for one in sled.findings if one.rule in known))
    skate = replace(skate, elsewhere=(sample.BASE_CHECK.id,))
    quiet = [slim(sample.quiet(one.name, "Identical.")) for one in (skate, ski, sled)]
    yeti = slim(sample.quiet(YETI, "Identical."))
    coverage = replace(sample.COVERAGE, opaque=(), missing=())
    passages = (
        Report(FIRST, sample.OLD, (*quiet, yeti), coverage),
        replace(changed, optimizers=(skate, ski, sled, gone())),
        Report(sample.NEW, LAST, tuple(quiet), coverage),
    )
    named = zip((skate, ski, sled), quiet, strict=True)
    lines = [
        Line(
            now.name,
            now.new_path or "",
            (Stop(now.name, None), Stop(now.name, same), *_ends(now, same)),
        )
        for now, same in named
    ]
    yetis = Stop(YETI, None), Stop(YETI, yeti), Stop(None, gone()), Stop(None, None)
    keys = tuple(f"{place}" for place in range(3))
    return Atlas(RELEASES, passages, keys, (*lines, Line(YETI, "snow/python/yeti.py", yetis)))


def _ends(now: OptimizerReport, same: OptimizerReport) -> tuple[Stop, Stop]:
    return Stop(now.name, now), Stop(now.name, same)
