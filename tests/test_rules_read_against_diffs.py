"""What reading whole diffs against reports has shown: false, vague, told twice or not told."""

from pathlib import Path

import pytest

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Finding, Report

BASE = "tensorflow/python/training/optimizer.py"
GLIDE = "tensorflow/python/training/glide.py"
SLOTS = "tensorflow/python/training/slot_creator.py"
KERNELS = "tensorflow/core/kernels/training_ops.cc"
LAST = "TF_CALL_double(REGISTER_CPU_KERNELS);\n"


def tree(folder: Path, *edits: tuple[str, str, str]) -> Path:
    root = overlaid(FIXTURES / "none", folder)
    for path, old, new in edits:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))
    return root


def compared(old: Path, new: Path) -> Report:
    return tfdiff.compare(None, str(old), str(new), source="folder", cache=old.parent / "cache")


def findings(old: Path, new: Path) -> list[Finding]:
    return [one for each in compared(old, new).optimizers for one in each.findings]


def telling(old: Path, new: Path) -> list[Finding]:
    return [one for one in findings(old, new) if one.effect != "none"]


def at_the_end(*methods: str) -> tuple[str, str, str]:
    kept = "        grad, use_locking=self._use_locking).op\n"
    return GLIDE, kept, "\n".join((kept, *methods))


SWAP = """\
  def swapping_saver(self, var_list):
    return self._swapped(var_list)

  def _swapped(self, var_list):
    kept = dict((v.op.name, v) for v in var_list)
    return kept
"""


def test_a_public_method_beside_the_step_is_compared_with_what_it_calls(tmp_path: Path) -> None:
    old = tree(tmp_path / "a", at_the_end(SWAP))
    changed = SWAP.replace("in var_list)\n", "in var_list if self.get_slot(v, 'speed'))\n")
    (found,) = telling(old, tree(tmp_path / "b", at_the_end(changed)))
    assert "_swapped" in f"{found.title} {found.explanation}"
    respelled = SWAP.replace("kept", "found").replace("dict(", "dict(  # by name\n        ")
    assert not telling(old, tree(tmp_path / "c", at_the_end(respelled)))


def test_a_private_method_that_nothing_calls_is_not_compared(tmp_path: Path) -> None:
    alone = "  def _alone(self, var):\n    return var\n"
    old = tree(tmp_path / "a", at_the_end(alone))
    assert not findings(old, tree(tmp_path / "b", at_the_end(alone.replace("return var", "pass"))))


REFUSING = '    """No."""\n    raise AttributeError("no slots")\n'
CHECKING = """\
    if name not in self._slots:
      raise KeyError(name)
    return super(GlideOptimizer, self).get_slot(var, name)
"""


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (REFUSING, "get_slot raises AttributeError now"),
        (CHECKING, "get_slot is GlideOptimizer.get_slot now instead of Optimizer.get_slot"),
    ],
)
def test_only_a_method_that_does_nothing_else_is_said_to_raise(
    tmp_path: Path, body: str, title: str
) -> None:
    old = tree(tmp_path / "a")
    new = tree(tmp_path / "b", at_the_end(f"  def get_slot(self, var, name):\n{body}"))
    assert title in {one.title for one in findings(old, new)}


NON_SLOT = """\
  def _create_non_slot_variable(self, initial_value, name, colocate_with):
    self._slots[name] = initial_value

  def _get_non_slot_variable(self, name):
    return self._slots[name]

  def _zeros_slot("""
MADE = "    self._create_non_slot_variable({}, name='power', colocate_with=first)\n"
CREATE = "  def _create_slots(self, var_list):\n"
PLACED = "    first = {}\n    with ops.colocate_with(first):\n  {}"


def _placed(folder: Path, first: str, *, around: bool) -> Path:
    made = MADE.format(1.0)
    lines = PLACED.format(first, f"    {made.strip()}\n")
    lines = lines if around else f"    first = {first}\n{made}"
    non_slot = (BASE, "  def _zeros_slot(", NON_SLOT)
    return tree(folder, non_slot, (GLIDE, CREATE, CREATE + lines))


