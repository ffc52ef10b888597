"""Statements of Python regions: what is the same however it is written, and what is not."""

from dataclasses import replace

import pytest

from tfdiff.comparison.statements import statement_changes
from tfdiff.extract.python.statements import statements
from tfdiff.facts import Region, Span
from tfdiff.rules.pair import Change

_IMPORTS = (
    ("context", "tensorflow.python.eager.context"),
    ("ctx", "tensorflow.python.training.distribution_strategy_context"),
    ("distribute_ctx", "tensorflow.python.distribute.distribution_strategy_context"),
    ("dtypes", "tensorflow.python.framework.dtypes"),
    ("math_ops", "tensorflow.python.ops.math_ops"),
    ("ops", "tensorflow.python.framework.ops"),
    ("six", "six"),
    ("training", "tensorflow.python.training"),
    ("training_util", "tensorflow.python.training.training_util"),
)


def _region(body: str, name: str = "_helper") -> Region:
    lines = "\n".join(f"  {line}" for line in body.splitlines())
    text = f"def {name}(x, y):\n{lines}"
    span = Span("optimizer.py", 1, text.count("\n") + 1)
    return Region("function", name, "python", text, "", "", text, span, _IMPORTS)


def _changes(old: str, new: str) -> tuple[Change, ...]:
    found = statement_changes(_region(old), _region(new))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for k in six.iteritems(x): f(k)", "for k in x.items(): f(k)"),
        ("super(A, self).f(x)", "super().f(x)"),
        ("if context.in_graph_mode(): f()", "if not context.executing_eagerly(): f()"),
        ("z = math_ops.to_float(x)", "z = math_ops.cast(x, dtypes.float32)"),
        ("z = x.get_shape()", "z = x.shape"),
        ("z = tuple(d.value for d in x.get_shape())", "z = tuple(x.get_shape().as_list())"),
        ("z = [d.value for d in x.shape]", "z = x.shape.as_list()"),
        ("z = x.op.name", "z = x.name[:-len(':0')]"),
        ("c.merge_call(f, x, k=y)", "c.merge_call(f, args=(x,), kwargs={'k': y})"),
        ("d.update(x, f, y, grouped=False)", "d.extended.update(x, f, args=(y,), group=False)"),
        ("training.training_util.f(x)", "training_util.f(x)"),
        ("ctx.get_tower_context()", "distribute_ctx.get_replica_context()"),
        ("f(a=x, b=y)", "f(b=y, a=x)"),
        ("if not x is None: f()", "if x is not None: f()"),
        ("if not x:\n  f()\nelse:\n  g()", "if x:\n  g()\nelse:\n  f()"),
        ("if x:\n  return 1\nelse:\n  f()", "if x:\n  return 1\nf()"),
        ("with f(x), g(y):\n  h()", "with f(x):\n  with g(y):\n    h()"),
        ("z = x * 2\nreturn z + 1", "return x * 2 + 1"),
        ("first = f(x)\ng(first)", "found = f(x)\ng(found)"),
        ("x *= y", "x = x * y"),
        ("z = y\nf(f'{z.name}: {x!r:>4}')", "k = y\nf(f'{k.name}: {x!r:>4}')"),
        ("f(f'{x} of {{y}}')", "f('{} of {{y}}'.format(x))"),
        ("del y\nf(x)", "f(x)"),
        ("z: int = 1\nf(z)", "z = 1\nf(z)"),
    ],
)
def test_two_ways_to_write_the_same_leave_nothing_open(old: str, new: str) -> None:
    assert not [change for change in _changes(old, new) if change.open]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("z = tuple(d.value for d in x.shape)", "z = tuple(y.shape.as_list())"),
        ("z = [d.size for d in x.shape]", "z = x.shape.as_list()"),
        ("z = x.op.name", "z = x.name[:-3]"),
        ("c.merge_call(f, x, k=y)", "c.merge_call(f, args=(y,), kwargs={'k': x})"),
        ("c.merge_call(f, x, y)", "c.merge_call(f, args=(x,))"),
        ("c.other(f, x)", "c.other(f, args=(x,))"),
    ],
)
def test_what_is_nearly_written_the_same_stays_open(old: str, new: str) -> None:
    assert [change for change in _changes(old, new) if change.open]


def test_what_only_keeps_an_argument_casts_it_to_no_type_and_names_no_scope() -> None:
    for kept, used in (("dtype", "self._dtype = f.cast(x)"), ("scope", "f.name_scope(x)")):
        (change,) = _changes("f(x)", f"self._{kept} = {kept}\nf(x)")
        assert change.topic == ""
        (change,) = _changes("f(x)", f"{used}\nf(x)")
        assert change.topic == kept


