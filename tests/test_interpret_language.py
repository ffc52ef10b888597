"""Python as optimizers write it becomes expressions: branches, loops, calls, sentinels."""

from fractions import Fraction

import pytest

from tests.interpret_kit import curve, dense, rules
from tests.ir_reader import read
from tfdiff.ir.expr import Expr, select, symbol
from tfdiff.ir.walk import numbers, opaques


def var_after(statements: str) -> Expr:
    return dense(statements)["var"]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("var.assign_sub(self._lr * grad)", "var - learning_rate * grad"),
        ("state_ops.assign_sub(var, grad * self._lr)", "var - grad * learning_rate"),
        ("var.assign(var - math_ops.sqrt(grad) * 10e-8)", "var - sqrt(grad) * 1e-7"),
        (
            "lr = math_ops.cast(self._lr, var.dtype.base_dtype)\nvar.assign(lr * grad)",
            "learning_rate * grad",
        ),
        (
            "lr = ops.convert_to_tensor(self._lr, name='lr')\nvar.assign_add(-lr * grad)",
            "var + -learning_rate * grad",
        ),
        ("var.assign(math_ops.maximum(var, grad) ** 2)", "max(var, grad) ** 2"),
        ("var.assign(math_ops.add_n([var, grad, 1.0]))", "var + grad + 1"),
        ("a, (b, c) = 1, (grad, 3)\nvar.assign(a * b * c)", "1 * grad * 3"),
        (
            "parts = [k * grad for k in range(3) if k > 0]\nvar.assign(sum(parts))",
            "1 * grad + 2 * grad",
        ),
        (
            (
                "table = {'g': grad}\ntable.update(dict(r=self._lr))\n"
                "var.assign(table['g'] * table.get('r'))"
            ),
            "grad * learning_rate",
        ),
        (
            (
                "total = 0.0\nfor i, x in enumerate([grad, var]):\n    total += x * (i + 1)\n"
                "var.assign(total)"
            ),
            "0.0 + grad * 1 + var * 2",
        ),
        ("for k in [1, 2, 3]:\n    if k == 2:\n        break\nvar.assign(grad * k)", "grad * 2"),
        ("scale = lambda x, by=2: x * by\nvar.assign(scale(grad, by=5))", "grad * 5"),
        (
            (
                "def twice(f, *args, **kwargs):\n    return f(f(*args, **kwargs))\n"
                "var.assign(twice(math_ops.square, grad))"
            ),
            "square(square(grad))",
        ),
        ("var.assign(array_ops.where(grad > 0, grad, var))", "select(grad > 0, grad, var)"),
        (
            "var.assign(math_ops.clip_by_value(grad, -self._lr, self._lr))",
            "max(min(grad, learning_rate), -learning_rate)",
        ),
        (
            "with ops.control_dependencies([m.assign(grad)]):\n    var.assign(m * self._lr)",
            "grad * learning_rate",
        ),
    ],
)
def test_statements_become_the_expression_they_compute(statements: str, expected: str) -> None:
    assert var_after(statements) is read(expected)


def test_statement_order_decides_which_value_is_read() -> None:
    first = dense("m.assign(grad)\nvar.assign_sub(m)")
    second = dense("var.assign_sub(m)\nm.assign(grad)")
    assert first["var"] is read("var - grad")
    assert second["var"] is read("var - m")


def test_branch_on_a_constructor_argument_is_a_choice() -> None:
    after = dense(
        "if self._nesterov:\n    step = grad * 2\nelse:\n    step = grad\n"
        "var.assign_sub(step)\nif self._mu > 0:\n    m.assign(grad)",
        "learning_rate=0.1, mu=0.0, nesterov=False",
        "self._nesterov = nesterov\nself._mu = mu",
    )
    assert after["var"] is read("var - select(nesterov, grad * 2, grad)")
    assert after["m"] is read("select(mu > 0, grad, m)")


def test_early_return_leaves_the_rest_to_the_other_arm() -> None:
    after = dense(
        "if not self._wide:\n    return var.assign_sub(grad)\n"
        "m.assign(grad)\nvar.assign_sub(m * 2)",
        "learning_rate=0.1, wide=True",
        "self._wide = wide",
    )
    assert after["var"] is read("select(not wide, var - grad, var - grad * 2)")
    assert after["m"] is read("select(not wide, m, grad)")