def test_state_that_other_statements_place_with_the_same_is_not_placed_otherwise(
    tmp_path: Path,
) -> None:
    first = "min(var_list, key=lambda v: v.name)"
    old = _placed(tmp_path / "a", first, around=True)
    found = findings(old, _placed(tmp_path / "b", first, around=False))
    assert {one.effect for one in found if one.rule == "placement-changed"} <= {"none"}
    other = findings(old, _placed(tmp_path / "c", "var_list[0]", around=False))
    (moved,) = [one for one in other if one.rule == "placement-changed" and one.effect != "none"]
    assert moved.title.startswith("power is placed with the first of var_list")


SLOT = "  val = array_ops.zeros(primary.get_shape(), dtype=dtype)\n"
KNOWN = """\
  shape = primary.get_shape()
  if not shape.is_fully_defined():
    {}
  val = array_ops.zeros(shape, dtype=dtype)
"""


def test_what_is_done_for_shapes_that_are_not_known_is_one_matter(tmp_path: Path) -> None:
    old = tree(tmp_path / "a", (SLOTS, SLOT, KNOWN.format("shape = array_ops.shape(primary)")))
    branch = "if isinstance(primary, variables.Variable):\n      "
    branch += "shape = array_ops.shape(primary.initialized_value())\n    "
    branch += "else:\n      shape = array_ops.shape(primary)"
    new = tree(tmp_path / "b", (SLOTS, SLOT, KNOWN.format(branch)))
    (found,) = telling(old, new)
    assert found.rule == "shape-handling-changed"
    known = KNOWN.replace("if not", "if").format(branch)
    whole = tree(tmp_path / "c", (SLOTS, SLOT, known))
    plain = tree(
        tmp_path / "d",
        (SLOTS, SLOT, KNOWN.replace("if not", "if").format("shape = array_ops.shape(primary)")),
    )
    assert {one.rule for one in telling(plain, whole)} != {"shape-handling-changed"}


INITIAL = """\
  initializer = init_ops.zeros_initializer({})
  return create_slot_with_initializer(primary, initializer, {})
"""
WITH_INITIALIZER = """\
def create_slot_with_initializer(primary, initializer, dtype=None):
  return variable_scope.get_variable("", initializer=initializer, dtype=dtype)


def create_zeros_slot"""


def _initialised(folder: Path, given: str, passed: str) -> Path:
    body = f"{SLOT}  return create_slot(primary, val, name)"
    helper = (SLOTS, "def create_zeros_slot", WITH_INITIALIZER)
    return tree(folder, helper, (SLOTS, body, INITIAL.format(given, passed)))


def test_an_initializer_that_is_handed_the_dtype_anyway_gives_the_same(tmp_path: Path) -> None:
    old = _initialised(tmp_path / "a", "dtype", "dtype")
    found = findings(old, _initialised(tmp_path / "b", "", "dtype"))
    assert [(one.rule, one.effect) for one in found] == [("dtype-handling-changed", "none")]
    lost = _initialised(tmp_path / "c", "dtype", "None")
    (told,) = telling(lost, _initialised(tmp_path / "d", "", "None"))
    assert (told.rule, told.effect) == ("dtype-handling-changed", "rounding-only")


def test_a_parameter_of_a_helper_goes_with_the_one_matter_that_uses_it(tmp_path: Path) -> None:
    made = '  return variable_scope.get_variable("", initializer=val, trainable=False)'
    inside = f"    {made.strip()}"
    head = "def create_slot(primary, val, name, colocate_with_primary=True):"
    old = tree(tmp_path / "a")
    new = tree(
        tmp_path / "b",
        (SLOTS, head, head.replace("=True", "=True, constraint=None")),
        (SLOTS, inside, inside.replace("trainable", "constraint=constraint, trainable")),
    )
    assert [one.rule for one in telling(old, new)] == ["constraint-changed"]
    unused = tree(tmp_path / "c", (SLOTS, head, head.replace("=True", "=True, constraint=None")))
    assert [one.rule for one in telling(old, unused)] == ["internal-signature-changed"]


def test_the_catch_all_says_what_is_done_otherwise(tmp_path: Path) -> None:
    mean = "  def mean(self, x):\n    total = math_ops.reduce_mean(x)\n    return total\n"
    old = tree(tmp_path / "a", at_the_end(mean))
    new = tree(
        tmp_path / "b",
        at_the_end(mean.replace("reduce_mean(x)", "add_n(math_ops.floor(x)) / self._decay")),
    )
    (found,) = telling(old, new)
    assert found.title == (
        "GlideOptimizer.mean changed: total now with math_ops.add_n, math_ops.floor and "
        "self._decay, no longer with math_ops.reduce_mean"
    )


