import pytest

from tests.python_kit import facts, parameter, value
from tfdiff.facts import Unknown

IMPORT = "from tensorflow.python.training import optimizer\n"
KERAS = {
    "tensorflow/python/keras/optimizers.py": "",
    "tensorflow/python/keras/backend_config.py": (
        "_EPSILON = 1e-7\ndef epsilon():\n  return _EPSILON\n"
    ),
}


def curve(signature: str, *statements: str, head: str = "") -> str:
    body = "".join(f"    {line}\n" for line in statements)
    return (
        f"{IMPORT}{head}\nclass Curve(optimizer.Optimizer):\n"
        f"  def __init__(self, {signature}):\n"
        f"    super(Curve, self).__init__(use_locking, name)\n{body}"
    ).replace("use_locking, name)\n", "False, 'Curve')\n", 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10e-8", 1e-7),
        ("-0.5", -0.5),
        ("'zeros'", "zeros"),
        ("('a', 1)", ("a", 1)),
        ("1. / 3", 1 / 3),
        ("2 ** 10", 1024),
        ("float('inf')", float("inf")),
        ("_RATE", 0.25),
        ("math.e", 2.718281828459045),
        ("dtypes.float32", "float32"),
        ("not True", False),
        ("optimizer.Optimizer", "<Optimizer>"),
        ("GATE", 1),
    ],
)
def test_defaults_are_values(written: str, expected: object) -> None:
    head = (
        "import math\nfrom tensorflow.python.framework import dtypes\n_RATE = 0.5 / 2\nGATE = 1\n"
    )
    found = facts(curve(f"rate={written}", head=head))
    default = parameter(found, "rate").default
    assert value(default) == expected
    assert getattr(default, "text", None) == written


@pytest.mark.parametrize("written", ["make()", "other.THING", "10 ** 10 ** 10", "undefined"])
def test_a_default_that_is_not_determined_is_unknown(written: str) -> None:
    head = "from tensorflow.python.ops import other\n"
    default = parameter(facts(curve(f"rate={written}", head=head)), "rate").default
    assert isinstance(default, Unknown)
    assert default.text == written


def test_a_required_parameter_has_no_default() -> None:
    found = parameter(facts(curve("rate")), "rate")
    assert (found.default, found.kind) == (None, "positional")


@pytest.mark.parametrize(
    "statements",
    [
        ("if epsilon is None:", "  epsilon = K.epsilon()", "self._epsilon = epsilon"),
        (
            "if epsilon is None:",
            "  self._epsilon = 1e-7",
            "else:",
            "  self._epsilon = epsilon or 5",
        ),
        ("self._epsilon = epsilon or K.epsilon()",),
        ("self._epsilon = K.epsilon() if epsilon is None else epsilon",),
        ("self._epsilon = backend_config.epsilon() if not epsilon else epsilon",),
    ],
)
def test_a_none_sentinel_has_the_value_that_replaces_it(statements: tuple[str, ...]) -> None:
    head = (
        "from tensorflow.python.keras import backend as K\n"
        "from tensorflow.python.keras import backend_config\n"
    )
    found = parameter(facts(curve("epsilon=None", *statements, head=head), KERAS), "epsilon")
    assert value(found.default) is None
    assert value(found.effective) == 1e-7


def test_zero_is_replaced_by_or_but_not_by_is_none() -> None:
    replaced = facts(curve("epsilon=0", "self._epsilon = epsilon or 0.5"))
    kept = facts(curve("epsilon=0", "if epsilon is None:", "  epsilon = 0.5", "self._e = epsilon"))
    assert value(parameter(replaced, "epsilon").effective) == 0.5
    assert value(parameter(kept, "epsilon").effective) == 0


def test_a_sentinel_replaced_by_something_computed_is_unknown() -> None:
    found = facts(curve("rate=None", "if rate is None:", "  rate = guess(3)", "self._rate = rate"))
    assert isinstance(parameter(found, "rate").effective, Unknown)


def test_a_value_that_is_only_converted_keeps_its_default_in_effect() -> None:
    found = parameter(facts(curve("rate=0.1", "rate = float(rate)", "self._rate = rate")), "rate")
    assert found.effective == found.default


def test_parameters_lead_to_their_attributes_through_the_bases_and_prepare() -> None:
    source = f"""{IMPORT}
class Curve(optimizer.Optimizer):
  def __init__(self, rate=0.1, use_locking=False, name="Curve"):
    super(Curve, self).__init__(use_locking, name)
    self._rate = rate

  def _prepare(self):
    rate = self._call(self._rate)
    self._rate_t = convert(rate, name="rate")
"""
    assert facts(source).hyperparameters == (
        ("rate", ("_rate", "_rate_t")),
        ("use_locking", ("_use_locking",)),
        ("name", ("_name",)),
    )


def test_an_inherited_constructor_is_read() -> None:
    source = f"{IMPORT}class Curve(optimizer.Optimizer):\n  pass\n"
    assert [one.name for one in facts(source).parameters] == ["use_locking", "name"]


