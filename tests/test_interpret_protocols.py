"""The protocols of Keras: simultaneous updates, hyperparameters by name, update_step."""

from tests.interpret_kit import CURVE, rules
from tests.ir_reader import read
from tests.python_kit import tree
from tfdiff.extract.python.interpret.program import Program
from tfdiff.extract.python.interpret.steps import update_rules
from tfdiff.facts import ClassRef
from tfdiff.ir.expr import Expr, call, operation, select, symbol

KERAS_1 = """
from tensorflow.python.keras import backend as K
from tensorflow.python.ops import clip_ops, math_ops, state_ops
from tensorflow.python.framework import ops


class Optimizer(object):
    def __init__(self, **kwargs):
        allowed = {'clipnorm'}
        for k in kwargs:
            if k not in allowed:
                raise TypeError('Unexpected: ' + str(k))
        self.__dict__.update(kwargs)
        self.updates = []

    def get_gradients(self, loss, params):
        grads = K.gradients(loss, params)
        if hasattr(self, 'clipnorm'):
            grads = [clip_ops.clip_by_norm(g, self.clipnorm) for g in grads]
        return grads


class Curve(Optimizer):
    def __init__(self, lr=0.01, decay=0.0, epsilon=None, **kwargs):
        super(Curve, self).__init__(**kwargs)
        self.iterations = K.variable(0, dtype='int64', name='iterations')
        self.lr = K.variable(lr, name='lr')
        self.decay = K.variable(decay, name='decay')
        self.initial_decay = decay

    def get_updates(self, loss, params):
        grads = self.get_gradients(loss, params)
        self.updates = [state_ops.assign_add(self.iterations, 1)]
        lr = self.lr
        if self.initial_decay > 0:
            lr = lr * (1. / (1. + self.decay * math_ops.cast(self.iterations, 'float32')))
        ms = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        self.weights = [self.iterations] + ms
        for p, g, m in zip(params, grads, ms):
            m_t = m + g
            self.updates.append(state_ops.assign(m, m_t))
            self.updates.append(state_ops.assign(p, p - lr * (m_t + m)))
        return self.updates
"""


def states(text: str, path: str) -> dict[str, Expr]:
    return dict(rules(text)[path].states)


def test_keras_updates_are_carried_out_together() -> None:
    plain = KERAS_1.replace("if hasattr(self, 'clipnorm'):", "if False:")
    after = states(plain, "dense/resource/python")
    assert tuple(after) == ("var", "step", "ms")
    assert after["step"] is read("step + 1")
    assert after["ms"] is read("ms + grad")
    rate = read("select(decay > 0, lr * (1.0 / (1.0 + decay * step)), lr)")
    moved = operation("mul", rate, read("ms + grad + ms"))
    assert after["var"] is operation("sub", symbol("var"), moved)


def test_an_argument_that_only_kwargs_take_is_a_guard() -> None:
    given = operation("not", symbol("clipnorm is None"))
    norm = call("sqrt", call("sum", read("square(grad)")))
    clipped = operation("div", read("grad * clipnorm"), call("max", norm, symbol("clipnorm")))
    gradient = select(given, clipped, symbol("grad"))
    after = states(KERAS_1, "dense/resource/python")
    assert after["ms"] is operation("add", symbol("ms"), gradient)


def test_an_update_that_is_waited_for_is_seen() -> None:
    waited = KERAS_1.replace(
        "        lr = self.lr\n",
        "        with ops.control_dependencies([state_ops.assign_add(self.iterations, 1)]):\n"
        "            lr = self.lr * math_ops.cast(self.iterations, 'float32')\n",
    ).replace("if self.initial_decay > 0:", "if False:")
    after = states(waited.replace("if hasattr", "if False and hasattr"), "dense/ref/python")
    assert after["var"] is read("var - lr * (step + 1) * (ms + grad + ms)")


def test_both_kinds_of_variables_take_the_same_path_through_get_updates() -> None:
    found = rules(KERAS_1)
    assert found["dense/ref/python"].states == found["dense/resource/python"].states


V2 = """
import functools
from tensorflow.python.distribute import distribution_strategy_context as distribute_ctx
from tensorflow.python.framework import ops
from tensorflow.python.ops import array_ops, math_ops
from tensorflow.python.ops import variables as tf_variables


class OptimizerV2(object):
    def __init__(self, name, **kwargs):
        self._hyper = {}
        self._slots = {}
        self._iterations = tf_variables.Variable(0, name='iter')
        self._initial_decay = kwargs.pop('decay', 0.0)

    def _set_hyper(self, name, value):
        self._hyper[name] = value

    def _get_hyper(self, name, dtype=None):
        value = self._hyper[name]
        if callable(value):
            value = value()
        return math_ops.cast(value, dtype)

    def add_slot(self, var, slot_name):
        self._slots[slot_name] = tf_variables.Variable(
            name='%s/%s' % (var._shared_name, slot_name), initial_value=0.0)
        return self._slots[slot_name]

    @property
    def iterations(self):
        return self._iterations

    def apply_gradients(self, grads_and_vars, name=None):
        var_list = [v for _, v in grads_and_vars]
        with ops.init_scope():
            self._create_slots(var_list)
        state = {}
        for v in var_list:
            state[(v.device, v.dtype.base_dtype)] = {}
            self._prepare_local(v.device, v.dtype.base_dtype, state)
        return distribute_ctx.get_replica_context().merge_call(
            functools.partial(self._distributed_apply, apply_state=state),
            args=(grads_and_vars,), kwargs={'name': name})

    def _prepare_local(self, device, dtype, state):
        rate = array_ops.identity(self._get_hyper('learning_rate', dtype))
        if self._initial_decay > 0.0:
            rate = rate / (1.0 + self._initial_decay * math_ops.cast(self.iterations, dtype))
        state[(device, dtype)]['rate'] = rate

    def _distributed_apply(self, distribution, grads_and_vars, name, apply_state):
        def one(var, grad):
            return self._resource_apply_dense(grad, var, apply_state=apply_state)
        for grad, var in grads_and_vars:
            distribution.extended.update(var, one, args=(grad,), group=False)
        return self.iterations.assign_add(1)


class Curve(OptimizerV2):
    def __init__(self, learning_rate=0.1, momentum=0.0, name='Curve', **kwargs):
        super(Curve, self).__init__(name, **kwargs)
        self._set_hyper('learning_rate', kwargs.get('lr', learning_rate))
        self._set_hyper('momentum', momentum)

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, 'momentum')

    def _resource_apply_dense(self, grad, var, apply_state=None):
        rate = apply_state[(var.device, var.dtype.base_dtype)]['rate']
        m = self._slots['momentum']
        m.assign(m * self._get_hyper('momentum', var.dtype) + grad)
        return var.assign_sub(rate * m)
"""


