"""What findings say is true of the change at hand, not only of most changes of their kind."""

from collections.abc import Iterable
from pathlib import Path

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Finding, OptimizerReport

GLIDE = "tensorflow/python/training/glide.py"
KERNELS = "tensorflow/core/kernels/training_ops.cc"
CHECK = "OP_REQUIRES(ctx, var.IsInitialized(),"
STRICT = "OP_REQUIRES(ctx, var.IsInitialized() && lr.scalar<T>()() > static_cast<T>(0),"
EXPORT = '@tf_export("train.GlideOptimizer")'
CLASS = '"""Optimizer that glides."""\n'


def _tree(folder: Path, path: str = GLIDE, *edits: tuple[str, str]) -> Path:
    root = overlaid(FIXTURES / "none", folder)
    text = (root / path).read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (root / path).write_text(text)
    return root


def _glide(old: Path, new: Path) -> OptimizerReport:
    report = tfdiff.compare(None, str(old), str(new), source="folder", cache=old.parent / "cache")
    return next(one for one in report.optimizers if one.name.endswith("GlideOptimizer"))


def _one(findings: Iterable[Finding], rule: str) -> Finding:
    (found,) = [one for one in findings if one.rule == rule]
    return found


def test_a_check_that_asks_for_less_accepts_what_was_refused(tmp_path: Path) -> None:
    strict = _tree(tmp_path / "a", KERNELS, (CHECK, STRICT))
    loose = _tree(tmp_path / "b")
    looser = _one(_glide(strict, loose).findings, "kernel-validation-changed")
    assert looser.title == "Kernels no longer ask for lr.scalar<T>()()>T(0)"
    assert "computed with now" in looser.explanation
    stricter = _one(_glide(loose, strict).findings, "kernel-validation-changed")
    assert stricter.title == "Kernels ask for lr.scalar<T>()()>T(0) now"
    assert "refused with an error now" in stricter.explanation


def test_work_that_a_new_functor_divides_is_still_divided(tmp_path: Path) -> None:
    call, end = "    functor::ApplyGlide<Device, T>()(", "}  // namespace functor\n"
    shard = "Shard(4, ctx, 8, 1, work);"
    functor = (
        "template <typename Device, typename T>\nstruct DivideGlide {\n"
        f"  void operator()(OpKernelContext* ctx) {{ {shard} }}\n}};\n\n"
    )
    hands_on = f"    functor::DivideGlide<Device, T>()(ctx);\n{call}"
    old = _tree(tmp_path / "a", KERNELS, (call, f"    {shard}\n{call}"))
    new = _tree(tmp_path / "b", KERNELS, (end, functor + end), (call, hands_on))
    found = _one(_glide(old, new).findings, "parallel-execution-changed")
    assert found.title == "ApplyGlideOp: runs with another division of the work"
    plain = _tree(tmp_path / "c")
    found = _one(_glide(old, plain).findings, "parallel-execution-changed")
    assert found.title == "ApplyGlideOp: runs no longer in parallel"


def test_a_method_that_only_raises_is_said_to_raise(tmp_path: Path) -> None:
    raising = (
        '\n  def get_slot(self, var, name):\n    """Not here."""\n'
        '    # the wrapped one has them\n    raise AttributeError("no slots here")\n'
    )
    old = _tree(tmp_path / "a")
    new = _tree(tmp_path / "b", GLIDE, (CLASS, CLASS + raising))
    found = _one(_glide(old, new).findings, "method-overridden")
    assert found.title == "get_slot raises AttributeError now"


def test_a_device_that_had_no_kernel_takes_steps_that_ran_elsewhere(tmp_path: Path) -> None:
    last = "TF_CALL_double(REGISTER_CPU_KERNELS);\n"
    old = _tree(tmp_path / "a")
    new = _tree(tmp_path / "b", KERNELS, (last, f"{last}REGISTER_KERNELS(GPU, float);\n"))
    found = _one(_glide(old, new).findings, "kernel-registration-changed")
    assert found.title == "ApplyGlide: now on GPU for T=float"
    assert "stayed on another one before" in found.explanation


