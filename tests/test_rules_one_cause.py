"""One cause is told once: what changed with it, in kernels, errors and paths, goes with it."""

from pathlib import Path

import pytest

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Finding
from tfdiff.rules.matching.ops import together

BASE = "tensorflow/python/training/optimizer.py"
GLIDE = "tensorflow/python/training/glide.py"
KERNELS = "tensorflow/core/kernels/training_ops.cc"
CLASS = "template <typename Device, typename T>\nclass ApplyGlideOp"
LOCKS = "MaybeLockMutexesInOrder(ctx, use_exclusive_lock_, {0, 1, 2});"
VARIABLE = "Tensor var = ctx->mutable_input(0, use_exclusive_lock_);"
FOUND = "Tensor var;\n    OP_REQUIRES_OK(ctx, GetVariable(ctx, 0, {}));\n"
HELPER = """\
static Status GetVariable(OpKernelContext* ctx, int input, {parameters}) {{
  Var* var;
  TF_RETURN_IF_ERROR(LookupResource(ctx, HandleFromInput(ctx, input), &var));
{body}  *out = *var->tensor();
  return Status::OK();
}}

"""
UNREF = "  core::ScopedUnref unref(var);\n"
COUNTED = HELPER.replace("  Var* var;", "  core::RefCountPtr<Var> var;")


def _tree(folder: Path, path: str, *edits: tuple[str, str]) -> Path:
    root = overlaid(FIXTURES / "none", folder)
    text = (root / path).read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (root / path).write_text(text)
    return root


def _kernels(folder: Path, helper: str, call: str, **parts: str) -> Path:
    written = helper.format(parameters=parts.get("parameters", "Tensor* out"), body=parts["body"])
    return _tree(folder, KERNELS, (CLASS, written + CLASS), (VARIABLE, FOUND.format(call)))


def _findings(old: Path, new: Path, *rules: str) -> list[Finding]:
    report = tfdiff.compare(None, str(old), str(new), source="folder", cache=old.parent / "cache")
    every = [one for each in report.optimizers for one in each.findings]
    return [one for one in every if not rules or one.rule in rules]


def test_a_call_that_passes_what_a_helper_takes_now_goes_with_the_helper(tmp_path: Path) -> None:
    old = _kernels(tmp_path / "a", HELPER, "&var", body=UNREF)
    copying = f"{UNREF}  if (!dry) PrepareToUpdateVariable(ctx, var->tensor());\n"
    new = _kernels(
        tmp_path / "b", HELPER, "dry, &var", body=copying, parameters="bool dry, Tensor* out"
    )
    (found,) = _findings(old, new)
    assert found.rule == "variable-access-changed"
    assert found.subject == "GetVariable"
    assert "copy-on-write" in found.title
    assert found.explanation.count("with the kernels that call it") == 1


@pytest.mark.parametrize(
    ("before", "after", "title", "effect"),
    [
        ("", UNREF, "Each step gives its reference to the variable back", "memory"),
        (UNREF, "", "Each step keeps a reference to the variable", "memory"),
    ],
)
def test_a_reference_that_is_given_back_or_kept_is_said_to_be(
    tmp_path: Path, before: str, after: str, title: str, effect: str
) -> None:
    old = _kernels(tmp_path / "a", HELPER, "&var", body=before)
    new = _kernels(tmp_path / "b", HELPER, "&var", body=after)
    (found,) = _findings(old, new)
    assert (found.rule, found.effect) == ("kernel-output-changed", effect)
    assert found.title.startswith(title)
    assert found.condition == "variables are resource variables"


def test_a_reference_that_both_releases_give_back_has_no_effect(tmp_path: Path) -> None:
    old = _kernels(tmp_path / "a", HELPER, "&var", body=UNREF)
    new = _kernels(tmp_path / "b", COUNTED, "&var", body="")
    (found,) = _findings(old, new, "kernel-output-changed")
    assert found.effect == "none"


def _raising(test: str, message: str) -> tuple[str, str]:
    held = "    self._lr_t = None\n"
    return held, f'{held}    if {test}:\n      raise ValueError("{message}")\n'


