"""Sparse steps: touched rows, rows that keep their values, repeated indices."""

from tests.interpret_kit import SLOTS, curve, rules, sparse
from tests.ir_reader import read
from tfdiff.extract.python.interpret.machine import RAW_GRADIENT
from tfdiff.extract.python.interpret.rows import row_gradient, summed
from tfdiff.facts import UpdateRule
from tfdiff.ir.expr import Expr, call, number, operation, select, symbol
from tfdiff.ir.show import text

TOUCHED = symbol("touched")


def rows(touched: str, others: str) -> Expr:
    return select(TOUCHED, read(touched), read(others))


def test_scatter_reaches_touched_rows_only() -> None:
    after = dict(sparse("state_ops.scatter_sub(var, grad.indices, grad.values * self._lr)").states)
    assert after["var"] is rows("var - grad * learning_rate", "var")


def test_dense_assignment_reaches_every_row_and_scatter_adds_to_some() -> None:
    after = dict(
        sparse(
            "m_t = state_ops.assign(m, m * self._lr)\n"
            "with ops.control_dependencies([m_t]):\n"
            "    m_t = state_ops.scatter_add(m, grad.indices, grad.values)\n"
            "var.assign_sub(math_ops.sqrt(m_t))"
        ).states
    )
    assert after["m"] is rows("m * learning_rate + grad", "m * learning_rate")
    assert after["var"] is rows(
        "var - sqrt(m * learning_rate + grad)", "var - sqrt(m * learning_rate)"
    )


def test_gathered_rows_hold_what_was_scattered_before() -> None:
    after = dict(
        sparse(
            "state_ops.scatter_update(m, grad.indices, grad.values)\n"
            "rows = array_ops.gather(m, grad.indices)\n"
            "state_ops.scatter_sub(var, grad.indices, rows)"
        ).states
    )
    assert after["var"] is rows("var - grad", "var")


def test_a_sparse_gradient_in_arithmetic_is_zero_elsewhere() -> None:
    after = dict(sparse("var.assign_sub(grad * self._lr)").states)
    assert after["var"] is rows("var - grad * learning_rate", "var - 0 * learning_rate")


def test_a_norm_sees_all_rows_whichever_is_looked_at() -> None:
    after = dict(
        sparse(
            "state_ops.scatter_add(m, grad.indices, grad.values)\n"
            "var.assign_sub(linalg_ops.norm(m) * m)"
        ).states
    )
    norm = call("norm", rows("m + grad", "m"))
    assert after["var"] is select(
        TOUCHED,
        operation("sub", symbol("var"), operation("mul", norm, read("m + grad"))),
        operation("sub", symbol("var"), operation("mul", norm, symbol("m"))),
    )


def test_rows_of_the_gradient_on_the_whole_tensor_are_not_made_up_elsewhere() -> None:
    after = dict(sparse("var.assign_sub(m + grad.values)").states)
    elsewhere = operation("add", symbol("m"), call("grad outside its rows"))
    others = operation("sub", symbol("var"), elsewhere)
    assert after["var"] is select(TOUCHED, read("var - (m + grad)"), others)


def test_duplicates_are_summed_by_the_base_class() -> None:
    assert sparse("state_ops.scatter_sub(var, grad.indices, grad.values)").duplicates == "summed"


def resource_rule(statement: str) -> UpdateRule:
    method = (
        "def _resource_apply_dense(self, grad, handle):\n    raise NotImplementedError()\n\n"
        "def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):\n"
        f"    return {statement}"
    )
    return rules(curve(method))["sparse/resource/python"]


def resource(statement: str) -> str | None:
    return resource_rule(statement).duplicates


def test_adding_each_occurrence_is_adding_their_sum() -> None:
    added = "resource_variable_ops.resource_scatter_add(handle.handle, indices, -grad * self._lr)"
    assert resource(added) == "summed"


def test_adding_the_square_of_each_occurrence_is_not_the_square_of_the_sum() -> None:
    added = "resource_variable_ops.resource_scatter_add(handle.handle, indices, grad * grad * 2)"
    squares = call("sum of occurrences", read("grad * grad"))
    rule = resource_rule(added)
    assert rule.duplicates == "summed"
    after = operation("add", symbol("var"), operation("mul", squares, number(2)))
    assert dict(rule.states)["var"] is select(TOUCHED, after, symbol("var"))


def test_a_sum_of_occurrences_is_not_added_up_again() -> None:
    squares = summed(call("square", RAW_GRADIENT))
    assert squares is call("sum of occurrences", call("square", RAW_GRADIENT))
    scaled = operation("mul", squares, symbol("learning_rate"))
    assert summed(scaled) is row_gradient(scaled)


def test_writing_each_occurrence_leaves_the_last() -> None:
    assert resource("handle.scatter_update(ops.IndexedSlices(grad, indices))") == "last"


KERAS_OPS = "keras/src/backend/tensorflow/numpy.py"
KEPT = "@sparse.elementwise_unary\ndef square(x):\n    return tf.square(x)\n"


def keras(statement: str, backend: str) -> str:
    """A slot after a step on a sparse gradient that Keras 3's functions are given as it is."""
    method = (
        "def _apply_dense(self, grad, var):\n    raise NotImplementedError()\n"
        "def _apply_sparse_duplicate_indices(self, grad, var):\n"
        "    m = self.get_slot(var, 'm')\n"
        f"    return state_ops.assign_add(m, {statement})\n"
    )
    source = f"from keras.src import ops as keras_ops\n{curve(SLOTS + method)}"
    rule = rules(source, files={KERAS_OPS: backend})["sparse/ref/python"]
    return text(dict(rule.states)["m"])


def test_a_function_that_keeps_a_gradient_sparse_takes_each_occurrence() -> None:
    assert "sum of occurrences(grad^2)" in keras("keras_ops.square(grad)", KEPT)
    assert "sum of occurrences" not in keras("keras_ops.square(grad)", "def square(x): ...\n")


def test_a_function_that_goes_by_another_name_keeps_it_as_well() -> None:
    other = "@sparse.elementwise_unary\ndef absolute(x):\n    return tf.abs(x)\n\n\n"
    alias = "def abs(x):\n    return absolute(x)\n"
    assert "sum of occurrences(abs(grad))" in keras("keras_ops.abs(grad)", other + alias)


def test_a_sum_with_a_dense_tensor_adds_up_what_was_kept_apart() -> None:
    found = keras("keras_ops.subtract(keras_ops.square(grad), m)", KEPT)
    assert "sum of occurrences(grad^2) - m" in found


def test_a_cast_gradient_stays_sparse_whatever_was_chosen_before() -> None:
    chosen = "(grad if self._lr else math_ops.sqrt(grad))"
    found = keras(f"keras_ops.square(keras_ops.cast({chosen}, 'float32'))", KEPT)
    assert "sum of occurrences(grad^2)" in found