KWARGS = """
class Base(object):
  def __init__(self, name, **kwargs):
    allowed_kwargs = {"clipnorm", "lr"}
    for k in kwargs:
      if k not in allowed_kwargs:
        raise TypeError(k)
    self._decay = decay = kwargs.pop("decay", 0.5)
    if "clipnorm" in kwargs:
      self.clipnorm = kwargs.pop("clipnorm")

  def _set_hyper(self, name, value):
    self._hyper[name] = value

  def apply_gradients(self, pairs):
    pass

class Curve(Base):
  def __init__(self, learning_rate=0.1, name="Curve", **kwargs):
    super(Curve, self).__init__(name, **kwargs)
    self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
"""


def test_keywords_taken_from_kwargs_are_parameters() -> None:
    found = facts(KWARGS)
    extra = {one.name: one for one in found.parameters if one.kind == "keyword"}
    assert set(extra) == {"clipnorm", "lr", "decay"}
    assert value(extra["decay"].default) == 0.5
    assert value(extra["clipnorm"].default) is None


def test_set_hyper_holds_the_parameter_and_its_older_name() -> None:
    held = dict(facts(KWARGS).hyperparameters)
    assert held["learning_rate"] == ("_hyper['learning_rate']",)
    assert held["lr"] == ("_hyper['learning_rate']",)
    assert held["clipnorm"] == ("clipnorm",)


def test_locals_taken_over_whole_hold_every_parameter() -> None:
    found = facts(curve("rate=0.1", "self.__dict__.update(locals())"))
    assert dict(found.hyperparameters)["rate"] == ("rate",)


def test_a_base_that_is_not_at_hand_is_unknown() -> None:
    source = "import tensorflow as tf\nclass Curve(tf.keras.optimizers.Optimizer):\n  pass\n"
    reasons = [one.reason for one in facts(source).unknowns]
    assert any("base class is not at hand" in reason for reason in reasons)
    assert any("constructor is inherited" in reason for reason in reasons)


def test_an_older_keyword_that_replaces_a_parameter_leads_to_the_same_attribute() -> None:
    source = KWARGS.replace(
        'self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))',
        'learning_rate = kwargs.get("lr", learning_rate)\n'
        '    self._set_hyper("learning_rate", learning_rate)',
    )
    held = dict(facts(source).hyperparameters)
    assert held["learning_rate"] == held["lr"] == ("_hyper['learning_rate']",)


def test_an_older_keyword_that_is_asked_for_leads_to_the_same_attribute() -> None:
    source = KWARGS.replace(
        'self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))',
        'if "lr" in kwargs:\n      learning_rate = kwargs["lr"]\n      del kwargs["lr"]\n'
        '    self._set_hyper("learning_rate", learning_rate)',
    )
    found = facts(source)
    held = dict(found.hyperparameters)
    assert held["learning_rate"] == held["lr"] == ("_hyper['learning_rate']",)
    assert value(parameter(found, "learning_rate").effective) == 0.1
    other = facts(source.replace('learning_rate = kwargs["lr"]', 'speed = kwargs["lr"]'))
    assert "lr" not in dict(other.hyperparameters)


@pytest.mark.parametrize(
    ("body", "further"),
    [
        ("for k in kwargs:\n      raise TypeError(k)", "rejected"),
        ("if kwargs:\n      raise TypeError('more')", "rejected"),
        ("for k in kwargs:\n      if k not in {'lr'}:\n        raise TypeError(k)", "rejected"),
        ("self._rate = kwargs.pop('lr', 0.1)", "ignored"),
        ("for k in kwargs:\n      if k in {'decay'}:\n        raise ValueError(k)", ""),
        ("self._kept = dict(kwargs)", ""),
    ],
)
def test_what_becomes_of_unknown_keywords_is_read(body: str, further: str) -> None:
    assert facts(curve("rate=0.1, **kwargs", body)).further == further


def test_keywords_handed_to_a_method_are_followed_there() -> None:
    source = curve("rate=0.1, **kwargs", "self._rate = rate", "self._process(kwargs)")
    found = facts(
        f"{source}\n  def _process(self, given):\n    given.pop('lr', None)\n"
        "    for k in given:\n      raise TypeError(k)\n"
    )
    assert found.further == "rejected"
    assert "lr" in {one.name for one in found.parameters}
    assert "lr" not in dict(found.hyperparameters)


def test_attributes_made_of_all_keywords_hold_them() -> None:
    found = facts(
        curve("rate=0.1, **kwargs", "allowed = {'clipnorm'}", "self.__dict__.update(kwargs)")
    )
    assert dict(found.hyperparameters)["clipnorm"] == ("clipnorm",)


@pytest.mark.parametrize("local", ["decay", "slowing"])
def test_a_keyword_handed_on_under_another_name_is_kept_by_what_takes_that(local: str) -> None:
    source = curve(
        "rate=0.1, **kwargs",
        "kwargs['decay'] = kwargs.pop('schedule_decay', 0.004)",
        f"{local} = kwargs.pop('decay', 0.0)",
        f"self._decay = {local}",
    )
    assert dict(facts(source).hyperparameters)["schedule_decay"] == ("_decay",)


def test_a_keyword_taken_where_it_is_used_is_kept() -> None:
    source = curve("rate=0.1, **kwargs", "self._set_hyper('rate', kwargs.get('lr', rate))")
    assert dict(facts(source).hyperparameters)["lr"] == ("_hyper['rate']",)
