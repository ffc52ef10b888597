"""Kernel calls are filled in from the device's rule, by the op's own input names."""

import pickle

from tests.interpret_kit import SLOTS, curve, kernel, op, rules
from tests.ir_reader import read
from tfdiff.facts import KernelRule
from tfdiff.ir.expr import boolean, select, symbol

CALL = SLOTS + (
    "def _apply_dense(self, grad, var):\n"
    "    m = self.get_slot(var, 'm')\n"
    "    return training_ops.apply_rms_curve(\n"
    "        var, m, math_ops.cast(self._lr, var.dtype.base_dtype), grad,\n"
    "        use_locking=self._use_locking).op"
)
CURVE_OP = op("ApplyRMSCurve", ("var&", "accum&", "lr", "grad"), ("use_locking", "wide"))
OPS = {"ApplyRMSCurve": CURVE_OP}


def test_arguments_take_the_places_of_the_ops_inputs() -> None:
    held = kernel("ApplyRMSCurve", "cpu", var="var - lr * accum", accum="accum + grad")
    after = dict(rules(curve(CALL), held, OPS)["dense/ref/cpu"].states)
    assert after["var"] is read("var - learning_rate * m")
    assert after["m"] is read("m + grad")


def test_attributes_that_are_not_passed_have_their_default() -> None:
    held = kernel("ApplyRMSCurve", "cpu", var="select(wide, var, var - grad)")
    after = dict(rules(curve(CALL), held, OPS)["dense/ref/cpu"].states)
    assert after["var"] is read("var - grad")


def test_what_the_kernel_does_not_write_keeps_its_value() -> None:
    held = kernel("ApplyRMSCurve", "cpu", var="var - grad")
    assert dict(rules(curve(CALL), held, OPS)["dense/ref/cpu"].states)["m"] is symbol("m")


def test_only_devices_with_a_kernel_have_a_rule() -> None:
    held = kernel("ApplyRMSCurve", "cpu", var="var - grad") | kernel(
        "ApplyRMSCurve", "gpu", var="var - grad * 2"
    )
    found = rules(curve(CALL), held, OPS)
    assert set(found) == {"dense/ref/cpu", "dense/ref/gpu"}
    assert dict(found["dense/ref/gpu"].states)["var"] is read("var - grad * 2")


def test_a_kernel_that_is_not_at_hand_is_said_to_be_unread() -> None:
    rule = rules(curve(CALL), {}, OPS)["dense/ref/cpu"]
    assert {unknown.reason for unknown in rule.unknowns} == {"kernel not read"}
    assert all(unknown.span and unknown.span.line for unknown in rule.unknowns)


def test_without_any_op_facts_the_call_is_still_a_kernel_call() -> None:
    rule = rules(curve(CALL))["dense/ref/cpu"]
    assert {unknown.reason for unknown in rule.unknowns} == {"kernel not read"}


def test_a_sparse_kernel_changes_touched_rows() -> None:
    method = (
        "def _resource_apply_dense(self, grad, handle):\n    raise NotImplementedError()\n\n"
        "def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):\n"
        "    return training_ops.resource_sparse_apply_curve(\n"
        "        handle.handle, self._lr, grad, indices)"
    )
    name = "ResourceSparseApplyCurve"
    facts = {name: op(name, ("var&", "lr", "grad", "indices"))}
    states = (("var", read("var - lr * grad")),)
    held = {(name, "cpu"): KernelRule(name, "cpu", states, "sequential", (), ())}
    rule = rules(curve(method), held, facts)["sparse/resource/cpu"]  # type: ignore[arg-type]
    assert dict(rule.states)["var"] is select(
        symbol("touched"), read("var - learning_rate * grad"), symbol("var")
    )
    assert rule.duplicates == "sequential"


def test_a_sparse_gradient_that_a_dense_op_is_given_is_zero_elsewhere() -> None:
    method = (
        "def _apply_dense(self, grad, var):\n"
        "    return training_ops.apply_glide(var, grad)\n"
        "def _apply_sparse_duplicate_indices(self, grad, var):\n"
        "    return training_ops.apply_glide(var, grad)\n"
    )
    held = kernel("ApplyGlide", "cpu", var="var - grad")
    rule = rules(curve(method), held, {"ApplyGlide": op("ApplyGlide", ("var&", "grad"))})
    found = rule["sparse/ref/cpu"].states
    assert dict(found)["var"] is select(symbol("touched"), read("var - grad"), read("var - 0"))


def test_kernels_in_both_arms_of_a_branch_are_both_filled_in() -> None:
    held = kernel("ApplyRMSCurve", "cpu", var="var - lr * grad")
    body = CALL + (
        "\n\ndef _finish(self, done, name_scope):\n    if self._lr > 1:\n        return 0\n"
    )
    after = dict(rules(curve(body), held, OPS)["dense/ref/cpu"].states)
    assert after["var"] is read("var - learning_rate * grad")


def test_rules_survive_pickling() -> None:
    held = kernel("ApplyRMSCurve", "cpu", var="var - lr * accum")
    rule = rules(curve(CALL), held, OPS)["dense/ref/cpu"]
    assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 - our own bytes


def test_an_option_that_needs_an_op_the_device_has_not_is_not_open_there() -> None:
    method = CALL.replace(
        "    return training_ops.apply_rms_curve(",
        "    if self._wide:\n"
        "        return training_ops.apply_wide_curve(var, grad)\n"
        "    return training_ops.apply_rms_curve(",
    )
    text = curve(method, "learning_rate=0.1, wide=False", "self._wide = wide")
    held = kernel("ApplyRMSCurve", "cpu", var="var - grad")
    held |= kernel("ApplyRMSCurve", "gpu", var="var - grad")
    held |= kernel("ApplyWideCurve", "cpu", var="var - 2 * grad")
    found = rules(text, held, {**OPS, "ApplyWideCurve": op("ApplyWideCurve", ("var&", "grad"))})
    both = dict(found["dense/ref/cpu"].states)["var"]
    assert both is select(symbol("wide"), read("var - 2 * grad"), read("var - grad"))
    assert dict(found["dense/ref/gpu"].states)["var"] is read("var - grad")
    assert not found["dense/ref/gpu"].unknowns
    assert found["dense/ref/gpu"].fails is symbol("wide")
    assert found["dense/ref/cpu"].fails is boolean(False)  # noqa: FBT003
