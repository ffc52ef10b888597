"""What is computed in another precision: read from Python and C++, and told from what is not."""

import pytest

from tests import cxx_symbolic_kit as cxx
from tests.interpret_kit import SLOTS, curve, kernel, op, rules
from tests.ir_reader import read
from tfdiff.comparison.answer import answer
from tfdiff.comparison.precision import IN_ANOTHER
from tfdiff.ir.expr import Expr, call, operation, symbol
from tfdiff.ir.precision import OWN, as_kind, differing, settled, unconverted
from tfdiff.ir.show import text
from tfdiff.ir.walk import States

PYTHON = frozenset({symbol("lr"), symbol("beta")})


def python(statements: str, hold: str = "") -> dict[str, str]:
    """The converted states of a dense step, those of a step without conversions: none."""
    body = "\n".join(f"    {line}" for line in statements.strip().splitlines())
    method = f"def _apply_dense(self, grad, var):\n    m = self.get_slot(var, 'm')\n{body}\n"
    source = curve(SLOTS + method, "learning_rate=0.1, beta=0.9", f"self._beta = beta\n{hold}")
    rule = rules(source)["dense/ref/python"]
    return {name: text(value) for name, value in rule.converted}


def values(expr: Expr) -> Expr:
    (found,) = settled((expr,), PYTHON.__contains__)
    return found


def doubled(expr: Expr) -> Expr:
    return as_kind("float64", expr)


def test_what_python_computes_is_rounded_once_where_it_meets_a_tensor() -> None:
    found = python("return state_ops.assign(m, (1 - self._beta) * grad)")
    assert found["m"] == "float64 to own(1 - beta)*grad"


@pytest.mark.parametrize(
    "statements",
    [
        "beta = ops.convert_to_tensor(self._beta)\nreturn state_ops.assign(m, (1 - beta) * grad)",
        "b = math_ops.cast(self._beta, grad.dtype)\nreturn state_ops.assign(m, b * b * grad)",
        "return state_ops.assign(m, self._beta * grad)",
        "return state_ops.assign(m, -self._beta * grad)",
        "return state_ops.assign(m, (self._beta / 2) * grad)",
        "return state_ops.assign(m, math_ops.sqrt(self._beta) * grad)",
    ],
)
def test_tensors_and_numbers_rounded_as_they_stand_have_no_conversion(statements: str) -> None:
    assert python(statements) == {}


def test_a_function_of_pythons_is_computed_before_the_number_is_rounded() -> None:
    found = python("return state_ops.assign(m, math.sqrt(self._beta) * grad)")
    assert found["m"] == "float64 to own(sqrt(beta))*grad"


def test_a_number_computed_before_it_becomes_a_tensor_is_rounded_there() -> None:
    found = python(
        "rest = ops.convert_to_tensor(self._rest)\nreturn state_ops.assign(m, rest * rest * grad)",
        "self._rest = 1 - beta",
    )
    assert found["m"] == "float64 to own(1 - beta)*float64 to own(1 - beta)*grad"


def test_a_gradient_cast_to_another_type_and_back() -> None:
    found = python(
        "wide = math_ops.cast(grad, dtypes.float32)\n"
        "step = math_ops.cast(wide * wide * wide, var.dtype.base_dtype)\n"
        "return state_ops.assign(m, step)"
    )
    wide = "own to float32(grad)"
    assert found["m"] == f"float32 to own({wide}*{wide}*{wide})"


def test_what_a_kernel_is_given_is_rounded_before_it() -> None:
    held = kernel("ApplyCurve", "cpu", var="var - rate * grad")
    facts = {"ApplyCurve": op("ApplyCurve", ("var&", "rate", "grad"))}
    method = (
        "def _apply_dense(self, grad, var):\n"
        "    return training_ops.apply_curve(var, self._lr * (1 - self._beta), grad)\n"
    )
    source = curve(method, "learning_rate=0.1, beta=0.9", "self._beta = beta")
    rule = rules(source, held, facts)["dense/ref/cpu"]
    assert text(dict(rule.states)["var"]) == "var - learning_rate*(1 - beta)*grad"
    assert text(dict(rule.converted)["var"]) == (
        "var - float64 to own(learning_rate*(1 - beta))*grad"
    )


def test_a_variable_declared_double_computes_in_double() -> None:
    rule = cxx.dense("""
    const double rate = static_cast<double>(lr()) * lr() * lr();
    var.device(d) -= grad * static_cast<T>(rate);
    """)
    wide = "own to float64(lr)"
    assert cxx.formulas(rule)["var"] == "var - grad*(lr*lr*lr)"
    assert text(dict(rule.converted)["var"]) == f"var - grad*float64 to own({wide}*{wide}*{wide})"