def test_a_kernel_line_is_not_accounted_for_by_an_argument_of_its_name(tmp_path: Path) -> None:
    renamed = tuple(
        (GLIDE, one, one.replace("decay", "rho"))
        for one in ("decay=0.9", "self._decay = decay", "self._decay, name=")
    )
    shaped = (
        KERNELS,
        "    const Tensor& decay = ctx->input(4);\n",
        "    const Tensor& decay = ctx->input(4);\n    CheckDecay(ctx, decay);\n",
    )
    edits = [(path, old, new.replace("self._rho", "self._decay")) for path, old, new in renamed]
    report = compared(tree(tmp_path / "a"), tree(tmp_path / "b", *edits, shaped))
    told = {one.id: one for each in report.optimizers for one in each.findings}
    assert any(one.rule == "parameter-renamed" for one in told.values())
    lines = [
        told[hunk.finding].rule
        for each in report.optimizers
        for region in each.regions
        for hunk in region.hunks
        if hunk.finding and region.kind == "kernel"
    ]
    assert lines
    assert "parameter-renamed" not in lines


def test_lines_that_changed_places_are_accounted_for_by_what_that_means(tmp_path: Path) -> None:
    energy = "    energy.device(d) = energy * decay() + grad.square() * (T(1) - decay());\n"
    var = "    var.device(d) -= (speed * lr()) / (energy.sqrt() + epsilon());\n"
    report = compared(
        tree(tmp_path / "a"), tree(tmp_path / "b", (KERNELS, energy + var, var + energy))
    )
    accounts = [
        hunk.account
        for each in report.optimizers
        for region in each.regions
        if region.kind == "functor"
        for hunk in region.hunks
    ]
    assert set(accounts) == {"finding"}


GENERIC = """\
template <typename Device, typename T>
struct Nudge<Device, T, ADD> {{
  void operator()(const Device& d, typename TTypes<T>::Flat var) {{
    var.device(d) += var;
  }}
}};
"""


def _nudging(folder: Path, functor: str) -> Path:
    called = "functor::Nudge<Device, T, ADD>()(device, var);"
    return tree(
        folder,
        (KERNELS, "}  // namespace functor\n", f"{functor}\n}}  // namespace functor\n"),
        (KERNELS, "    ctx->forward", f"    {called}\n    ctx->forward"),
    )


def test_a_functor_that_is_written_out_for_each_device_is_the_same(tmp_path: Path) -> None:
    generic = GENERIC.format()
    own = generic.replace("typename Device, ", "").replace("Device& d", "CPUDevice& d")
    own = own.replace("Nudge<Device", "Nudge<CPUDevice")
    old = _nudging(tmp_path / "a", generic)
    assert not telling(old, _nudging(tmp_path / "b", own))
    assert telling(old, _nudging(tmp_path / "c", own.replace("+= var", "-= var")))


def test_registrations_for_types_that_nothing_trains_are_no_change(tmp_path: Path) -> None:
    old = tree(tmp_path / "a")
    spelled = tree(tmp_path / "b", (KERNELS, LAST, "REGISTER_KERNELS(CPU, double);\n"))
    assert not telling(old, spelled)
    more = tree(tmp_path / "c", (KERNELS, LAST, f"{LAST}REGISTER_KERNELS(CPU, Eigen::half);\n"))
    assert [one.rule for one in telling(old, more)] == ["kernel-registration-changed"]


def test_the_same_statement_in_several_methods_is_one_finding(tmp_path: Path) -> None:
    methods = "".join(f"  def {name}(self, x):\n    return x\n\n" for name in ("cov", "inv"))
    old = tree(tmp_path / "a", at_the_end(methods))
    new = tree(
        tmp_path / "b", at_the_end(methods.replace("    return", "    self.ready()\n    return"))
    )
    (found,) = telling(old, new)
    assert found.title == "GlideOptimizer.cov, inv changed: now with self.ready"
    other = methods.replace("    return", "    self.ready()\n    return", 1)
    (alone,) = telling(old, tree(tmp_path / "c", at_the_end(other)))
    assert alone.title == "GlideOptimizer.cov changed: now with self.ready"


