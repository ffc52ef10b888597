"""Where a step starts: at ``minimize``, as training takes it, with the gradient of the loss."""

from tests.interpret_kit import TRAIN, TRAIN_BASE, curve, rules
from tests.ir_reader import read
from tests.test_interpret_protocols import KERAS_1, V2
from tfdiff.ir.expr import call, operation, select, symbol
from tfdiff.ir.walk import opaques

MINIMIZE = """
    def minimize(self, loss, var_list, name=None):
        return self.apply_gradients(self._compute_gradients(loss, var_list), name=name)

    def _compute_gradients(self, loss, var_list):
        with backprop.GradientTape() as tape:
            if not callable(var_list):
                tape.watch(var_list)
            value = loss()
        grads = tape.gradient(value, nest.flatten(var_list))
        if self._clipnorm is not None:
            grads = [clip_ops.clip_by_norm(g, self._clipnorm) for g in grads]
        return list(zip(grads, var_list))

    def apply_gradients("""
KEPT = "        self._initial_decay = kwargs.pop('decay', 0.0)\n"
CLIPPING = V2.replace("\n    def apply_gradients(", MINIMIZE, 1).replace(
    KEPT, f"{KEPT}        self._clipnorm = kwargs.pop('clipnorm', None)\n"
)
NORM = call("sqrt", call("sum", read("square(grad)")))
CLIPPED = select(
    operation("not", symbol("clipnorm is None")),
    operation("div", read("grad * clipnorm"), call("max", NORM, symbol("clipnorm"))),
    symbol("grad"),
)


def momentum(text: str) -> object:
    return dict(rules(text)["dense/resource/python"].states)["slot:momentum"]


def test_clipping_in_minimize_is_part_of_the_step() -> None:
    kept = operation("mul", symbol("slot:momentum"), symbol("momentum"))
    assert momentum(CLIPPING) is operation("add", kept, CLIPPED)


def test_clipping_in_apply_gradients_is_seen_once() -> None:
    moved = CLIPPING.replace("grads = [clip", "pass  # [clip").replace(
        "        var_list = [v for _, v in grads_and_vars]\n",
        "        var_list = [v for _, v in grads_and_vars]\n"
        "        if self._clipnorm is not None:\n"
        "            grads_and_vars = [(clip_ops.clip_by_norm(g, self._clipnorm), v)\n"
        "                              for g, v in grads_and_vars]\n",
        1,
    )
    assert momentum(moved) is momentum(CLIPPING)


def test_the_older_spelling_of_an_argument_is_no_other_hyperparameter() -> None:
    after = dict(rules(CLIPPING)["dense/resource/python"].states)
    assert "lr" not in {getattr(node, "name", "") for node in _leaves(after["var"])}


def _leaves(node: object) -> list[object]:
    inner = [*getattr(node, "args", ())]
    inner += [getattr(node, part) for part in ("condition", "then", "other") if hasattr(node, part)]
    return [leaf for one in inner for leaf in _leaves(one)] or [node]


def test_the_gradient_of_a_scaled_loss_is_scaled() -> None:
    scaled = CLIPPING.replace(
        "value = loss()", "value = loss() * 8.0 / self._get_hyper('momentum')"
    )
    inner = read("8.0 * grad / momentum").args  # type: ignore[union-attr]
    assert str(inner)
    factor = operation("div", read("8.0"), symbol("momentum"))
    gradient = operation("mul", factor, symbol("grad"))
    plain = scaled.replace("if self._clipnorm is not None", "if False", 1)
    kept = operation("mul", symbol("slot:momentum"), symbol("momentum"))
    assert momentum(plain) is operation("add", kept, gradient)


def test_the_gradient_of_something_else_is_not_read() -> None:
    other = CLIPPING.replace("value = loss()", "value = loss() + 1.0 / loss()")
    rule = rules(other)["dense/resource/python"]
    assert opaques(value for _, value in rule.states)
    assert {one.reason for one in rule.unknowns} == {"gradient of something else than the loss"}


def test_a_step_that_cannot_be_followed_from_minimize_starts_at_apply_gradients() -> None:
    broken = CLIPPING.replace("value = loss()", "value = loss.of.nobody()")
    unread = CLIPPING.replace("tape.gradient(value,", "None(value,")
    for text in (broken, unread):
        assert "var" in dict(rules(text)["dense/resource/python"].states)