def test_a_name_that_is_gone_breaks_calls_and_one_that_both_have_is_offered(
    tmp_path: Path,
) -> None:
    twice = '@tf_export(v1=["train.GlideOptimizer", "train.Glide"])'
    once = '@tf_export(v1=["train.GlideOptimizer"])'
    old = _tree(tmp_path / "a", GLIDE, (EXPORT, twice))
    new = _tree(tmp_path / "b", GLIDE, (EXPORT, once))
    report = tfdiff.compare(
        None, str(old), str(new), source="folder", cache=tmp_path / "cache"
    ).optimizers
    found = _one(report[0].findings, "public-name-changed")
    assert found.remedy == "Import it as tf.train.GlideOptimizer, which both releases have."
    assert report[0].verdict.calls == "broken"


def test_a_further_name_that_is_gone_breaks_nobody_who_uses_the_first(tmp_path: Path) -> None:
    twice = '@tf_export(v1=["train.GlideOptimizer", "contrib.train.GlideOptimizer"])'
    once = '@tf_export(v1=["train.GlideOptimizer"])'
    old = _tree(tmp_path / "a", GLIDE, (EXPORT, twice))
    glide = _glide(old, _tree(tmp_path / "b", GLIDE, (EXPORT, once)))
    assert _one(glide.findings, "public-name-changed").effect == "api"
    assert glide.verdict.calls == "compatible"


def test_an_export_that_leaves_the_names_alone_has_no_effect(tmp_path: Path) -> None:
    first = '@tf_export(v1=["train.GlideOptimizer"])'
    old = _tree(tmp_path / "a")
    glide = _glide(old, _tree(tmp_path / "b", GLIDE, (EXPORT, first)))
    assert _one(glide.findings, "public-name-changed").effect == "none"
    assert glide.verdict.calls == "compatible"


def test_that_version_one_is_offered_as_compat_too_is_no_news(tmp_path: Path) -> None:
    old = _tree(tmp_path / "a")
    new = _tree(tmp_path / "b")
    (new / "tensorflow/compat_template_v1.__init__.py").write_text("")
    assert not _glide(old, new).findings
    back = _one(_glide(new, old).findings, "public-name-changed")
    assert back.title == "Can no longer be imported from tf.compat.v1.train"


def test_a_title_does_not_say_new_of_what_the_other_side_does_elsewhere(tmp_path: Path) -> None:
    held = "    self._lr_t = None\n"
    prepare = "  def _prepare(self):\n"
    helper = "  def _clipped(self, clipnorm):\n    return clipnorm\n\n"
    calling = f"{helper}{prepare}    self._clipped(None)\n"
    apart = _tree(tmp_path / "a")
    knows = _tree(tmp_path / "b", GLIDE, (prepare, calling))
    new = _tree(tmp_path / "c", GLIDE, (held, f"{held}    self.clipnorm = learning_rate\n"))
    fresh = _one(_glide(apart, new).findings, "gradient-clipping-changed")
    said = "self.clipnorm = learning_rate is new"
    assert fresh.title == f"Gradients can be clipped: {said}"
    known = _one(_glide(knows, new).findings, "gradient-clipping-changed")
    assert known.title.startswith("Gradients are clipped otherwise")


def test_a_new_place_of_state_is_shown_with_the_line_that_sets_it(tmp_path: Path) -> None:
    creates = "  def _create_slots(self, var_list):\n"
    placed = '    with ops.colocate_with({}):\n      self._create_non_slot_variable(1.0, "power")\n'
    helper = (
        "  def _create_non_slot_variable(self, value, name):\n    self._non_slots[name] = value\n\n"
    )
    trees = []
    for place in ("var_list[0]", "var_list[-1]"):
        root = _tree(tmp_path / place, GLIDE, (creates, creates + placed.format(place)))
        base = root / "tensorflow/python/training/optimizer.py"
        base.write_text(
            base.read_text().replace("  def _zeros_slot(", helper + "  def _zeros_slot(")
        )
        trees.append(root)
    found = _one(_glide(*trees).findings, "placement-changed")
    assert found.old is not None
    assert found.new is not None
    assert "colocate_with(var_list[0])" in found.old.text
    assert "colocate_with(var_list[-1])" in found.new.text
    assert '"power"' in found.new.text