def test_a_name_that_a_new_helper_makes_unique_is_one_matter(tmp_path: Path) -> None:
    made = '    return variable_scope.get_variable("", initializer=val, trainable=False)'
    unique = """\
    def _unique(name):
      return variable_scope.get_variable_scope().name + name
    return variable_scope.get_variable(_unique(""), initializer=val, trainable=False)"""
    old = tree(tmp_path / "a")
    (found,) = telling(old, tree(tmp_path / "b", (SLOTS, made, unique)))
    assert found.rule == "name-scope-changed"


SLOTS_MADE = """\
    for v in var_list:
      self._zeros_slot(v, "speed", self._name)
      self._zeros_slot(v, "energy", self._name)
"""


def test_statements_that_moved_into_a_helper_are_no_change(tmp_path: Path) -> None:
    made = f"    self._make_slots(var_list)\n\n  def _make_slots(self, var_list):\n{SLOTS_MADE}"
    old, moved = tree(tmp_path / "a"), tree(tmp_path / "b", (GLIDE, SLOTS_MADE, made))
    for one, other in ((old, moved), (moved, old)):
        (found,) = findings(one, other)
        assert (found.rule, found.effect) == ("same-meaning", "none")
        assert "moved into a helper" in found.explanation
    more = made.replace("    for v", "    var_list = self._sorted(var_list)\n    for v")
    said = findings(old, tree(tmp_path / "c", (GLIDE, SLOTS_MADE, more)))
    assert said
    assert not any("moved into a helper" in one.explanation for one in said)


WHOLE = """\
  def minimize(self, loss, var_list):
    return self.apply_gradients(gradients.gradients(loss, var_list))

  def _create_slots("""
CALLING = WHOLE.replace(
    "    return",
    "    if loss is not None:\n      return self._minimize(loss, var_list)\n    return",
)
BODY = """\
  def {name}(self, loss, var_list):
{checked}    means = [self._mean(v) for v in var_list]
    total = loss + math_ops.add_n(means)
    grads = gradients.gradients(total, var_list)
    pairs = list(zip(grads, var_list))
    return self.apply_gradients(pairs)
"""
CHECKED = '    if loss.dtype != means.dtype:\n      raise ValueError("of one dtype")\n'
ANOTHER = "  def _minimize(self, loss, var_list):\n    return self.get_slot(loss, var_list)\n"


def test_a_body_that_a_helper_carries_for_a_base_class_is_compared_with_it(tmp_path: Path) -> None:
    start = "  def _create_slots("
    old = tree(
        tmp_path / "a", (BASE, start, WHOLE), at_the_end(BODY.format(name="minimize", checked=""))
    )
    body = BODY.format(name="_minimize", checked=CHECKED)
    new = tree(tmp_path / "b", (BASE, start, CALLING), at_the_end(body))
    told = {one.rule: one for one in findings(old, new) if one.optimizer.endswith("GlideOptimizer")}
    assert told.keys() == {"method-overridden", "validation-added"}
    moved = told["method-overridden"]
    assert moved.title == ("minimize is Optimizer.minimize now instead of GlideOptimizer.minimize")
    assert "that of GlideOptimizer._minimize" in moved.explanation
    back = [one.title for one in telling(new, old) if one.rule == "method-overridden"]
    assert back == ["minimize is GlideOptimizer.minimize now instead of Optimizer.minimize"]
    another = telling(old, tree(tmp_path / "c", (BASE, start, CALLING), at_the_end(ANOTHER)))
    assert not [one for one in another if "_minimize, which" in one.explanation]


@pytest.mark.parametrize(
    ("after", "rule"),
    [
        ("math_ops.cast(var, distribution.dtype)", "dtype-handling-changed"),
        ("distribution.broadcast(var)", "distribution-strategy-changed"),
    ],
)
def test_the_dtype_of_something_has_to_do_with_dtypes_only(
    tmp_path: Path, after: str, rule: str
) -> None:
    lines = "    distribution = self._shares(var)\n    return {}\n"
    helper = "  def mean(self, var):\n" + lines
    old = tree(tmp_path / "a", at_the_end(helper.format("math_ops.cast(var, dtypes.float32)")))
    found = telling(old, tree(tmp_path / "b", at_the_end(helper.format(after))))
    assert [one.rule for one in found] == [rule]
