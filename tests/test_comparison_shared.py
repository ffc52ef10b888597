"""What was decided of some optimizers is not told as open of those whose step was not."""

from dataclasses import replace

import pytest

from tests.sample_report import quiet
from tfdiff.comparison.shared import told_by_others
from tfdiff.facts import UpdatePath
from tfdiff.findings import ComparedRegion, Finding, Hunk, OptimizerReport, PathVerdict, Place

PLACE = Place("base.py", 1, 9, "")
HUNK = Hunk((2, 3), (2, 3), "finding", "")
PATH = UpdatePath("dense", "resource", "cpu")


def finding(rule: str, name: str) -> Finding:
    return Finding(
        rule=rule,
        optimizer=name,
        facet="base-class-behaviour",
        effect="numeric-conditional",
        certainty="read",
        subject="Optimizer",
        condition=None,
        title=rule,
        explanation="",
        remedy="",
        old=PLACE,
        new=PLACE,
    )


def report(name: str, verdict: str, told: Finding | None, reason: str = "") -> OptimizerReport:
    account = HUNK if told else replace(HUNK, account="no effect", reason=reason)
    hunk = replace(account, finding=told.id if told else None)
    region = ComparedRegion("method", "Optimizer.clip", None, PLACE, PLACE, "changed", (hunk,))
    path = PathVerdict(PATH, verdict, "")  # type: ignore[arg-type]
    return replace(
        quiet(name, ""),
        paths=(path,),
        findings=(told,) if told else (),
        regions=(region,),
    )


@pytest.mark.parametrize("proof", ["guard-changed", None])
def test_a_base_class_says_what_those_say_that_were_decided(proof: str | None) -> None:
    open_one = finding("gradient-clipping-changed", "Optimizer")
    own = finding(proof, "Adam") if proof else None
    base = report("Optimizer", "undecided", open_one)
    other = report("Adam", "equal", own, "proved the same")
    told, kept = told_by_others((base, other))
    assert kept == other
    assert told.findings == tuple(replace(one, optimizer="Optimizer") for one in other.findings)
    assert all(one.id != mine.id for one, mine in zip(other.findings, told.findings, strict=True))
    assert told.regions[0].hunks == other.regions[0].hunks


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [("gradient-clipping-changed", "equal"), ("guard-changed", "undecided")],
)
def test_it_keeps_what_they_say_as_well_or_did_not_decide(rule: str, verdict: str) -> None:
    open_one = finding("gradient-clipping-changed", "Optimizer")
    base = report("Optimizer", "undecided", open_one)
    other = report("Adam", verdict, finding(rule, "Adam"))
    assert told_by_others((base, other))[0].findings == (open_one,)
