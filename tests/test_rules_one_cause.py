"""One cause is told once: what changed with it, in kernels, errors and paths, goes with it."""

from pathlib import Path

import pytest

import tfdiff
from tests.trees import FIXTURES, overlaid
from tfdiff.findings import Finding

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
    assert found.explanation.count("and the kernels that call it") == 1


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


def test_a_title_says_where_the_statement_is_and_what_became_of_it(tmp_path: Path) -> None:
    prepare = "  def _prepare(self):\n"
    old = _tree(tmp_path / "a", GLIDE, (prepare, f"{prepare}    self._x = ops.device(None)\n"))
    new = _tree(tmp_path / "b", GLIDE, (prepare, f"{prepare}    self._x = ops.device('/cpu')\n"))
    (found,) = _findings(old, new)
    said = "self._x = ops.device(None) became self._x = ops.device('/cpu')"
    assert found.title.endswith(f" in _prepare: {said}")