GRAPH = (
    TRAIN_BASE
    + """
    def minimize(self, loss, global_step=None, var_list=None):
        return self.apply_gradients(self.compute_gradients(loss, var_list), global_step)

    def compute_gradients(self, loss, var_list):
        if callable(loss):
            raise RuntimeError("For eager execution")
        replicas = distribute_lib.get_strategy().num_replicas_in_sync
        if replicas > 1:
            loss *= 1. / replicas
        var_list = nest.flatten(var_list)
        var_list += ops.get_collection(ops.GraphKeys._STREAMING_MODEL_PORTS)
        grads = gradients.gradients(loss, [v for v in var_list], grad_ys=None)
        return list(zip(grads, var_list))
"""
)


def test_a_graph_is_asked_for_gradients_on_one_replica() -> None:
    body = curve("def _apply_dense(self, grad, var):\n    return var.assign_sub(self._lr * grad)")
    rule = rules(body, files={TRAIN: GRAPH})["dense/ref/python"]
    assert dict(rule.states)["var"] is read("var - learning_rate * grad")
    assert "Optimizer.compute_gradients" in rule.symbols
    assert not rule.unknowns


def test_a_pair_among_keras_updates_is_an_assignment() -> None:
    paired = KERAS_1.replace(
        "        self.decay = K.variable(decay, name='decay')\n",
        "        self.decay = K.variable(decay, name='decay')\n"
        "        self.schedule = K.variable(1., name='schedule')\n",
    ).replace(
        "        return self.updates\n",
        "        self.updates.append((self.schedule, self.schedule * lr))\n"
        "        return self.updates\n",
    )
    paired = paired.replace("if self.initial_decay > 0:", "if False:")
    after = dict(rules(paired)["dense/resource/python"].states)
    assert after["schedule"] is read("schedule * lr")


COUNTED = """
def _create_slots(self, var_list):
    graph = None if ops.executing_eagerly_outside_functions() else var_list[0].graph
    self._powers = {("power", graph): variable_scope.variable(1.0, name="power")}

def _apply_dense(self, grad, var):
    graph = None if context.executing_eagerly() else ops.get_default_graph()
    return var.assign_sub(self._powers.get(("power", graph)) * grad)
"""


def test_what_applies_to_reference_variables_runs_in_a_plain_graph() -> None:
    after = dict(rules(curve(COUNTED))["dense/ref/python"].states)
    assert after["var"] is read("var - 1.0 * grad")


PER_GRAPH = """
def _create_slots(self, var_list):
    self._kept = {ops.get_default_graph()._graph_key: self._zeros_slot(var_list[0], "m", "m")}

def _apply_dense(self, grad, var):
    m = self._kept.get(var._graph_key)
    return var.assign_sub(m.assign(m + grad))
"""


def test_a_variable_knows_the_graph_that_it_is_in() -> None:
    after = dict(rules(curve(PER_GRAPH))["dense/ref/python"].states)
    assert after["var"] is read("var - (m + grad)")


NORMS = """
    def get_gradients(self, loss, params):
        grads = K.gradients(loss, params)
        norm = K.sqrt(sum([K.sum(K.square(g)) for g in grads]))
        return [K.switch(norm >= 4.0, g * 4.0 / norm, g) for g in grads]
"""


def test_switch_is_a_choice_and_a_sum_over_all_gradients_is_not_one_of_its_own() -> None:
    start = KERAS_1.index("    def get_gradients")
    body = KERAS_1[:start] + NORMS.strip("\n") + "\n\n\n" + KERAS_1[KERAS_1.index("class Curve") :]
    own = call("sum", read("square(grad)"))
    norm = call("sqrt", call("sum_over_variables", own))
    scaled = operation("div", read("grad * 4.0"), norm)
    clipped = select(operation("ge", norm, read("4.0")), scaled, symbol("grad"))
    for text in (body, body.replace("K.sum(", "math_ops.reduce_sum(")):
        after = dict(rules(text)["dense/resource/python"].states)
        assert after["ms"] is operation("add", symbol("ms"), clipped)


def test_a_norm_over_occurrences_is_told_apart_and_scales_their_sum() -> None:
    sparse = CLIPPING.replace(
        "            return self._resource_apply_dense(grad, var, apply_state=apply_state)\n",
        "            if isinstance(grad, ops.IndexedSlices):\n"
        "                return var.scatter_sub(grad)\n"
        "            return self._resource_apply_dense(grad, var, apply_state=apply_state)\n",
    )
    rule = rules(sparse)["sparse/resource/python"]
    norm = call("sqrt", call("sum over occurrences", read("square(grad)")))
    clipped = operation("div", read("grad * clipnorm"), call("max", norm, symbol("clipnorm")))
    moved = select(CLIPPED.condition, clipped, symbol("grad"))  # type: ignore[union-attr]
    after = operation("sub", symbol("var"), moved)
    assert rule.duplicates == "summed"
    assert dict(rule.states)["var"] is select(symbol("touched"), after, symbol("var"))