def test_the_same_condition_is_decided_once() -> None:
    after = dense(
        "a = grad if self._wide else None\n"
        "if self._wide:\n    var.assign(a)\nelse:\n    var.assign(m)",
        "learning_rate=0.1, wide=True",
        "self._wide = wide",
    )
    assert after["var"] is read("select(wide, grad, m)")


def test_an_arm_that_raises_is_not_taken() -> None:
    after = dense(
        "if self._lr < 0:\n    raise ValueError('negative')\nvar.assign(grad)",
    )
    assert after["var"] is symbol("grad")


def test_none_sentinel_is_a_condition_of_its_own() -> None:
    after = with_epsilon({"tensorflow/python/keras/backend_config.py": "_EPSILON = 10e-9\n"})
    chosen = select(symbol("epsilon is None"), read("1e-8"), symbol("epsilon"))
    assert after.args == (symbol("grad"), chosen)  # type: ignore[union-attr]


def test_an_epsilon_that_no_file_states_is_not_read() -> None:
    assert opaques([with_epsilon({})])


def test_the_nearest_configuration_states_the_epsilon() -> None:
    configured = {
        "other/keras/backend.py": "_EPSILON = 1e-3\n",
        "tensorflow/python/keras/backend.py": "_EPSILON = 1e-6\n",
        "zoo/keras/backend.py": "_EPSILON = 1e-4\n",
    }
    assert Fraction("1e-6") in numbers([with_epsilon(configured)])


def with_epsilon(files: dict[str, str]) -> Expr:
    text = curve(
        "def _apply_dense(self, grad, var):\n    var.assign(grad + self._eps)\n",
        "learning_rate=0.1, epsilon=None",
        "self._eps = K.epsilon() if epsilon is None else epsilon",
    )
    return dict(rules(text, files=files)["dense/ref/python"].states)["var"]


def test_or_also_replaces_zero() -> None:
    after = dense(
        "var.assign(self._eps)",
        "learning_rate=0.1, epsilon=1e-8",
        "self._eps = epsilon or 1e-7",
    )
    assert after["var"] is read("select(epsilon != 0, epsilon, 1e-7)")


def test_and_of_two_questions_is_one_condition() -> None:
    after = dense(
        "if self._a and self._b > 0:\n    var.assign(grad)",
        "learning_rate=0.1, a=False, b=0.0",
        "self._a = a\nself._b = b",
    )
    assert after["var"] is read("select(a and b > 0, grad, var)")


def test_helpers_are_followed_through_inheritance() -> None:
    body = curve(
        "def _rate(self):\n    return self._lr * self._factor()\n\n"
        "def _factor(self):\n    return 3.0\n\n"
        "def _apply_dense(self, grad, var):\n    return var.assign_sub(self._rate() * grad)"
    )
    child = body.replace("class Curve(", "class Line(") + (
        "\n\nclass Curve(Line):\n    def _factor(self):\n"
        "        return 2.0 * super(Curve, self)._factor()\n"
    )
    after = dict(
        rules(child.replace("super(Curve, self).__init__", "super(Line, self).__init__"))[
            "dense/ref/python"
        ].states
    )
    assert after["var"] is read("var - learning_rate * 6.0 * grad")


def test_a_finished_step_updates_what_is_kept_once() -> None:
    body = curve(
        "def _create_slots(self, var_list):\n"
        "    self._power = variable_scope.variable(self._decay, name='decay_power')\n\n"
        "def _prepare(self):\n    self._decay_t = ops.convert_to_tensor(self._decay)\n\n"
        "def _apply_dense(self, grad, var):\n"
        "    return var.assign_sub(grad * (1 - self._power))\n\n"
        "def _finish(self, done, name_scope):\n    with ops.control_dependencies(done):\n"
        "        return self._power.assign(self._power * self._decay_t)",
        "learning_rate=0.1, decay=0.9",
        "self._decay = decay",
    )
    after = dict(rules(body)["dense/ref/python"].states)
    assert tuple(after) == ("var", "decay_power")
    assert after["var"] is read("var - grad * (1 - decay_power)")
    assert after["decay_power"] is read("decay_power * decay")


def test_a_tensor_is_an_object_and_true_where_a_hyperparameter_is_a_number() -> None:
    after = dense("if not grad:\n    return None\nif self._lr:\n    var.assign(grad)")
    assert after["var"] is read("select(learning_rate != 0, grad, var)")
