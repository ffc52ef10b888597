"""What differs between releases outside of their optimizers is asked of the release."""

import pytest

from tests.interpret_kit import curve, rules
from tests.python_kit import tree
from tfdiff.extract.python.interpret.asked import CLIPPING_FILE, RESOURCE_FILE
from tfdiff.extract.python.interpret.program import Program
from tfdiff.ir.expr import Expr, Select, call, number, operation, select, symbol

SPARSE = """
def _apply_dense(self, grad, var):
    raise NotImplementedError()

def _apply_sparse_duplicate_indices(self, grad, var):
    return var.assign_sub(clip_ops.{call})
"""
KNOWS = "    values = t.values if isinstance(t, ops.IndexedSlices) else t\n"
TOUCHED = symbol("touched")


@pytest.mark.parametrize(
    ("base", "expected"),
    [("object", False), ("variables.Variable", True), ("variables.RefVariable", True)],
)
def test_the_release_says_what_a_resource_variable_is(base: str, expected: bool) -> None:  # noqa: FBT001
    program = Program(tree({RESOURCE_FILE: f"class ResourceVariable({base}):\n  pass\n"}))
    assert program.resource_is_variable is expected


def test_without_the_file_it_is_a_variable_as_in_every_later_release() -> None:
    assert Program(tree({})).resource_is_variable


def clipped(clipping: str, call: str) -> Expr:
    rule = rules(curve(SPARSE.format(call=call)), files={CLIPPING_FILE: clipping})
    return dict(rule["sparse/ref/python"].states)["var"]


def test_clipping_that_knows_sparse_gradients_clips_each_occurrence() -> None:
    text = f"def clip_by_value(t, low, high):\n{KNOWS}    return values\n"
    each = call("max", call("min", symbol("grad"), number(1)), number(-1))
    summed = call("sum of occurrences", each)
    assert clipped(text, "clip_by_value(grad, -1.0, 1.0)") is select(
        TOUCHED,
        operation("sub", symbol("var"), summed),
        operation("sub", symbol("var"), number(0)),
    )


def test_clipping_that_knows_none_clips_the_sum_of_the_occurrences() -> None:
    text = "def clip_by_value(t, low, high):\n    return math_ops.minimum(t, high)\n"
    whole = call("max", call("min", symbol("grad"), number(1)), number(-1))
    assert clipped(text, "clip_by_value(grad, -1.0, 1.0)") is select(
        TOUCHED,
        operation("sub", symbol("var"), whole),
        operation("sub", symbol("var"), number(0)),
    )


def test_clipping_that_moves_zero_moves_the_rows_outside_of_the_gradient() -> None:
    text = "def clip_by_value(t, low, high):\n    return math_ops.minimum(t, high)\n"
    whole = call("max", call("min", symbol("grad"), number(2)), number(1))
    nothing = call("max", call("min", number(0), number(2)), number(1))
    assert clipped(text, "clip_by_value(grad, 1.0, 2.0)") is select(
        TOUCHED,
        operation("sub", symbol("var"), whole),
        operation("sub", symbol("var"), nothing),
    )


def test_a_norm_that_knows_no_sparse_gradients_is_that_of_the_rows() -> None:
    text = "def clip_by_norm(t, norm):\n    return t\n"
    norm = call("sqrt", call("sum", call("square", symbol("grad"))))
    factor = call("max", norm, number(1))
    moved = operation("div", operation("mul", symbol("grad"), number(1)), factor)
    assert clipped(text, "clip_by_norm(grad, 1.0)") is select(
        TOUCHED,
        operation("sub", symbol("var"), moved),
        operation("sub", symbol("var"), number(0)),
    )


def test_of_a_gradient_clipped_by_choice_the_rows_are_clipped_again() -> None:
    text = "def clip_by_norm(t, norm):\n    return t\n"
    chosen = "clip_by_value(clip_ops.clip_by_norm(grad, 1.0) if self._lr else grad, -2.0, 2.0)"
    var = clipped(text, chosen)
    assert isinstance(var, Select)
    assert var.condition is TOUCHED
    assert var.other is operation("sub", symbol("var"), number(0))
