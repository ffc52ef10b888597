"""What is not understood taints what it reaches, and is never guessed."""

import pickle

import pytest

from tests.cxx_symbolic_kit import KERNELS, OPS, dense, formulas, read, register_op, sparse
from tfdiff.ir.walk import opaques


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("var.device(d) -= Mystery(grad);", "function not known: Mystery"),
        ("var.device(d) -= grad.shuffle(order);", "method not known: shuffle"),
        ("var.device(d) -= grad * kFactor;", "name not known"),
        ("Mystery(var, grad);", "function not known: Mystery"),
        ("var.Mystery(grad);", "method not known: Mystery"),
        ("d.Mystery(var.data());", "method not known: Mystery"),
        ("switch (flag) { case 1: var.device(d) = grad; }", "statement not understood"),
        ("do { var.device(d) -= grad; } while (flag);", "statement not understood"),
        ("T factor; var.device(d) = grad * factor;", "read before it was set"),
        ("int factor = lr() * 2; var.device(d) = grad * factor;", "converted to an integer"),
        ("var.device(d) = grad * static_cast<int>(lr() * 2);", "converted to an integer"),
    ],
)
def test_what_is_not_understood_taints_the_state(body: str, reason: str) -> None:
    rule = dense(body + " acc.device(d) += grad;")
    values = dict(rule.states)
    assert opaques([values["var"]])
    assert any(unknown.reason.startswith(reason) for unknown in rule.unknowns)
    assert formulas(rule)["acc"] == "acc + grad"


def test_code_that_does_not_reach_a_state_is_no_unknown() -> None:
    rule = dense("""
    const Eigen::TensorOpCost cost(Mystery(), 2, 3);
    int cycles = 2 * Mystery();
    var.device(d) -= grad;
    """)
    assert formulas(rule) == {"var": "var - grad"}
    assert not rule.unknowns


def test_overloads_are_not_guessed() -> None:
    before = """
    template <typename T> T pick(T x) { return x; }
    template <typename T> T pick(T* x) { return *x; }
    """
    rule = dense("for (int i = 0; i < n; i++) { var(i) = pick(grad(i)); }", before)
    assert [unknown.reason for unknown in rule.unknowns] == ["not one function of that name: pick"]


def test_unknown_says_where_it_stands() -> None:
    rule = dense("\n\n    var.device(d) -= Mystery(grad);")
    span = rule.unknowns[0].span
    assert span is not None
    assert span.path == KERNELS
    assert span.line == span.end_line


def test_unknown_in_a_macro_is_placed_at_the_call() -> None:
    rule = dense("""
#define MOVE(x) var.device(d) -= Mystery(x)
    acc.device(d) += grad;
    MOVE(grad);
    """)
    assert rule.unknowns[0].text == "Mystery(grad)"
    assert rule.unknowns[0].span is not None
    direct = dense("""

    acc.device(d) += grad;
    Mystery(grad, var);
    """)
    assert direct.unknowns[0].span is not None
    assert rule.unknowns[0].span.line == direct.unknowns[0].span.line


def test_kernel_without_a_body_is_unknown_in_every_state() -> None:
    kernels = """
class HiddenOp;
REGISTER_KERNEL_BUILDER(Name("Hidden").Device(DEVICE_CPU), HiddenOp);
"""
    files = {OPS: register_op("Hidden", "var: Ref(T), acc: resource, grad: T"), KERNELS: kernels}
    rule = read(files, "Hidden")["cpu"]
    assert [name for name, _ in rule.states] == ["var", "acc"]
    assert rule.unknowns


def test_condition_that_is_not_understood_taints_both_ways() -> None:
    rule = dense("""
    if (Mystery(flag)) {
      var.device(d) -= grad;
    }
    """)
    assert opaques([dict(rule.states)["var"]])


def test_op_that_the_release_lacks_has_no_rule() -> None:
    files = {OPS: register_op("Known", "var: Ref(T)"), KERNELS: ""}
    assert read(files, "Other") == {}
    assert read(files, "Known") == {}


