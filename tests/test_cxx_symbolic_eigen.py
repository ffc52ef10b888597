"""Eigen's semantics, each trap by itself: laziness, aliases, statement order."""

import pytest

from tests.cxx_symbolic_kit import dense, formulas


def test_auto_of_a_tensor_expression_is_evaluated_where_it_is_used() -> None:
    rule = dense("""
    const auto update = acc * grad;
    acc.device(d) = acc + grad;
    var.device(d) -= update;
    """)
    assert formulas(rule) == {"var": "var - (acc + grad)*grad", "acc": "acc + grad"}


def test_lazy_expression_is_evaluated_again_at_each_use() -> None:
    rule = dense("""
    auto shrunk = grad + var;
    var.device(d) -= shrunk;
    acc.device(d) += shrunk;
    """)
    assert formulas(rule)["acc"] == "acc + (grad + (var - (grad + var)))"


@pytest.mark.parametrize(
    "declaration",
    [
        "Eigen::Tensor<T, 1> update = acc * grad;",
        "const Eigen::Tensor<T, 1, Eigen::RowMajor> update = acc * grad;",
        "auto update = (acc * grad).eval();",
    ],
)
def test_typed_tensors_and_eval_are_evaluated_at_once(declaration: str) -> None:
    rule = dense(f"""
    {declaration}
    acc.device(d) = acc + grad;
    var.device(d) -= update;
    """)
    assert formulas(rule)["var"] == "var - acc*grad"


def test_copy_of_a_tensor_keeps_the_old_values() -> None:
    rule = dense("""
    Eigen::Tensor<T, 1> old = var;
    var.device(d) = grad;
    acc.device(d) = old;
    """)
    assert formulas(rule) == {"var": "grad", "acc": "var"}


def test_auto_of_a_number_is_evaluated_at_once() -> None:
    rule = dense("""
    for (int i = 0; i < var.size(); i++) {
      auto update = acc(i) * grad(i);
      acc(i) += grad(i);
      var(i) -= update;
    }
    """)
    assert formulas(rule)["var"] == "var - acc*grad"


def test_auto_of_a_tensor_is_the_same_memory() -> None:
    rule = dense("""
    auto moved = var;
    moved.device(d) -= grad;
    var.device(d) = var * moved;
    """)
    assert formulas(rule) == {"var": "(var - grad)*(var - grad)"}


def test_element_copied_by_auto_is_not_the_element() -> None:
    rule = dense("""
    for (int i = 0; i < var.size(); i++) {
      auto copied = var(i);
      T& same = acc(i);
      copied -= grad(i);
      same += copied;
    }
    """)
    assert formulas(rule) == {"acc": "acc + (var - grad)"}


def test_order_of_statements_is_semantics() -> None:
    first = dense("acc.device(d) += grad; var.device(d) -= acc;")
    second = dense("var.device(d) -= acc; acc.device(d) += grad;")
    assert formulas(first)["var"] == "var - (acc + grad)"
    assert formulas(second)["var"] == "var - acc"


def test_right_side_sees_the_old_tensor() -> None:
    rule = dense("var.device(d) = grad * var - var;")
    assert formulas(rule) == {"var": "grad*var - var"}


@pytest.mark.parametrize(
    "spelled",
    [
        "grad * lr()",
        "grad * grad.constant(lr())",
        "grad * lr.reshape(single).broadcast(bcast)",
        "grad * static_cast<T>(lr())",
        "grad * T(lr())",
    ],
)
def test_constants_broadcasts_and_casts_carry_no_mathematics(spelled: str) -> None:
    rule = dense(f"""
    Eigen::array<typename TTypes<T>::Tensor::Index, 1> bcast;
    bcast[0] = grad.dimension(0);
    Eigen::Sizes<1> single;
    var.device(d) -= {spelled};
    """)
    assert formulas(rule) == {"var": "var - grad*lr"}
    assert not rule.unknowns


@pytest.mark.parametrize(
    ("spelled", "read"),
    [
        ("grad.square() - grad", "grad^2 - grad"),
        ("grad.sqrt() / grad.rsqrt()", "sqrt(grad)/rsqrt(grad)"),
        ("grad.abs() * grad.sign()", "abs(grad)*sign(grad)"),
        ("grad.cwiseMax(T(0)).cwiseMin(lr())", "min(max(grad, 0), lr)"),
        ("grad.pow(static_cast<T>(2))", "grad^2"),
        ("(-grad).exp().log()", "log(exp(-grad))"),
        ("(grad > acc).select(grad, acc)", "(grad if grad > acc else acc)"),
        (
            "grad.binaryExpr(acc, Eigen::internal::scalar_pow_op<T, T>())",
            "grad^acc",
        ),
        ("grad * Eigen::numext::sqrt(T(1) - lr())", "grad*sqrt(1 - lr)"),
        ("grad * std::max(lr(), static_cast<T>(-0.5))", "grad*max(lr, -0.5)"),
        ("grad * 1e-8f", "grad*1e-8"),
        ("grad * (1 / 2)", "grad*0"),
        ("grad * (1. / 2)", "grad*(1/2)"),
    ],
)
def test_methods_and_functions_keep_their_structure(spelled: str, read: str) -> None:
    rule = dense(f"var.device(d) = {spelled};")
    assert formulas(rule) == {"var": read}
    assert not rule.unknowns


def test_operands_stay_in_written_order() -> None:
    left = dense("var.device(d) -= grad * lr();")
    right = dense("var.device(d) -= lr() * grad;")
    assert formulas(left)["var"] == "var - grad*lr"
    assert formulas(right)["var"] == "var - lr*grad"
    assert left.states != right.states
