"""What cannot be read is said to be unread, and never passes for unchanged."""

import pytest

from tests.interpret_kit import SLOTS, curve, dense, rules
from tests.ir_reader import read
from tfdiff.ir.expr import Opaque, boolean, call, symbol
from tfdiff.ir.walk import opaques, replaced


def reasons(body: str, path: str = "dense/ref/python") -> set[str]:
    return {unknown.reason for unknown in rules(body)[path].unknowns}


def step(statements: str) -> str:
    body = "\n".join(f"    {line}" for line in statements.splitlines())
    return curve(f"{SLOTS}\ndef _apply_dense(self, grad, var):\n{body}")


def test_a_path_that_the_class_refuses_has_no_rule() -> None:
    found = rules(step("var.assign(grad)"))
    assert set(found) == {"dense/ref/python"}


def test_a_step_that_changes_nothing_is_not_called_unchanged() -> None:
    assert reasons(step("pass")) == {"nothing that was read changes the variable"}


def test_a_step_that_ends_with_an_exception_says_so_and_where() -> None:
    rule = rules(step("var.assign(None)"))["dense/ref/python"]
    (unknown,) = rule.unknowns
    assert unknown.reason == "the step ends with TypeError"
    assert unknown.span
    assert unknown.span.line > 0
    assert isinstance(rule.states[0][1], Opaque)


def test_a_loop_of_unknown_length_taints_what_it_changes() -> None:
    body = step("for part in somewhere():\n    var.assign_sub(grad)")
    assert reasons(body) == {"loop of unknown length"}


def test_a_loop_that_never_ends_is_cut_off_visibly() -> None:
    body = step("def again(x, depth):\n    return again(x * 2, depth)\nvar.assign(again(grad, 0))")
    assert any("nested" in reason for reason in reasons(body))


def test_an_unknown_condition_taints_only_what_depends_on_it() -> None:
    after = dense("if somewhere.is_odd():\n    m.assign(grad)\nvar.assign(grad)")
    assert after["var"] is symbol("grad")
    assert opaques((after["m"],))


def test_an_unknown_call_that_may_change_a_variable_taints_it() -> None:
    assert reasons(step("somewhere.apply_update(var, grad)")) == {"call not read"}


def test_a_tensor_function_is_compared_by_name() -> None:
    after = dense("var.assign(math_ops.matmul(grad, m))")
    assert after["var"] is call("matmul", symbol("grad"), symbol("m"))


@pytest.mark.parametrize("keywords", ["", ", experimental_aggregate_gradients=False"])
def test_a_wrapped_optimizers_step_is_a_function_known_by_name(keywords: str) -> None:
    body = curve(
        "def apply_gradients(self, grads_and_vars, global_step=None, name=None):\n"
        "    halved = [(g / 2.0, v) for g, v in grads_and_vars]\n"
        f"    return self._opt.apply_gradients(halved{keywords})\n\n"
        "def _apply_dense(self, grad, var):\n    pass",
        "opt, learning_rate=0.1",
        "self._opt = opt",
    )
    after = dict(rules(body)["dense/ref/python"].states)
    assert after["var"] is call("opt.apply_gradients", symbol("var"), read("grad / 2.0"))


def test_a_file_that_python_cannot_parse_gives_no_rules() -> None:
    assert rules("class Curve(:\n    print 'old'") == {}


def test_the_regions_that_were_read_are_named() -> None:
    symbols = rules(step("var.assign(grad)"))["dense/ref/python"].symbols
    assert {"Curve.__init__", "Optimizer.apply_gradients", "Curve._apply_dense"} <= set(symbols)
    assert "Optimizer._apply_sparse" not in symbols


def test_what_an_accumulator_gives_back_names_what_was_put_in() -> None:
    after = dense(
        "kept = data_flow_ops.ConditionalAccumulator('float32')\n"
        "kept.apply_grad(grad * 2, local_step=0)\nvar.assign(kept.take_grad(self._lr))"
    )
    assert after["var"] is call("take_grad", read("grad * 2"), symbol("learning_rate"))


