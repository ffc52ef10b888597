"""A base class leaves the step to others, and is not said to be undecided on some path."""

from pathlib import Path

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.comparison.optimizer import unread_optimizer
from tfdiff.comparison.verdict import one_sided
from tfdiff.facts import Unknown
from tfdiff.findings import OptimizerReport

BASE = "tensorflow/python/training/optimizer.py"


def test_a_base_class_is_said_to_leave_the_step_to_others(tmp_path: Path) -> None:
    old = overlaid(FIXTURES / "base", tmp_path / "old")
    new = overlaid(FIXTURES / "base", tmp_path / "new")
    text = (new / BASE).read_text()
    changed = text.replace("def _prepare(self):", "def _prepare(self):\n    self._ready = True")
    assert changed != text
    (new / BASE).write_text(changed)
    report = tfdiff.compare(None, str(old), str(new), source="folder", cache=tmp_path / "cache")
    found = {one.name: one.verdict for one in report.optimizers}
    assert found["tf.train.Optimizer"].updates == "undecided"
    assert "leaves the step to those" in found["tf.train.Optimizer"].summary
    assert "leaves the step" not in found["tf.train.GlideOptimizer"].summary
    base = next(one for one in report.optimizers if one.name == "tf.train.Optimizer")
    assert not base.left_open


def test_what_only_one_release_has_is_not_left_open() -> None:
    new, gone = (
        OptimizerReport("a.B", old, new, one_sided("a.B", new=new is not None), (), (), ())
        for old, new in ((None, "a.py"), ("a.py", None))
    )
    unread = unread_optimizer("a.B", "a.py", None, Unknown("it does not parse"))
    assert [one.left_open for one in (new, gone, unread)] == [False, False, True]
