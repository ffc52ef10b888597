from tests.python_kit import BASE, BASE_SOURCE, CURVE, facts, model
from tfdiff.extract.python.facts import read_python_facts
from tfdiff.extract.python.ops import read_definitions, read_generated
from tfdiff.facts import ClassRef, OptimizerFacts

OPS = "tensorflow/core/ops/training_ops.cc"
DEFINITIONS = """
REGISTER_OP("ApplyRMSCurve")
    .Input("var: Ref(T)").Input("lr: T")
    .Input("grad: T")
    .Output("out: Ref(T)")
    .Attr("T: numbertype")
    .Attr("use_locking: bool = false")
    .Doc(R"doc( .Input("none: T") REGISTER_OP("No") )doc");
REGISTER_OP("ResourceApplyRMSCurve").Input("var: resource").Input("lr: T").Input("grad: T");
"""
SOURCE = """
from tensorflow.python.training import optimizer
from tensorflow.python.training import training_ops
from tensorflow.python.training import helper_optimizer

LIMIT = 3

class Curve(optimizer.Optimizer):
  RATE = 1

  def __init__(self):
    super(Curve, self).__init__(False, "Curve")

  def _apply_dense(self, grad, var):
    return training_ops.apply_rms_curve(var, self._lr(LIMIT), grad, use_locking=False).op

  def _resource_apply_dense(self, grad, var):
    update = training_ops.resource_apply_rms_curve
    return update(var.handle, helper_optimizer.rate(var), grad)

  def _lr(self, limit):
    return helper_optimizer.Helper().get()

  def swap(self):
    return self._swapped()

  def _swapped(self):
    return 1

  def _unused(self):
    return 1
"""
HELPER = """
def rate(var):
  return inner(var)
def inner(var):
  return var
def unused(var):
  return var
class Helper(object):
  def get(self):
    return 1
"""


def read(source: str = SOURCE) -> OptimizerFacts:
    return facts(
        source, {OPS: DEFINITIONS, "tensorflow/python/training/helper_optimizer.py": HELPER}
    )


def test_regions_are_what_a_step_or_a_public_method_reaches_and_nothing_else() -> None:
    symbols = {one.symbol: one for one in read().regions}
    assert {"Curve", "Optimizer", "Curve._apply_dense", "Curve._lr", "Optimizer.apply_gradients",
            "Curve.swap", "Curve._swapped", "rate", "inner", "Helper", "Helper.get",
            "LIMIT"} <= set(symbols)  # fmt: skip
    assert not {"unused", "Curve._unused"} & set(symbols)
    assert symbols["Optimizer.apply_gradients"].owner == "Optimizer"
    assert symbols["Curve._apply_dense"].owner == ""
    assert symbols["LIMIT"].kind == "module"


def test_a_region_has_its_text_and_its_lines() -> None:
    region = next(one for one in read().regions if one.symbol == "Curve._apply_dense")
    assert region.text.startswith("  def _apply_dense(")
    assert region.text.count("\n") == region.span.end_line - region.span.line
    assert region.span.path == CURVE


def test_a_class_region_changes_with_the_body_but_not_with_the_methods() -> None:
    def tokens(source: str) -> str:
        return next(one.tokens for one in read(source).regions if one.symbol == "Curve")

    assert tokens(SOURCE) != tokens(SOURCE.replace("RATE = 1", "RATE = 2"))
    assert tokens(SOURCE) == tokens(SOURCE.replace("return 1", "return 2"))


def test_ops_have_their_registered_names_and_their_inputs() -> None:
    first, second = read().calls
    assert (first.method, first.op) == ("_apply_dense", "ApplyRMSCurve")
    assert first.arguments == (
        ("var", "var"),
        ("lr", "self._lr(LIMIT)"),
        ("grad", "grad"),
        ("use_locking", "False"),
    )
    assert second.op == "ResourceApplyRMSCurve"
    assert second.arguments[1] == ("lr", "helper_optimizer.rate(var)")


def test_raw_ops_carry_their_names() -> None:
    source = """
import tensorflow as tf
class Curve(tf.keras.optimizers.Optimizer):
  def _resource_apply_dense(self, grad, var):
    return tf.raw_ops.ResourceApplyRMSCurve(var=var.handle, grad=grad)
"""
    call = facts(source).calls[0]
    assert (call.op, call.arguments) == (
        "ResourceApplyRMSCurve",
        (("var", "var.handle"), ("grad", "grad")),
    )


def test_inputs_without_a_definition_are_unknown() -> None:
    source = SOURCE.replace("helper_optimizer.Helper().get()", "1")
    files = {
        BASE: BASE_SOURCE,
        CURVE: source,
        "tensorflow/python/training/helper_optimizer.py": HELPER,
    }
    found = read_python_facts(model(files), ClassRef("Curve", CURVE))
    assert found.calls[0].arguments == (("use_locking", "False"),)
    assert any("which input" in one.reason for one in found.unknowns)


def test_signatures_come_from_definitions_or_from_the_generated_module() -> None:
    generated = (
        'def apply_rms_curve(var, lr, grad, use_locking=False, name=None):\n  f("ApplyRMSCurve")\n'
    )
    first = read_definitions(DEFINITIONS)["apply_rms_curve"]
    second = read_generated(generated)["apply_rms_curve"]
    assert first.op == second.op == "ApplyRMSCurve"
    assert first.parameters == ("var", "lr", "grad", "use_locking")
    assert second.parameters[:4] == first.parameters
    assert "no" not in read_definitions(DEFINITIONS)


def test_facts_of_the_same_source_are_equal_wherever_it_moves() -> None:
    moved = read("\n\n" + SOURCE)
    assert moved.calls == read().calls
    assert moved.regions == read().regions
    assert moved.parameters == read().parameters


def test_a_base_of_the_same_name_is_told_apart_by_its_module() -> None:
    source = """
from tensorflow.python.training import optimizer
class Optimizer(optimizer.Optimizer):
  def _apply_dense(self, grad, var):
    return grad
"""
    found = facts(source, name="Optimizer")
    symbols = [one.symbol for one in found.regions]
    assert len(symbols) == len(set(symbols))
    assert {"Optimizer", "optimizer.Optimizer"} <= set(symbols)
    assert "Optimizer._apply_dense" in symbols