def test_what_eigens_device_divided_before_does_not_only_now_run_in_parallel(
    tmp_path: Path,
) -> None:
    functor = (
        "template <typename T>\nstruct ApplyGlide<CPUDevice, T> {{\n"
        "  void operator()(const CPUDevice& d, typename TTypes<T>::Flat var) {{ {body} }}\n}};\n\n"
    )
    end = "}  // namespace functor\n"
    bodies = {
        "device": "var.device(d) = var + var;",
        "loop": "for (int i = 0; i < n; ++i) { var(i) += var(i); }",
        "shard": "auto work = [&](int a, int b) { var(a) += var(a); }; d.parallelFor(n, c, work);",
    }
    trees = {
        name: _tree(tmp_path / name, KERNELS, (end, functor.format(body=body) + end))
        for name, body in bodies.items()
    }
    found = _one(_glide(trees["device"], trees["shard"]).findings, "parallel-execution-changed")
    assert found.title.endswith("runs with another division of the work")
    found = _one(_glide(trees["loop"], trees["shard"]).findings, "parallel-execution-changed")
    assert found.title.endswith("runs in parallel now")


HYPER = """
  def _set_hyper(self, name, value):
    self._hyper[name] = value

  def _create_slots(self, var_list):
"""
ANSWERS = """
  def __getattr__(self, name):
    return self._hyper[name]
"""


CONFIG = """
  def get_config(self):
    return {{"rate": self._lr, {entries}}}

  def _create_slots(self, var_list):
"""


def test_entries_of_the_configuration_are_told_by_name(tmp_path: Path) -> None:
    slots = "\n  def _create_slots(self, var_list):\n"

    def writing(name: str, entries: str, *more: tuple[str, str]) -> Path:
        return _tree(tmp_path / name, GLIDE, (slots, CONFIG.format(entries=entries)), *more)

    old = writing("a", '"decay": self._decay')
    new = writing("b", '"decay": self._decay, "epsilon": self._epsilon')
    found = _one(_glide(old, new).findings, "config-changed")
    assert found.title == "Its configuration has epsilon now"
    found = _one(_glide(new, old).findings, "config-changed")
    assert found.title == "Its configuration no longer has epsilon"
    argument = ("use_locking=False, name", "use_locking=False, swing=0.5, name")
    kept = ("    self._lr_t = None\n", "    self._lr_t = None\n    self._swing = swing\n")
    more = writing("c", '"decay": self._decay, "swing": self._swing', argument, kept)
    titles = [one.title for one in _glide(old, more).findings]
    assert not [title for title in titles if title.startswith("Its configuration has")]


def test_a_hyperparameter_that_the_class_answers_to_is_still_set(tmp_path: Path) -> None:
    held, slots = "    self._decay = decay\n", "\n  def _create_slots(self, var_list):\n"
    made = f"    self._hyper = {{}}\n{held}"
    old = _tree(tmp_path / "a", GLIDE, (held, f"{made}    self.decay = decay\n"), (slots, HYPER))
    keeps = f'{made}    self._set_hyper("decay", decay)\n'
    silent = _tree(tmp_path / "b", GLIDE, (held, keeps), (slots, HYPER))
    answers = _tree(tmp_path / "c", GLIDE, (held, keeps), (slots, ANSWERS + HYPER))
    assert "no longer sets decay" in _one(_glide(old, silent).findings, "attribute-changed").title
    assert "decay" not in _one(_glide(old, answers).findings, "attribute-changed").title
