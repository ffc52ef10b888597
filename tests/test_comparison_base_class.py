"""A base class leaves the step to others, and is not said to be undecided on some path."""

from pathlib import Path

import tfdiff
from tests.trees import FIXTURES, overlaid

BASE = "tensorflow/python/training/optimizer.py"


def test_a_base_class_is_said_to_have_no_update_rule_of_its_own(tmp_path: Path) -> None:
    old = overlaid(FIXTURES / "base", tmp_path / "old")
    new = overlaid(FIXTURES / "base", tmp_path / "new")
    text = (new / BASE).read_text()
    changed = text.replace("def _prepare(self):", "def _prepare(self):\n    self._ready = True")
    assert changed != text
    (new / BASE).write_text(changed)
    report = tfdiff.compare(None, str(old), str(new), source="folder", cache=tmp_path / "cache")
    found = {one.name: one.verdict for one in report.optimizers}
    assert found["tf.train.Optimizer"].updates == "undecided"
    assert "no update rule of its own" in found["tf.train.Optimizer"].summary
    assert "no update rule" not in found["tf.train.GlideOptimizer"].summary
