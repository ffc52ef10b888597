"""The answer for many optimizers: each is counted as what it is."""

from dataclasses import replace

from tests.sample_report import many
from tfdiff.comparison.verdict import one_sided
from tfdiff.findings import OptimizerReport, Verdict
from tfdiff.render.wording import answer

BASE = Verdict("", "undecided", "unchanged", "compatible", "compatible", "changed")


def test_what_could_not_be_decided_is_neither_new_nor_a_base_class() -> None:
    report = many()
    assert answer(report).endswith("2 move identically and 1 could not be decided.")
    more = (
        OptimizerReport("a.New", None, "a.py", one_sided("a.New", new=True), (), (), ()),
        OptimizerReport("a.Gone", "a.py", None, one_sided("a.Gone", new=False), (), (), ()),
        OptimizerReport("a.Optimizer", "a.py", "a.py", BASE, (), (), (), base=True),
        OptimizerReport("a.Other", "a.py", "a.py", BASE, (), (), (), base=True),
    )
    said = answer(replace(report, optimizers=(*report.optimizers, *more)))
    assert said == (
        "Of 8 optimizers, 1 moves the weights differently, 2 move identically, "
        "1 could not be decided, 2 leave the step to others, 1 is new and 1 is gone."
    )
