import pytest

from tests.python_kit import facts, slot, value
from tfdiff.facts import Unknown

HEAD = """
from tensorflow.python.training import optimizer
class Curve(optimizer.Optimizer):
  def __init__(self, rate=0.1, start=0.1, momentum=0.0, name="Curve"):
    super(Curve, self).__init__(False, name)
    self._start = start
    self._momentum = momentum
    self._rate = rate
"""


def slots(*statements: str) -> str:
    return f"{HEAD}\n  def _create_slots(self, var_list):\n" + "".join(
        f"    {line}\n" for line in statements
    )


def test_a_zeros_slot_has_its_name_and_the_scope_of_the_default_name() -> None:
    found = slot(facts(slots("for v in var_list:", '  self._zeros_slot(v, "m", self._name)')), "m")
    assert found.per_variable
    assert value(found.initial) == 0
    assert value(found.scope) == "Curve"
    assert (value(found.dtype), value(found.shape)) == ("variable", "variable")
    assert found.condition is None


@pytest.mark.parametrize(
    "statements",
    [
        ("val = constant_op.constant(self._start, shape=v.get_shape())",),
        ("init = constant_op.constant(self._start)", "val = math_ops.cast(init, dtype)"),
        ("if fixed:", "  val = init_ops.constant_initializer(self._start)",
         "else:", "  val = gen_array_ops.fill(shape, self._start)"),
        ("val = lambda: self._start * array_ops.ones_like(v)",),
    ],
)  # fmt: skip
def test_an_initial_value_leads_to_the_parameter(statements: tuple[str, ...]) -> None:
    made = 'self._get_or_make_slot(v, val, "accum", self._name)'
    assert value(slot(facts(slots(*statements, made)), "accum").initial) == "start"


def test_an_initial_value_in_a_nested_function_leads_to_the_parameter() -> None:
    source = slots('self._get_or_make_slot(v, self._init(v), "accum", self._name)') + (
        "  def _init(self, v):\n    def init():\n      x = fill(v, self._start)\n"
        "      return math_ops.cast(x, v.dtype)\n    return init\n"
    )
    assert value(slot(facts(source), "accum").initial) == "start"


def test_a_computed_initial_value_is_unknown() -> None:
    made = 'self._get_or_make_slot(v, spread(self._start, 3), "accum", self._name)'
    assert isinstance(slot(facts(slots(made)), "accum").initial, Unknown)


def test_arms_that_disagree_are_unknown() -> None:
    found = facts(
        slots("if fixed:", "  val = ones(s)", "else:", "  val = zeros(s)",
              'self._get_or_make_slot(v, val, "accum", self._name)')
    )  # fmt: skip
    assert isinstance(slot(found, "accum").initial, Unknown)


def test_a_condition_is_told_in_parameters() -> None:
    found = facts(slots("if self._momentum > 0:", '  self._zeros_slot(v, "mom", self._name)'))
    assert slot(found, "mom").condition == "momentum > 0"


def test_a_slot_of_both_arms_is_unconditional() -> None:
    made = '  self._zeros_slot(v, "mom", self._name)'
    found = facts(slots("if self._momentum:", made, "else:", made))
    assert slot(found, "mom").condition is None


def test_a_condition_of_the_graph_is_no_condition_of_the_slot() -> None:
    found = facts(slots("if v.shape.known():", '  self._zeros_slot(v, "mom", self._name)'))
    assert slot(found, "mom").condition is None


def test_non_slot_state_is_kept_once() -> None:
    found = facts(slots('self._create_non_slot_variable(self._rate, "power", first)'))
    assert not slot(found, "power").per_variable
    assert value(slot(found, "power").initial) == "rate"


def test_a_variable_made_directly_is_state() -> None:
    found = facts(
        slots('self._p = variable_scope.variable(self._rate, name="power", trainable=False)')
    )
    assert value(slot(found, "power").initial) == "rate"


def test_names_in_a_loop_are_all_found() -> None:
    found = facts(slots('for n in ["a", "b"]:', "  self._zeros_slot(v, n, self._name)"))
    assert [one.name for one in found.slots] == ["a", "b"]