def test_an_error_in_much_the_same_words_is_one_error(tmp_path: Path) -> None:
    kept = "a rate above one needs a bound in a cross-tower context"
    old = _tree(tmp_path / "a", GLIDE, _raising("learning_rate > 1", kept))
    said = kept.replace("tower", "replica")
    new = _tree(tmp_path / "b", GLIDE, _raising("learning_rate >= 1", said))
    (found,) = _findings(old, new)
    assert found.rule == "validation-changed"
    other = _tree(tmp_path / "c", GLIDE, _raising("decay >= 1", "no such decay"))
    assert {one.rule for one in _findings(old, other)} == {"validation-added", "validation-removed"}


HELPED = """
  def _checked(self, rate):
    {body}

  def _create_slots(self, var_list):
"""


def test_an_error_that_a_helper_raises_now_is_raised_all_the_same(tmp_path: Path) -> None:
    test = 'if {name} > 1:\n      raise ValueError("a rate above one "\n{pad}"needs a bound")'
    held = "    self._lr_t = None\n"
    raised = test.format(name="learning_rate", pad=" " * 23)
    own = _tree(tmp_path / "a", GLIDE, (held, f"{held}    {raised}\n"))
    slots = "\n  def _create_slots(self, var_list):\n"
    body = test.format(name="rate", pad=" " * 12)
    helped = _tree(
        tmp_path / "b",
        GLIDE,
        (held, f"{held}    self._checked(learning_rate)\n"),
        (slots, HELPED.format(body=body)),
    )
    found = {one.rule for one in _findings(own, helped)}
    assert not found & {"validation-removed", "validation-added"}
    none = _tree(
        tmp_path / "c",
        GLIDE,
        (held, f"{held}    self._checked(learning_rate)\n"),
        (slots, HELPED.format(body="return rate")),
    )
    assert "validation-removed" in {one.rule for one in _findings(own, none)}


def test_an_error_for_a_mode_in_a_new_loop_is_told_as_the_error(tmp_path: Path) -> None:
    loop = (
        "    for v in var_list:\n      if isinstance(v, ops.EagerTensor):\n"
        '        raise TypeError("no such tensors")\n'
    )
    head = "  def _create_slots(self, var_list):\n"
    old = _tree(tmp_path / "a", GLIDE)
    new = _tree(tmp_path / "b", GLIDE, (head, head + loop))
    (found,) = _findings(old, new)
    assert found.rule == "validation-added"


def test_a_title_says_where_the_statement_is_and_what_became_of_it(tmp_path: Path) -> None:
    prepare = "  def _prepare(self):\n"
    old = _tree(tmp_path / "a", GLIDE, (prepare, f"{prepare}    self._x = ops.device(None)\n"))
    new = _tree(tmp_path / "b", GLIDE, (prepare, f"{prepare}    self._x = ops.device('/cpu')\n"))
    (found,) = _findings(old, new)
    said = "self._x = ops.device(None) became self._x = ops.device('/cpu')"
    assert found.title.endswith(f" in _prepare: {said}")


PLAIN = """\
REGISTER_KERNEL_BUILDER(
    Name("AssignSub").Device(DEVICE_CPU).TypeConstraint<{}>("T"), SubOp<CPUDevice, {}>);
"""
SUB = """\
namespace tensorflow {
template <typename Device, typename T>
class SubOp : public OpKernel {
  void Compute(OpKernelContext* ctx) override {
    ctx->eigen_device<Device>();
  }
};
"""
DEFINED = 'REGISTER_OP("AssignSub").Input("ref: Ref(T)").Input("value: T").Output("o: Ref(T)");\n'
SPARSE = """
  def _apply_sparse(self, grad, var):
    return state_ops.scatter_sub(var, grad.indices, state_ops.assign_sub(var, grad.values))
"""


def _plain(folder: Path, kernel: str, *types: str) -> Path:
    imports = "from tensorflow.python.ops import math_ops\n"
    state = f"from tensorflow.python.ops import state_ops\n{imports}"
    root = _tree(folder, GLIDE, (imports, state))
    (root / GLIDE).write_text((root / GLIDE).read_text() + SPARSE)
    (root / "tensorflow/core/ops/state_ops.cc").write_text(DEFINED)
    registered = "".join(PLAIN.format(name, name) for name in types)
    file = root / "tensorflow/core/kernels/dense_update_ops.cc"
    file.write_text(f"{kernel}{registered}}}  // namespace tensorflow\n")
    return root


