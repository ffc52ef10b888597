"""State that other statements create is the same where a whole step shows it to be."""

from pathlib import Path

import pytest

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Finding, OptimizerReport

SLOT_CREATOR = "tensorflow/python/training/slot_creator.py"
BEFORE = (
    "  val = array_ops.zeros(primary.get_shape(), dtype=dtype)\n"
    "  return create_slot(primary, val, name)\n"
)
AFTER = (
    '  name_of_slot = primary.op.name + "/" + name\n'
    "  with variable_scope.variable_scope(None, name_of_slot):\n"
    "    return variable_scope.get_variable(\n"
    '        "", initializer=array_ops.zeros(primary.shape, dtype), trainable=False)\n'
)


def compared(folder: Path, after: str) -> OptimizerReport:
    """The optimizer of the base tree, and what it is with another slot creator."""
    old = overlaid(FIXTURES / "base", folder / "old")
    new = overlaid(FIXTURES / "base", folder / "new")
    text = (new / SLOT_CREATOR).read_text()
    assert BEFORE in text
    (new / SLOT_CREATOR).write_text(text.replace(BEFORE, after))
    report = tfdiff.compare(None, str(old), str(new), source="folder", cache=folder / "cache")
    (found,) = (one for one in report.optimizers if one.name == "tf.train.GlideOptimizer")
    return found


def _of_state(report: OptimizerReport) -> list[Finding]:
    rules = {"state-creation-changed", "name-scope-changed"}
    return [one for one in report.findings if one.rule in rules]


def test_the_same_variables_by_other_statements_have_no_effect(tmp_path: Path) -> None:
    report = compared(tmp_path, AFTER)
    found = _of_state(report)
    assert found
    assert {one.effect for one in found} == {"none"}
    assert all("A whole step was carried out on both sides" in one.explanation for one in found)
    assert report.verdict.state == "compatible"


@pytest.mark.parametrize(
    ("now", "then"), [('"/" + name', '"/" + name + "_slot"'), ("zeros", "ones")]
)
def test_other_variables_are_left_undecided(tmp_path: Path, now: str, then: str) -> None:
    report = compared(tmp_path, AFTER.replace(now, then))
    assert {one.effect for one in _of_state(report)} == {"checkpoint"}
    assert report.verdict.state == "undecided"