@pytest.mark.parametrize(
    ("old", "new", "topic"),
    [
        ("f(x)", "if context.executing_eagerly():\n  return x\nf(x)", "eager only"),
        ("with ops.device(x):\n  f(y)", "with ops.device(y):\n  f(y)", "placement"),
        ("f(x)", "if x.constraint is not None:\n  x = x.constraint(x)\nf(x)", "constraint"),
        ("f(x)", 'if x < 0:\n  raise ValueError("no")\nf(x)', "raise"),
        ("with ops.name_scope(x):\n  f(y)", "with ops.name_scope(y):\n  f(y)", "scope"),
        ("f(x, use_locking=x)", "f(x, use_locking=y)", "locking"),
        ("f(x)", "self.initial_decay = x\nf(x)", "hyper"),
        ("f(x)", "self.initial_value = x\nf(x)", "state"),
        ("f(x)", "self._weights = x\nf(x)", "state"),
        ("f(x)", "weights = g(x)\nf(weights)", ""),
        ("return _SyncReplicasOptimizerHook(x)", "return _SyncReplicasOptimizerHook(y)", ""),
        ("f(x)", "f(num_replicas)", "strategy"),
        ("f(x)", "if not x.is_fully_defined():\n  y = initializer(x)\nf(x)", "shape"),
        ("f(x)", "if not x:\n  y = initializer(x)\nf(x)", "state"),
        (
            "if hasattr(x, '_mirrored'):\n  f(x)",
            "if hasattr(x, '_distributed'):\n  f(x)",
            "strategy",
        ),
        ("if hasattr(x, 'a'):\n  f(x)", "if hasattr(x, 'b'):\n  f(x)", ""),
        ("z = 1\nf(x)", "z = x + y\nf(x)", ""),
    ],
)
def test_changed_statements_belong_to_what_they_have_to_do_with(
    old: str, new: str, topic: str
) -> None:
    topics = {change.topic for change in _changes(old, new) if change.open}
    assert topics == {topic}


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("z = f(x.a)", "n = '' if context.executing_eagerly() else x.a\nz = f(n)", False),
        ("with f(x):\n  g()", "n = x if context.in_graph_mode() else y\nwith f(n):\n  g()", False),
        ("f(x)", "if context.executing_eagerly():\n  g(x)\nelse:\n  f(x)", False),
        ("f(x)\ng(x)", "if context.in_graph_mode():\n  f(x)\n  return g(x)\nh(x)", True),
        ("f(x)", "if not x and not context.executing_eagerly():\n  f(x)", True),
        ("f(x)", "if context.executing_eagerly() or x:\n  f(x)", True),
        ("if x:\n  return f()\nif y:\n  return g()",
         "if context.executing_eagerly():\n  return g()\nif y:\n  return g()\nif x:\n  return f()",
         True),
    ],
)  # fmt: skip
def test_what_only_eager_mode_sees_is_told_from_what_graph_mode_sees_too(
    old: str, new: str, *, seen: bool
) -> None:
    topics = {change.topic for change in _changes(old, new) if change.open}
    assert (topics == {"eager only"}) is not seen


def test_a_test_that_took_the_place_of_another_has_to_do_with_what_that_asked() -> None:
    eager = "if context.executing_eagerly():\n  return x.a\nreturn x.b"
    instead = "if hasattr(x, 'op'):\n  return x.b\nreturn x.a"
    beside = eager.replace("return x.b", "if hasattr(x, 'op'):\n  return x.c\nreturn x.b")
    for new, topic in ((instead, "eager"), (beside, "")):
        (head,) = (one for one in _changes(eager, new) if one.after and "hasattr" in one.after.said)
        assert head.topic == topic


def test_an_error_is_raised_where_all_tests_around_it_hold() -> None:
    text = """def f(x):
  if eager():
    if x is None:
      raise ValueError("a")
    elif x < 0:
      raise ValueError("b")
    raise ValueError("c")
  else:
    raise ValueError("d")
"""
    region = Region("function", "f", "python", text, "", "", text, Span("m.py", 1, 9), ())
    found = [one.guards for one in statements(region) or () if one.said.startswith("raise")]
    assert found == [
        ("eager()", "x is None"),
        ("eager()", "x is not None", "x < 0"),
        ("eager()", "x is not None"),
        ("not eager()",),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f(x)\ng(x)", "g(x)\nf(x)"),
        ("if x:\n  f()\n  g()", "if x:\n  f()\ng()"),
        ("return x - y", "return y - x"),
        ('f("x")', 'f("y")'),
        ("x += [y]", "x = x + [y]"),
        ("z = x * 2\nx = y\nreturn z + 1", "x = y\nreturn x * 2 + 1"),
        ("z = x\nw = y\nf(z, w)", "w = x\nz = y\nf(z, w)"),
    ],
)
def test_what_says_something_else_stays_open(old: str, new: str) -> None:
    assert [change for change in _changes(old, new) if change.open]


def test_a_public_functions_parameter_is_no_local_name() -> None:
    old = _region("f(x)", "minimize")
    text = old.text.replace("x", "z")
    new = Region("function", "minimize", "python", text, "", "", text, old.span, _IMPORTS)
    assert any(change.open for change in statement_changes(old, new) or ())


def test_modules_of_one_name_that_stand_side_by_side_are_two() -> None:
    plain = ("scale_module", "tensorflow.python.training.scale")
    own = ("keras_scale", "tensorflow.python.keras.scale")

    def changed(after: str, *imports: tuple[str, str]) -> bool:
        kept = "scale_module" if plain in imports else "keras_scale"
        old = replace(_region("z = scale_module.get(x)\nscale_module.f(z)"), imports=(plain,))
        new = replace(_region(f"z = {after}.get(x)\n{kept}.f(z)"), imports=imports)
        return any(one.open for one in statement_changes(old, new) or ())

    assert changed("keras_scale", plain, own)
    assert not changed("scale_module", plain, own)
    assert not changed("keras_scale", own)