def test_rules_can_be_kept() -> None:
    rule = sparse("""
    auto var_flat = var.flat<T>();
    for (Tindex i = 0; i < N; i++) var_flat(indices_vec(i)) -= lr_scalar * Mystery(i);
    """)
    assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 - our own bytes


BODY = """
    const T alpha = lr() * Eigen::numext::sqrt(T(1) - lr()) / (T(1) + lr());
    acc.device(d) = acc * lr() + grad.square() * (static_cast<T>(1) - lr());
    auto root = (acc + acc.constant(T(3))).sqrt();
    if (flag) {
      var.device(d) -= grad * alpha / root;
    } else {
      var.device(d) -= grad * alpha * root;
    }
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T(1) - lr()) / (T(1) + lr())", "T(1) - lr()) / (T(1) - lr())"),
        ("acc * lr() +", "acc * lr() -"),
        ("grad.square()", "grad.abs()"),
        ("static_cast<T>(1)", "static_cast<T>(2)"),
        (".sqrt()", ".rsqrt()"),
        ("T(3)", "T(3.0001)"),
        ("alpha / root", "alpha * root"),
        ("if (flag)", "if (!flag)"),
        ("var.device(d) -= grad * alpha *", "var.device(d) += grad * alpha *"),
        ("auto root", "Eigen::Tensor<T, 1> root"),
        ("T(1) - lr()) / (T(1) + lr())", "(T(1) - lr()) / (T(1) + lr()))"),
    ],
)
def test_changed_body_gives_another_rule(old: str, new: str) -> None:
    assert old in BODY
    before, after = dense(BODY), dense(BODY.replace(old, new))
    if "Eigen::Tensor" in new:
        assert before.states == after.states  # nothing changes between definition and use
    else:
        assert before.states != after.states


def test_layout_comments_and_names_are_no_change() -> None:
    renamed = BODY.replace("alpha", "step").replace("root", "scale").replace(" = ", " =  // x\n ")
    assert dense(BODY).states == dense(renamed).states


@pytest.mark.parametrize(
    "broken",
    [
        "var.device(d) -= grad @ lr();",
        "var.device(d) -= grad * lr() acc;",
        "for (int i = 0; i < n; i++ @) { var(i) -= grad(i); }",
        "if (flag @) { var.device(d) -= grad; }",
        "const T factor = lr() $; var.device(d) -= grad * factor;",
    ],
)
def test_what_the_grammar_does_not_accept_is_not_skipped(broken: str) -> None:
    rule = dense(f"{broken}\n acc.device(d) += grad;")
    assert opaques([dict(rule.states)["var"]])


@pytest.mark.parametrize(
    "broken",
    [
        "var.device(d) -= grad.cwiseMax();",
        "var.device(d) -= grad.select(acc);",
        "var.device(d) -= grad * Eigen::numext::pow(lr());",
        "var.device(d) -= grad * 0x1.8p3_km;",
        "var.device(d) -= GpuLaunchKernel();",
    ],
)
def test_calls_that_make_no_sense_are_no_crash(broken: str) -> None:
    rule = dense(broken)
    assert "var" in dict(rule.states)
    assert rule.unknowns


def test_memory_that_differs_by_branch_may_be_any_variable() -> None:
    rule = dense("""
    T* target;
    if (flag) { target = var.data(); } else { target = acc.data(); }
    for (int i = 0; i < n; i++) { target[i] = grad(i); }
    """)
    assert opaques([dict(rule.states)["var"]])
    assert opaques([dict(rule.states)["acc"]])


def test_write_through_something_unknown_may_reach_any_variable() -> None:
    rule = dense("var.device(d) = grad; Mystery(n)(0) = lr();")
    assert opaques([dict(rule.states)["var"]])
    assert opaques([dict(rule.states)["acc"]])


def test_gradient_is_never_a_state() -> None:
    rule = sparse("""
    auto var_flat = var.flat<T>();
    auto grad_flat = grad.flat<T>();
    for (Tindex i = 0; i < N; i++) {
      Mystery(grad_flat(i));
      var_flat(indices_vec(i)) -= grad_flat(i);
    }
    """)
    assert formulas(rule) == {"var": "var - grad"}