@pytest.mark.parametrize(
    ("returned", "known"), [("name + '_1'", "bias"), ("made(name)", "unique('bias')")]
)
def test_a_name_that_a_nested_function_is_given_is_kept_if_it_is_returned(
    returned: str, known: str
) -> None:
    call = "bias = variable_scope.get_variable(unique('bias'), shape=[])"
    text = slots("def unique(name):", f"  return {returned}", call)
    assert [one.name for one in facts(text).slots] == [known]


def test_a_name_that_is_not_read_is_told() -> None:
    found = facts(slots('self._zeros_slot(v, "H_" + str(i), self._name)'))
    assert [one.reason for one in found.unknowns] == ["the state's name is not read"]


def test_the_order_of_a_creators_parameters_is_read_and_not_assumed() -> None:
    source = """
class Curve(object):
  def apply_gradients(self, pairs):
    self._zeros_slot("m", pairs)
  def _zeros_slot(self, slot_name, var):
    return var
"""
    assert [one.name for one in facts(source).slots] == ["m"]


@pytest.mark.parametrize("local", ["size", "n"])
def test_a_condition_does_not_depend_on_what_locals_are_called(local: str) -> None:
    made = '    self._zeros_slot(v, "mom", self._name)'
    loop = f"for {local} in v.shape:", f"  limit_{local} = self._momentum"
    found = facts(slots(*loop, f"  if {local} < limit_{local}:", made))
    assert slot(found, "mom").condition == "... < momentum"


def test_a_state_of_another_shape_in_the_other_arm_is_told_so() -> None:
    arms = "      self.vhats = [K.zeros(K.int_shape(p)) for p in params]\n"
    found = facts(f"{KERAS_LISTS}    else:\n{arms.replace('K.int_shape(p)', '1')}")
    assert value(slot(found, "vhats").shape) == "variable if amsgrad, else (1,)"


KERAS_LISTS = """
class Curve(object):
  def __init__(self, lr=0.1, amsgrad=False):
    self.iterations = K.variable(0, name='iterations')
    self.amsgrad = amsgrad
  def get_updates(self, loss, params):
    ms = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
    if self.amsgrad:
      self.vhats = [K.zeros(K.int_shape(p)) for p in params]
"""


def test_keras_lists_are_slots() -> None:
    found = facts(KERAS_LISTS)
    assert {one.name: one.per_variable for one in found.slots} == {
        "iterations": False,
        "ms": True,
        "vhats": True,
    }
    assert slot(found, "vhats").condition == "amsgrad"
    assert {one.name: one.local for one in found.slots} == {
        "iterations": False,
        "ms": True,
        "vhats": False,
    }


def test_a_computed_name_does_not_depend_on_what_locals_are_called() -> None:
    numbered = "for v in var_list:", "  for i, size in enumerate(v.sizes):"
    for call in ('self._zeros_slot(v, "H" + str(i), self._name)',):
        here = slots(*numbered, f"    {call}")
        there = (
            here.replace("for i,", "for axis,").replace("str(i)", "str(axis)").replace('"H"', "'H'")
        )
        assert [one.name for one in facts(here).slots] == ["'H' + str(...)"]
        assert facts(here).slots == facts(there).slots


def test_what_each_variable_is_placed_with_does_not_depend_on_its_local_name() -> None:
    for name in ("v", "each"):
        body = f'    self._zeros_slot({name}, "m", self._name)'
        around = f"for {name} in var_list:", f"  with ops.colocate_with({name}):", body
        assert slot(facts(slots(*around)), "m").placement == "each of var_list"


KERAS_BUILD = """
class Curve(object):
  def __init__(self, start=0.5):
    self.start = start
  def build(self, var_list):
    first = initializers.Constant(self.start)
    self._a, self._b = self.add_optimizer_variables(
        var_list, ["a", "b"], initializer=[first, "ones"])
    self._c = self.add_variable_from_reference(reference_variable=v, name="c")
  def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
    return []
  def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
    return None
  def update_step(self, gradient, variable, learning_rate):
    pass
"""


def test_keras_3_variables_are_slots() -> None:
    found = facts(KERAS_BUILD)
    assert [(one.name, value(one.initial)) for one in found.slots] == [
        ("a", "start"),
        ("b", 1),
        ("c", 0),
    ]


