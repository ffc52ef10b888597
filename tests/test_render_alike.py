"""Which releases are like one: a line for each stretch of releases with the same answer."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from tests.sample_history import history
from tfdiff.history import Step
from tfdiff.render.history import alike


def lines(steps: list[Step]) -> list[str]:
    """What is printed."""
    out = StringIO()
    alike(steps, Console(file=out, width=100))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_releases_with_the_same_answer_share_a_line() -> None:
    step = history().steps[0]
    steps = [replace(step, new=replace(step.new, ref=f"v1.{minor}.0")) for minor in range(4)]
    whole = lines(steps)
    assert len(whole) == 1
    assert whole[0].startswith("v1.0.0 ... v1.3.0  ")
    assert lines(steps[:1])[0].startswith("v1.0.0  ")


def test_another_answer_between_them_begins_a_new_line() -> None:
    first = history().steps[0]
    best = replace(
        first.report.verdict,
        updates="identical",
        defaults="unchanged",
        state="compatible",
        calls="compatible",
        execution="unchanged",
    )
    same = replace(first, report=replace(first.report, verdict=best))
    found = lines([first, same, first])
    assert len(found) == 3
    assert found[1].endswith("the same")
