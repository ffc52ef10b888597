"""The variables that a whole step creates: names, scopes, initial values, dtypes and shapes."""

import pytest

from tests.interpret_kit import CURVE, SLOTS, TRAIN, TRAIN_BASE, curve
from tests.python_kit import tree
from tfdiff.extract.python.interpret.program import Program
from tfdiff.extract.python.interpret.steps import created_state
from tfdiff.facts import ClassRef, CreatedState

SLOT_CREATOR = "tensorflow/python/training/slot_creator.py"
STEP = """
def _apply_dense(self, grad, var):
    m = self.get_slot(var, "m")
    return state_ops.assign_sub(var, self._lr * state_ops.assign(m, 0.9 * m + grad))
"""
CREATOR = """
from tensorflow.python.eager import context
from tensorflow.python.ops import array_ops, init_ops, variable_scope


def _made(primary, val, scope, shape, dtype):
    return variable_scope.get_variable(
        scope, initializer=val, trainable=False, shape=shape, dtype=dtype)


def create_zeros_slot(primary, name, dtype=None):
    prefix = primary._shared_name if context.executing_eagerly() else primary.op.name
    with variable_scope.variable_scope(None, prefix + "/" + name):
        return _made(primary, {initial}, "", {shape}, {dtype})
"""
AS_VALUE = CREATOR.format(
    initial="array_ops.zeros(primary.get_shape(), dtype=primary.dtype)", shape="None", dtype="None"
)
AS_INITIALIZER = CREATOR.format(
    initial="init_ops.zeros_initializer()", shape="primary.shape", dtype="primary.dtype"
)


def made(creator: str, methods: str = SLOTS + STEP, base: str = TRAIN_BASE) -> CreatedState:
    """What the class ``Curve`` creates with that slot creator."""
    texts = {TRAIN: base, SLOT_CREATOR: creator, CURVE: curve(methods)}
    return created_state(Program(tree(texts)), ClassRef("Curve", CURVE), lambda _: None)


def test_a_slot_has_the_scope_and_the_value_that_the_slot_creator_gives_it() -> None:
    found = made(AS_VALUE).graph
    assert found is not None
    (slot,) = found[0]
    assert slot.scopes == ("variable_scope(None, 'state:var/Curve')",)
    assert dict(slot.arguments) == {"name": "''", "initial": "0", "trainable": "False"}
    assert slot.when == ()


def test_a_tensor_and_an_initializer_of_the_same_value_are_the_same() -> None:
    assert made(AS_VALUE) == made(AS_INITIALIZER)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ('"/" + name', '"/slots/" + name'),
        ("zeros_initializer()", "ones_initializer()"),
        ("primary.shape,", "[4],"),
        ("primary.dtype)", "dtypes.float64)"),
        ('"", primary.shape', "name, primary.shape"),
    ],
)
def test_another_name_value_shape_or_dtype_is_not_the_same(now: str, then: str) -> None:
    changed = AS_INITIALIZER.replace(now, then)
    assert changed != AS_INITIALIZER
    assert made(changed).graph not in (None, made(AS_INITIALIZER).graph)


def test_a_tensor_of_another_shape_is_not_the_same() -> None:
    changed = AS_VALUE.replace("primary.get_shape(), dtype", "[], dtype")
    assert made(changed).graph not in (None, made(AS_VALUE).graph)


def test_what_only_eager_mode_names_otherwise_is_seen() -> None:
    both = SLOTS + STEP + STEP.replace("_apply", "_resource_apply")
    plain = made(AS_VALUE, both)
    other = made(AS_VALUE.replace("primary._shared_name if", '"other" if'), both)
    assert plain.eager is not None
    assert other.graph == plain.graph
    assert other.eager not in (None, plain.eager)


def test_an_option_that_is_left_alone_creates_nothing() -> None:
    option = curve(SLOTS + STEP, "learning_rate=0.1, averaged=None")
    more = option.replace(
        "    for v in var_list:\n",
        "    for v in var_list:\n            if self._averaged:\n"
        "                self._zeros_slot(v, 'k', 'K')\n",
    ).replace(
        "self._lr = learning_rate\n",
        "self._lr = learning_rate\n        self._averaged = averaged\n",
    )
    texts = {TRAIN: TRAIN_BASE, SLOT_CREATOR: AS_VALUE, CURVE: more}

    def found(*alone: str) -> CreatedState:
        program = Program(tree(texts))
        return created_state(program, ClassRef("Curve", CURVE), lambda _: None, frozenset(alone))

    assert found("averaged") == made(AS_VALUE)
    assert found().graph not in (None, made(AS_VALUE).graph)


def test_state_of_a_condition_and_its_order_are_told() -> None:
    two = SLOTS.replace(
        "    for v in var_list:\n",
        "    for v in var_list:\n        if self._lr > 1:\n"
        "            self._zeros_slot(v, 'k', 'K')\n",
    )
    found = made(AS_VALUE, two + STEP).graph
    assert found is not None
    assert [one.when for one in found[0]] == [("learning_rate > 1 is True",), ()]
    assert found != made(AS_VALUE).graph


def test_a_name_that_is_not_read_is_no_answer() -> None:
    hidden = AS_VALUE.replace('"/" + name', '"/" + (lambda: name)')
    assert made(hidden).graph is None
