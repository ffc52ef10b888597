"""Kernels compared statement by statement: what a change has to do with, and what is none."""

import pytest

from tfdiff.comparison.statements import statement_changes
from tfdiff.extract.cxx.statements import statements
from tfdiff.facts import Region, Span
from tfdiff.rules.pair import Change

KERNEL = """\
void Compute(OpKernelContext* ctx) override {
  Tensor var = ctx->mutable_input(0, true);
  const Tensor& lr = ctx->input(1);
  for (int i = 0; i < n; i++) {
    out(i) = var(i) * lr(0);
  }
}
"""


def _region(text: str) -> Region:
    lines = text.count("\n")
    return Region("kernel", "GlideOp", "cpu", text, "", text=text, span=Span("k.cc", 1, lines))


def _changes(*replacements: tuple[str, str]) -> tuple[Change, ...]:
    new = KERNEL
    for old, other in replacements:
        assert old in new
        new = new.replace(old, other)
    found = statement_changes(_region(KERNEL), _region(new))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("i++", "++i"),
        ("const Tensor& lr", "Tensor& lr"),
        ("Compute(OpKernelContext* ctx) override", "Compute(OpKernelContext* ctx)"),
        ("lr(0)", "static_cast<T>(lr(0))"),
    ],
)
def test_synonyms_are_harmless_and_other_words_are_not(old: str, new: str) -> None:
    (change,) = _changes((old, new))
    assert bool(change.harmless) == (not new.startswith("static_cast"))


LAUNCH = "Move<T, op><<<c.block_count, c.thread_per_block, 0, d.stream()>>>({given});"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (
            LAUNCH.format(given="x.data(), n"),
            (
                "TF_CHECK_OK(GpuLaunchKernel(motion::Move<T, op>, c.block_count, "
                "c.thread_per_block, 0, d.stream(), x.data(), n));"
            ),
            True,
        ),
        (
            LAUNCH.format(given="x.data(), n"),
            (
                "TF_CHECK_OK(GpuLaunchKernel(Move<T, op>, c.block_count, c.block_count, "
                "0, d.stream(), x.data(), n));"
            ),
            False,
        ),
        ("rank = xla::ShapeUtil::Rank(shape);", "rank = shape.rank();", True),
        ("rank = xla::ShapeUtil::Rank(shape);", "rank = other.rank();", False),
        ("rank = xla::ShapeUtil::ElementCount(s);", "rank = s.element_count();", True),
        ("rank = xla::ShapeMath::Rank(shape);", "rank = shape.rank();", False),
    ],
)
def test_a_launch_or_a_question_that_is_written_anew_is_the_same(
    old: str,
    new: str,
    same: bool,  # noqa: FBT001
) -> None:
    line = "  const Tensor& lr = ctx->input(1);\n"
    before, after = (KERNEL.replace(line, f"  {text}\n") for text in (old, new))
    changes = statement_changes(_region(before), _region(after))
    assert changes is not None
    assert all(one.harmless for one in changes) is same


def test_that_a_class_cannot_be_copied_is_no_statement() -> None:
    old = "class Var {\n  int kept_;\n  TF_DISALLOW_COPY_AND_ASSIGN(Var);\n};\n"
    new = "class Var {\n  int kept_;\n  Var(const Var&) = delete;\n"
    new += "  Var& operator=(const Var&) = delete;\n};\n"
    assert not statement_changes(_region(old), _region(new))


def test_what_is_multiplied_is_not_declared() -> None:
    region = _region("void f() {\n  auto x = a * var;\n  T* y = b;\n}\n")
    assert [one.binds for one in statements(region)[1:3]] == [("x",), ("y",)]


def test_a_function_that_was_split_off_is_no_check_because_it_holds_one() -> None:
    check = '  OP_REQUIRES(ctx, ok, errors::Internal("no"));\n'
    old = f"class A {{\nvoid Compute(C* ctx) {{\n  f(ctx);\n{check}}}\n}};\n"
    new = "class A {\nvoid Compute(C* ctx) {\n  f(ctx);\n  Do(ctx);\n}\n"
    new += f"void Do(C* ctx) {{\n{check}}}\n}};\n"
    found = statement_changes(_region(old), _region(new)) or ()
    assert found
    assert "validation" not in {change.topic for change in found}


def test_a_renamed_local_is_harmless() -> None:
    found = _changes(("lr = ctx", "rate = ctx"), ("lr(0)", "rate(0)"))
    assert found
    assert all(change.harmless for change in found)


