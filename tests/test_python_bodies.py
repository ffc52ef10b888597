from textwrap import dedent

import pytest

from tfdiff.extract.python.module import CallSite, Condition, Function
from tfdiff.extract.python.outline import read_outline
from tfdiff.extract.python.reader import read_body, read_class


def function(source: str) -> Function:
    found = read_body(dedent(source).strip("\n"))
    assert found is not None
    return found.moved(len(source) - len(source.lstrip("\n")))


def call(source: str, callee: str) -> CallSite:
    return next(one for one in function(source).calls if one.callee == callee)


PLAIN = """
def f(x, name="a b"):
  return g(x, 1e-7, name) + (x * 2)
"""


@pytest.mark.parametrize(
    "same",
    [
        "def f(x, name='a b'):\n    return g(x, 1e-7, name) + (x * 2)",
        "def f(x, name='a' ' b'):\n  return g(\n      x,\n      1e-7,\n      name,\n  ) + x * 2",
        'def f(x, name="a b"):\n  """Says it."""\n  # and why\n  return g(x, 1e-7, name) + (x * 2)',
        "def f(x, name='a b'):\n  return (g(x, 10e-8, name)\n          + (x * 2))",
        "def f(\n    x, name='a b',\n):\n  return g(x, 1e-7, name) + \\\n      (x * 2)",
    ],
)
def test_layout_comments_and_docstrings_do_not_change_the_tokens(same: str) -> None:
    assert function(same).tokens == function(PLAIN).tokens


@pytest.mark.parametrize(
    "other",
    [
        "def f(x, name='a b'):\n  return g(x, 1e-8, name) + (x * 2)",
        "def f(x, name='ab'):\n  return g(x, 1e-7, name) + (x * 2)",
        "def f(x, name='a b'):\n  return (g(x, 1e-7, name) + x) * 2",
        "@cached\ndef f(x, name='a b'):\n  return g(x, 1e-7, name) + (x * 2)",
    ],
)
def test_code_changes_the_tokens(other: str) -> None:
    assert function(other).tokens != function(PLAIN).tokens


def test_a_comment_changes_the_docs_and_nothing_else() -> None:
    said = function("def f(x):\n  # twice\n  return 2 * x")
    silent = function("def f(x):\n  return 2 * x")
    assert said.docs != silent.docs
    assert said.tokens == silent.tokens


def test_a_hash_inside_a_string_is_no_comment() -> None:
    one, other = function("def f():\n  return '#1'"), function("def f():\n  return '#2'")
    assert one.docs == other.docs
    assert one.tokens != other.tokens


def test_reflowed_docstrings_have_equal_docs() -> None:
    one = function('def f():\n  """Says\n  more."""')
    other = function('def f():\n    """Says more."""')
    assert one.docs == other.docs


def test_calls_know_their_branch_and_lines() -> None:
    made = call(
        """
        def f(self):
          if self.centered:
            pass
          else:
            x = make(
                1)
        """,
        "make",
    )
    assert made.conditions == (Condition("self.centered", holds=False),)
    assert (made.line, made.end_line, made.target) == (6, 7, "x")


def test_what_follows_an_early_return_runs_only_otherwise() -> None:
    made = call("def f(a):\n  if a is None:\n    return\n  make()", "make")
    assert made.conditions == (Condition("a is None", holds=False),)


def test_an_early_error_is_no_condition() -> None:
    assert (
        call("def f(a):\n  if not a:\n    raise ValueError(a)\n  make()", "make").conditions == ()
    )


def test_arguments_are_kept_as_text_in_one_line() -> None:
    made = call("def f():\n  make(a,  # the first\n       [1,\n        2],\n       (x,),)", "make")
    assert [one.text for one in made.arguments] == ["a", "[1, 2]", "(x,)"]


def test_super_with_arguments_reads_as_super() -> None:
    assert call("def f(self):\n  super(C, self).__init__(1)", "super().__init__")


def test_keywords_are_no_references() -> None:
    assert function("def f(x):\n  return g(name=x)").references == ("g", "x")


def test_nested_functions_belong_to_their_function() -> None:
    found = function("def f(x):\n  def inner():\n    return make(x)\n  return inner")
    assert [one.callee for one in found.calls] == ["make"]
    assert found.locals == ("inner",)


@pytest.mark.parametrize("source", ["print 'x'\n", "def f(:\n", "\x00"])
def test_a_file_that_does_not_parse_says_so_and_has_no_bodies(source: str) -> None:
    outline = read_outline(source.encode())
    assert outline.error is not None
    assert "does not parse" in outline.error[0]
    assert read_body(source) is None


def test_every_statement_kind_can_be_walked() -> None:
    source = """
    async def f(self, *args, k=1, **kwargs):
        import a.b as c
        from . import d
        async with g() as h, i():
            for j in args:
                continue
            else:
                pass
        while k:
            break
        try:
            x: int = 1
        except (A, B) as error:
            raise C from error
        else:
            x += 2
        finally:
            del x
        match k:
            case 1:
                return [y async for y in z if (w := y)]
            case _:
                global q
        assert k, f"{k!r:>{x}}"
        return lambda *a: (yield)
    """
    kinds = [one.kind for one in function(source).parameters]
    assert kinds == ["positional", "*", "keyword", "**"]


def test_a_method_is_read_from_its_own_indented_lines() -> None:
    text = '    @decorated\n    def m(self):\n        """Says."""\n        return g(1)'
    found = read_body(text, "D")
    assert found is not None
    assert (found.name, found.owner, found.line, found.end_line) == ("m", "D", 1, 4)
    assert [(one.callee, one.line) for one in found.calls] == [("g", 4)]


def test_a_class_without_its_methods_does_not_change_with_them() -> None:
    one = read_class("class D(E):\n  # says\n  x = 1\n  def m(self):\n    return 1")
    other = read_class("class D(E):\n  # says\n  x = 1\n\n  def n(self):\n    # more\n    return 2")
    assert one == other
    assert read_class("class D(E):\n  # says\n  x = 2\n") != one