LOOP_BUILD = """
class Curve(object):
  def build(self, var_list):
    for i, v in enumerate(var_list):
      self._a.append(self.add_variable(shape=v.shape, name="a"))
      self._b.append(self.add_variable(shape=self.shape, name="b"))
    self._c = self.add_variable(shape=v.shape, name="c")
  def add_variable(self, shape, initializer="zeros", dtype=None, name=None):
    return None
  def update_step(self, gradient, variable, learning_rate):
    pass
"""


def test_state_of_the_shape_of_a_loops_variable_is_kept_for_each_variable() -> None:
    found = facts(LOOP_BUILD)
    assert [(one.name, one.per_variable) for one in found.slots] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]


HYPERS = """
class Curve(object):
  def __init__(self, rate=0.1):
    self._set_hyper("rate", rate)
  def apply_gradients(self, pairs):
    for name, value in sorted(self._hyper.items()):
      self._hyper[name] = self.add_weight(name, shape=[], initializer=value)
  def _set_hyper(self, name, value):
    self._hyper[name] = value
  def add_weight(self, name, shape, dtype=None, initializer="zeros"):
    return None
"""


def test_hyperparameters_kept_as_variables_are_state() -> None:
    found = facts(HYPERS)
    assert [(one.name, value(one.initial), value(one.shape)) for one in found.slots] == [
        ("rate", "rate", "()")
    ]


def test_a_base_class_without_hyperparameters_keeps_none_as_variables() -> None:
    assert facts(HYPERS.replace('self._set_hyper("rate", rate)', "pass")).slots == ()


def test_slots_of_one_loop_are_told_from_those_with_a_loop_each() -> None:
    found = facts(
        slots(
            "for v in var_list:",
            '  self._zeros_slot(v, "m", self._name)',
            '  self._zeros_slot(v, "n", self._name)',
            "for v in var_list:",
            '  self._zeros_slot(v, "w", self._name)',
        )
    )
    loops = [slot(found, name).loop for name in "mnw"]
    assert loops[0] == loops[1] != loops[2]


def test_a_type_taken_from_another_variable_is_told_by_its_text() -> None:
    found = facts(slots("self._step = tf.Variable(0, dtype=global_step.dtype)"))
    assert value(slot(found, "step").dtype) == "global_step.dtype"


def test_state_is_placed_with_what_its_creator_is_told() -> None:
    told = (
        "first = min(var_list, key=lambda x: x.name)",
        'self._create_non_slot_variable(self._start, "power", first)',
    )
    assert slot(facts(slots(*told)), "power").placement == "the smallest of var_list by name"
    free = 'self._create_non_slot_variable(self._start, "power", None)'
    assert slot(facts(slots(free)), "power").placement is None


BACKEND = """
def floatx():
  return "float32"

def zeros(shape, dtype=None, name=None):
  if dtype is None:
    dtype = floatx()
  return variable(shape, dtype, name)
"""


def test_what_keras_makes_without_a_type_is_of_its_own_and_not_the_variables() -> None:
    lists = """
    ms = [K.zeros(K.int_shape(p)) for p in params]
    vs = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
"""
    source = f"""
from tensorflow.python.keras import backend as K
from tensorflow.python.training import optimizer

class Curve(optimizer.Optimizer):
  def get_updates(self, loss, params):
    {lists.strip()}
"""
    packages = ("tensorflow", "tensorflow/python", "tensorflow/python/keras")
    files = {f"{package}/__init__.py": "" for package in packages}
    files["tensorflow/python/keras/optimizers.py"] = ""
    found = facts(source, {**files, "tensorflow/python/keras/backend.py": BACKEND})
    assert [value(slot(found, name).dtype) for name in ("ms", "vs")] == ["floatx", "variable"]


def test_a_backend_that_is_not_read_makes_its_own_type_too_unless_like_a_variable() -> None:
    source = """
from tensorflow.python.keras import backend as K
from tensorflow.python.training import optimizer

class Curve(optimizer.Optimizer):
  def get_updates(self, loss, params):
    ms = [K.zeros(K.int_shape(p)) for p in params]
    vs = [K.zeros_like(p) for p in params]
"""
    packages = ("tensorflow", "tensorflow/python", "tensorflow/python/keras")
    files = {f"{package}/__init__.py": "" for package in packages}
    found = facts(source, {**files, "tensorflow/python/keras/optimizers.py": ""})
    assert [value(slot(found, name).dtype) for name in ("ms", "vs")] == ["floatx", "variable"]