def test_a_local_renamed_at_one_place_only_is_a_change() -> None:
    assert any(not change.harmless for change in _changes(("lr(0)", "rate(0)")))


@pytest.mark.parametrize(
    ("statement", "topic"),
    [
        ('OP_REQUIRES(ctx, n > 0, errors::InvalidArgument("empty"));', "validation"),
        ("mutex_lock lock(*mu);", "locking"),
        ("ctx->set_output(0, var);", "output"),
        ("OP_REQUIRES_OK(ctx, PrepareToUpdateVariable<T>(ctx, &var));", "variable-access"),
        ('LOG(INFO) << "step";', "logging"),
        ("out(0) = T(0);", ""),
    ],
)
def test_a_new_statement_has_its_topic(statement: str, topic: str) -> None:
    head = "  for (int i"
    (change,) = _changes((head, f"  {statement}\n{head}"))
    assert (change.before, change.topic, change.added != ()) == (None, topic, True)


def test_a_branch_around_locks_is_about_locks() -> None:
    lock = "  if (quiet) {\n    mutex_lock lock(*mu);\n  }\n"
    head = "  for (int i"
    assert {change.topic for change in _changes((head, lock + head))} == {"locking"}


def test_a_declaration_belongs_to_what_reads_it() -> None:
    lines = "  const bool fast = true;\n  ctx->set_output(0, Copy(var, fast));\n"
    head = "  for (int i"
    assert {change.topic for change in _changes((head, lines + head))} == {"output"}


def test_lines_are_those_of_the_file() -> None:
    (change,) = _changes(("lr(0)", "lr(1)"))
    assert (change.old, change.new) == ((5, 5), (5, 5))


def test_a_constant_is_the_number_that_it_names() -> None:
    plain = "  Tensor var = ctx->mutable_input(0, true);"
    named = "  const bool locked = true;\n  Tensor var = ctx->mutable_input(0, locked);"
    assert all(one.harmless for one in _changes((plain, named)))
    other = named.replace("true", "false")
    assert any(not one.harmless for one in _changes((plain, other)))


def test_a_constant_means_nothing_behind_its_block() -> None:
    region = _region("void f() {\n  if (a) {\n    const int n = 1;\n  }\n  g(n);\n}\n")
    assert [one.said for one in statements(region)][-2] == "g ( n )"


def test_an_estimate_belongs_to_what_alone_reads_it() -> None:
    head = "void Compute(OpKernelContext* ctx) override {\n  const int bytes = n * 3;\n"
    split = "  const Cost cost(TensorOpCost(bytes));\n  Shard(n, cost);\n"
    for used, topic in (("", "parallel"), ("  out(1) = T(bytes);\n", "")):
        old = f"{head}{split}{used}}}\n"
        (change,) = statement_changes(_region(old), _region(old.replace("3", "2"))) or ()
        assert change.topic == topic


def test_a_value_that_is_written_to_a_variable_has_no_matter_of_its_own() -> None:
    old = "void Compile() {\n  XlaOp z = b->Div(x, y);\n  ctx->AssignVariable(0, type, z);\n}\n"
    (change,) = statement_changes(_region(old), _region(old.replace("Div", "Mul"))) or ()
    assert change.topic == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("b->Sub(x, y)", "xla::Sub(x, y)"),
        ("ctx->builder()->Add(x, ctx->Input(1))", "xla::Add(x, ctx->Input(1))"),
        ("xla::ShapeUtil::Rank(shape)", "shape.rank()"),
        ("gtl::ArraySlice<T>(x)", "absl::Span<const T>(x)"),
        ("dims.pop_back()", "dims.remove_suffix(1)"),
    ],
)
def test_what_xla_and_its_containers_renamed_is_the_same(old: str, new: str) -> None:
    def body(said: str) -> Region:
        return _region(f"void Compile() {{\n  auto z = {said};\n}}\n")

    (change,) = statement_changes(body(old), body(new)) or ()
    assert change.harmless
    (other,) = statement_changes(body(old), body(new.replace("Sub", "Mul").replace("x", "q"))) or (
        change,
    )
    assert "x" not in new or not other.harmless


def test_a_name_for_the_builder_is_no_statement() -> None:
    old = "void Compile() {\n  xla::ComputationBuilder* b = ctx->builder();\n  z = b->Neg(x);\n}\n"
    new = "void Compile() {\n  z = xla::Neg(x);\n}\n"
    assert all(one.harmless for one in statement_changes(_region(old), _region(new)) or ())
    other = statement_changes(_region(old), _region(new.replace("Neg(x)", "b->Neg(y)"))) or ()
    assert not all(one.harmless for one in other)