def test_hyperparameters_by_name_reach_the_step_and_slots_have_names_of_their_own() -> None:
    after = states(V2, "dense/resource/python")
    kept = operation("mul", symbol("slot:momentum"), symbol("momentum"))
    slot = operation("add", kept, symbol("grad"))
    rate = read("select(decay > 0.0, learning_rate / (1.0 + decay * step), learning_rate)")
    assert after == {
        "var": operation("sub", symbol("var"), operation("mul", rate, slot)),
        "step": read("step + 1"),
        "slot:momentum": slot,
    }


def test_replicas_are_followed_as_one_and_only_resource_variables_are_asked_for() -> None:
    assert set(rules(V2)) == {"dense/resource/python", "sparse/resource/python"}


KERAS_3 = """
from keras.src import backend, ops


class Optimizer:
    def __init__(self, learning_rate, weight_decay=None, name=None):
        self.built = False
        self.weight_decay = weight_decay
        self.iterations = backend.Variable(0, name="iteration", dtype="int")
        self._learning_rate = backend.Variable(learning_rate, name="learning_rate")

    def add_variable_from_reference(self, reference_variable, name=None):
        return backend.Variable(initializer="zeros", name=f"{reference_variable.path}_{name}")

    def apply_gradients(self, grads_and_vars):
        grads, variables = zip(*grads_and_vars)
        if not self.built:
            self.build(variables)
        if self.weight_decay is not None:
            for v in variables:
                v.assign(v - v * self.weight_decay * self._learning_rate)
        for grad, v in zip(grads, variables):
            self.update_step(grad, v, self._learning_rate)
        self.iterations.assign_add(1)


class Curve(Optimizer):
    def __init__(self, learning_rate=0.1, weight_decay=None, name="curve"):
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay, name=name)

    def build(self, variables):
        self._ms = []
        for v in variables:
            self._ms.append(self.add_variable_from_reference(reference_variable=v, name="m"))

    def update_step(self, gradient, variable, learning_rate):
        lr = ops.cast(learning_rate, variable.dtype)
        step = ops.cast(self.iterations + 1, variable.dtype)
        m = self._ms[0]
        m.assign(ops.add(m, ops.square(gradient)))
        variable.assign(ops.subtract(variable, ops.divide(ops.multiply(lr, m), step)))
"""


def test_update_step_with_weight_decay_as_a_guard() -> None:
    after = states(KERAS_3, "dense/resource/python")
    decayed = read("var - var * weight_decay * learning_rate")
    given = operation("not", symbol("weight_decay is None"))
    start = select(given, decayed, symbol("var"))
    moved = read("learning_rate * (m + square(grad)) / (step + 1)")
    assert after["m"] is read("m + square(grad)")
    assert after["var"] is operation("sub", start, moved)


def test_a_base_outside_the_release_is_assumed_to_be_keras_own() -> None:
    path = "addons/optimizers/curve.py"
    text = """
import tensorflow as tf


class Curve(tf.keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.1, name="Curve", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", learning_rate)

    def _create_slots(self, var_list):
        for var in var_list:
            self.add_slot(var, "m")

    def _resource_apply_dense(self, grad, var):
        m = self.get_slot(var, "m")
        m.assign(m + grad)
        var.assign_sub(self._get_hyper("learning_rate") * m)
"""
    found = update_rules(
        Program(tree({path: text})), ClassRef("Curve", path), lambda *_: None, lambda _: None
    )
    after = dict(found[0].states)
    assert after["var"] is read("var - learning_rate * (m + grad)")
    assert "AssumedKerasOptimizer.apply_gradients" in found[0].symbols


def test_a_moving_average_leaves_the_variable_alone() -> None:
    text = """
from tensorflow.python.training import slot_creator


class Curve(object):
    def __init__(self, decay, num_updates=None, name="Average"):
        self._decay = decay
        self._name = name
        self._averages = {}

    def average_name(self, var):
        return var.op.name + "/" + self._name

    def apply(self, var_list=None):
        for var in var_list:
            self._averages[var] = slot_creator.create_slot(var, var.initialized_value(), self._name)
        for var in var_list:
            kept = self._averages[var]
            kept.assign_sub((kept - var) * (1 - self._decay))
"""
    rule = rules(text)["dense/ref/python"]
    assert dict(rule.states) == {
        "var": symbol("var"),
        "Average": read("Average - (Average - var) * (1 - decay)"),
    }
    assert not rule.unknowns


def test_the_class_is_looked_up_where_it_was_said_to_be() -> None:
    program = Program(tree({CURVE: "x = 1"}))
    assert update_rules(program, ClassRef("Curve", CURVE), lambda *_: None, lambda _: None) == ()