def test_calls_that_differ_in_an_argument_have_different_names() -> None:
    one = dense("var.assign(linalg_ops.norm(grad, ord='fro'))")["var"]
    other = dense("var.assign(linalg_ops.norm(grad, ord='euclidean'))")["var"]
    assert one is not other


def test_a_way_that_fails_taints_and_does_not_vanish() -> None:
    body = step("if self._wide:\n    var.assign_sub(self._nowhere['m'])\nvar.assign_sub(grad)")
    text = body.replace("learning_rate=0.1,", "learning_rate=0.1, wide=False,").replace(
        "self._lr = learning_rate",
        "self._lr = learning_rate\n        self._wide = wide\n        self._nowhere = {}",
    )
    rule = rules(text)["dense/ref/python"]
    after = dict(rule.states)["var"]
    assert {one.reason for one in rule.unknowns} == {"this way ends with KeyError"}
    assert opaques((after,))
    plain = replaced((after,), {symbol("wide"): boolean(value=False)})[after]
    assert plain is read("var - grad")


def test_a_way_that_fails_is_known_by_what_it_says_and_not_by_its_line() -> None:
    way = "    {local} = {{}}\n    var.assign_sub({local}['m'])\n"
    lines = f"if self._lr > 1:\n{way}var.assign_sub(grad)"
    here = dense(lines.format(local="held"))["var"]
    assert opaques((here,))
    assert dense("\n\n" + lines.format(local="kept"))["var"] is here
    assert dense(lines.format(local="held").replace("'m'", "'v'"))["var"] is not here


def test_a_way_that_raises_is_not_taken() -> None:
    after = dense("if self._lr is None:\n    raise ValueError('rate')\nvar.assign_sub(grad)")
    assert after["var"] is read("var - grad")


def test_an_argument_that_is_none_where_a_number_is_needed_is_the_callers_mistake() -> None:
    after = dense(
        "var.assign_sub(grad * self._rho)", "learning_rate=0.1, rho=None", "self._rho = rho"
    )
    assert after["var"] is read("var - grad * rho")


def test_an_exception_is_caught_by_its_own_handler_only() -> None:
    statements = (
        "try:\n    scale = {}['scale']\nexcept ValueError:\n    scale = 2\n"
        "except KeyError:\n    scale = 3\nvar.assign_sub(grad * scale)"
    )
    assert dense(statements)["var"] is read("var - grad * 3")


def test_an_exception_that_is_passed_on_is_still_no_way_that_the_source_refuses() -> None:
    body = step(
        "if self._lr > 1:\n    try:\n        var.assign_sub({}['m'])\n"
        "    except KeyError as error:\n        raise error\nvar.assign_sub(grad)"
    )
    assert reasons(body) == {"this way ends with KeyError"}


def test_what_is_stored_in_one_of_two_dictionaries_is_found_there() -> None:
    after = dense(
        "one, other = {}, {}\nkept = one if self._lr > 1 else other\nkept['g'] = grad\n"
        "var.assign_sub(kept['g'])"
    )
    assert after["var"] is read("var - grad")


def test_a_function_that_is_only_called_like_tensorflows_own_is_not_followed() -> None:
    others = ("tracker.assign()", "tracker.scatter_add()", "bag.flatten()", "bag.unwrap()")
    body = step("\n".join((*others, "raw.assign_sub(ref=var, value=grad)")))
    assert rules(body)["dense/ref/python"].states[0][1] is read("var - grad")


def test_what_is_cut_out_of_a_tensor_is_told_by_its_bounds() -> None:
    cut, further, end, steps = (
        dense(f"var.assign(math_ops.matmul(grad, m)[{bounds}])")["var"]
        for bounds in ("n:n + 3", "n:n + 4", "n:", "::2")
    )
    assert len({cut, further, end, steps}) == len((cut, further, end, steps))
    assert dense("k = n\nvar.assign(math_ops.matmul(grad, m)[k:k + 3])")["var"] is cut