def test_ops_that_update_variables_besides_are_compared_for_types_that_are_trained(
    tmp_path: Path,
) -> None:
    old = _plain(tmp_path / "a", SUB, "float")
    new = _plain(tmp_path / "b", SUB, "float", "double", "int32")
    (found,) = _findings(old, new)
    assert found.title == "AssignSub: now on CPU for T=double"
    whole = _plain(tmp_path / "c", SUB, "float", "int32")
    assert not _findings(old, whole, "kernel-registration-changed")


def test_an_op_that_one_side_alone_uses_is_there_on_both(tmp_path: Path) -> None:
    old = _plain(tmp_path / "a", SUB, "float")
    new = _plain(tmp_path / "b", SUB, "float")
    (new / GLIDE).write_text((new / GLIDE).read_text().replace(SPARSE, ""))
    assert not [one for one in _findings(old, new) if "AssignSub" in one.title]


def test_what_serves_types_that_are_not_trained_is_left_out(tmp_path: Path) -> None:
    functor = "namespace functor {\ntemplate <>\nstruct Sub<CPUDevice, string> {\n"
    body = "  void operator()(const CPUDevice& d) {\n    d.parallelFor(1);\n  }\n};\n}\n"
    kernel = SUB.replace("template <typename Device", f"{functor}{body}template <typename Device")
    kernel = kernel.replace("ctx->eigen", "functor::Sub<Device, T>();\n    ctx->eigen")
    old = _plain(tmp_path / "a", kernel, "float")
    new = _plain(tmp_path / "b", kernel.replace("(1)", "(2)"), "float")
    assert not _findings(old, new)


def test_a_word_that_only_helps_the_parser_is_no_change(tmp_path: Path) -> None:
    old = _plain(tmp_path / "a", SUB, "float")
    helped = SUB.replace("->eigen_device", "->template eigen_device")
    assert {one.effect for one in _findings(old, _plain(tmp_path / "b", helped, "float"))} == {
        "none"
    }


def test_a_base_whose_name_stands_for_an_unrelated_class_is_one_finding(tmp_path: Path) -> None:
    old = overlaid(FIXTURES / "none", tmp_path / "a")
    rewritten = (
        ("class Optimizer(object)", "class OptimizerV2(object)"),
        ("self._slots = {}", "self._slots = {}\n    self._clipnorm = None"),
        ("return self._slot_dict(name).get(var)", "return self._slots[name]"),
    )
    new = _tree(tmp_path / "b", BASE, *rewritten)
    text = (new / GLIDE).read_text()
    text = text.replace("optimizer.Optimizer", "optimizer.OptimizerV2")
    (new / GLIDE).write_text(text)
    report = tfdiff.compare(None, str(old), str(new), source="folder", cache=tmp_path / "cache")
    base = next(one for one in report.optimizers if one.name == "tf.train.Optimizer")
    (found,) = base.findings
    assert found.title == "Stands for another class: OptimizerV2 instead of Optimizer"


def test_ops_that_come_for_the_same_variables_are_one_finding() -> None:
    ops = ("ApplyGlide", "ResourceApplyGlide", "ResourceSparseApplyGlide", "SparseApplyGlide")
    assert together(ops) == (
        ("ApplyGlide", "SparseApplyGlide"),
        ("ResourceApplyGlide", "ResourceSparseApplyGlide"),
    )


def test_a_handle_that_moves_to_host_memory_leaves_the_kernel(tmp_path: Path) -> None:
    last = "TF_CALL_double(REGISTER_CPU_KERNELS);\n"
    gpu = f"{last}REGISTER_KERNELS(GPU, float);\n"
    held = ('TypeConstraint<T>("T"), \\', 'HostMemory("var").TypeConstraint<T>("T"), \\')
    old = _tree(tmp_path / "a", KERNELS, (last, gpu))
    (found,) = _findings(old, _tree(tmp_path / "b", KERNELS, (last, gpu), held))
    assert found.title == "ApplyGlide: now with var in host memory on GPU"
    assert "The kernel itself is the same" in found.explanation