@pytest.mark.parametrize(
    "body",
    [
        "const double rate = lr(); var.device(d) -= grad * static_cast<T>(rate);",
        "const T rate = 1.0 - lr(); var.device(d) -= grad * rate;",
        "const T rate = static_cast<T>(lr()) * T(2); var.device(d) -= grad * rate;",
        "var.device(d) -= grad.template cast<T>() * lr();",
        "const float rate = lr() * lr() * lr(); var.device(d) -= grad * rate;",
    ],
)
def test_conversions_that_change_no_result_are_none(body: str) -> None:
    assert cxx.dense(body).converted == ()


def test_what_is_written_to_a_tensor_is_rounded_before_it_is_read_again() -> None:
    rule = cxx.sparse("""
    auto var_flat = var.flat<T>();
    auto acc_flat = acc.flat<T>();
    auto grad_flat = grad.flat<T>();
    for (Tindex i = 0; i < N; i++) {
      const Tindex index = indices_vec(i);
      const double wide = grad_flat(i);
      T& sum = acc_flat(index);
      sum += wide * wide;
      var_flat(index) -= sum * lr_scalar * wide;
    }
    """)
    wide = "own to float64(grad)"
    sum_ = f"float64 to own(own to float64(acc) + {wide}*{wide})"
    converted = {name: text(value) for name, value in rule.converted}
    assert converted["acc"] == sum_
    assert f"own to float64({sum_}*lr)*{wide}" in converted["var"]


def test_a_variable_rounds_what_it_is_assigned_later() -> None:
    rule = cxx.dense("""
    double wide = lr();
    float rate = lr();
    rate = wide * wide * wide;
    var.device(d) -= grad * (rate * rate);
    """)
    rounded = "float64 to own(own to float64(lr)*own to float64(lr)*own to float64(lr))"
    assert text(dict(rule.converted)["var"]) == f"var - grad*({rounded}*{rounded})"


def test_a_double_literal_promotes_what_stands_beside_it() -> None:
    rule = cxx.dense("""
    const T rate = lr() / (1.0 + lr());
    var.device(d) -= grad * rate;
    """)
    wide = "own to float64(lr)"
    assert text(dict(rule.converted)["var"]) == f"var - grad*float64 to own({wide}/(1 + {wide}))"


def test_a_tensor_cast_to_double() -> None:
    rule = cxx.dense("""
    var.device(d) -= (grad.template cast<double>().square() * lr() * lr()).template cast<T>();
    """)
    assert "float64 to own(own to float64(grad)^2*" in text(dict(rule.converted)["var"])


def test_one_operation_rounded_once_is_the_same_in_either_precision() -> None:
    product = operation("mul", doubled(symbol("m")), symbol("grad"))
    assert values(as_kind(OWN, product)) is read("m * grad")
    assert values(operation("add", product, symbol("v"))) is not read("m * grad + v")


def test_narrowing_and_widening_again_is_kept() -> None:
    narrow = values(as_kind(OWN, as_kind("float16", symbol("grad"))))
    assert narrow is call("float16 to own", call("own to float16", symbol("grad")))


def _rule(expr: Expr) -> States:
    return (("var", values(expr)),)


PYTHON_REST = operation("mul", operation("sub", read("1"), symbol("beta")), symbol("grad"))


def test_rules_that_differ_in_precision_alone_are_equal_and_not_identical() -> None:
    old, new = _rule(PYTHON_REST), (("var", PYTHON_REST),)
    found = answer((unconverted(old), unconverted(new)), (), ((), ()), "dense", (old, new))
    assert (found.decision.verdict, found.decision.proof) == ("equal", IN_ANOTHER)
    assert [aspect.kind for aspect in found.aspects] == ["precision-changed"]


def test_the_same_conversions_are_identical() -> None:
    old = _rule(PYTHON_REST)
    new = _rule(operation("mul", symbol("grad"), operation("sub", read("1"), symbol("beta"))))
    found = answer((unconverted(old), unconverted(new)), (), ((), ()), "dense", (old, new))
    assert found.decision.verdict == "identical"
    assert found.aspects == ()
    assert differing(old, new) == {}


def test_another_constant_is_no_change_of_precision() -> None:
    old = _rule(PYTHON_REST)
    new = (("var", read("(2 - beta) * grad")),)
    found = answer((unconverted(old), new), (), ((), ()), "dense", (old, new))
    assert found.decision.verdict == "differs"
    assert "precision-changed" not in {aspect.kind for aspect in found.aspects}


def test_single_precision_matters_to_other_types_alone() -> None:
    wide = as_kind("float32", symbol("grad"))
    cube = operation("mul", operation("mul", wide, symbol("grad")), symbol("grad"))
    old, new = _rule(cube), (("var", read("grad * grad * grad")),)
    found = answer((unconverted(old), new), (), ((), ()), "dense", (old, new))
    assert [aspect.kind for aspect in found.aspects] == ["half-precision-changed"]


def test_a_rule_without_conversions_stays_the_same_object() -> None:
    states: States = (("var", read("var - lr * grad")),)
    assert unconverted(states) is states
