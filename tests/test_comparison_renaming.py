"""Local variables that were renamed throughout are no change, whatever they are called."""

from tfdiff.comparison.statements import statement_changes
from tfdiff.facts import Region, Span
from tfdiff.rules.pair import Change

PYTHON = """\
def build(self):
  variables = variables_module.all_variables()
  if not variables:
    return None
  end = len(variables)
  for start in self._starts:
    if start:
      self._slices.append(slice(start, end))
  return end
"""
KERNEL = """\
template <typename T>
class GlideOp : public OpKernel {
 public:
  void DoValidate(OpKernelContext* ctx) {
    Tensor var;
    OP_REQUIRES_OK(ctx, GetInputTensor<CPUDevice, T>(ctx, 0, lock_, &var));
  }
  void DoCompute(OpKernelContext* ctx) {
    Tensor var;
    OP_REQUIRES_OK(ctx, GetInputTensor<CPUDevice, T>(ctx, 0, lock_, &var));
  }
};
"""


def _open(path: str, old: str, new: str) -> list[Change]:
    """The changes that nothing explains, whichever side comes first."""
    found: list[Change] = []
    for one, other in ((old, new), (new, old)):
        sides = [
            Region(
                "function", "it", None, text, "", text=text, span=Span(path, 1, text.count("\n"))
            )
            for text in (one, other)
        ]
        changes = statement_changes(*sides)
        assert changes is not None
        found.extend(change for change in changes if change.open)
    return found


def test_a_local_that_is_called_like_the_end_of_a_block_may_be_renamed() -> None:
    assert not _open("a.py", PYTHON, PYTHON.replace("end =", "stop =").replace(
        ", end)", ", stop)").replace("return end", "return stop"))  # fmt: skip


def test_a_local_that_is_called_like_a_module_may_be_renamed() -> None:
    new = PYTHON.replace("variables", "found").replace("found_module", "variables_module")
    new = new.replace("all_found", "all_variables")
    assert not _open("a.py", PYTHON, new)


def test_what_another_module_gives_is_a_change() -> None:
    new = PYTHON.replace("variables", "found").replace("found_module.all_found", "others.all_found")
    assert _open("a.py", PYTHON, new)


def test_one_function_of_a_class_may_rename_what_another_one_does_not() -> None:
    head, tail = KERNEL.split("  void DoCompute")
    new = f"{head}  void DoCompute{tail.replace('var', 'weights')}"
    assert not _open("k.cc", KERNEL, new)


def test_a_function_that_takes_another_one_s_name_for_a_local_is_a_change() -> None:
    head, tail = KERNEL.split("  void DoCompute")
    assert _open("k.cc", KERNEL, f"{head}  void DoCompute{tail.replace('&var', '&other_')}")
