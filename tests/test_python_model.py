from tests.python_kit import BASE, BASE_SOURCE, CURVE, model
from tfdiff.extract.python.imports import Packages

FILES = {
    BASE: BASE_SOURCE,
    "tensorflow/python/training/mixin_optimizer.py": """
        class Extension(object):
          def _apply_dense(self, grad, var):
            return super(Extension, self)._apply_dense(grad, var)
        """,
    CURVE: """
        from tensorflow.python.training import optimizer as base
        from tensorflow.python.training import mixin_optimizer
        from tensorflow.python.training import training_ops
        from tensorflow.python.ops import math_ops

        RATE = 0.5
        Again = base.Optimizer

        class Plain(base.Optimizer):
          def _apply_dense(self, grad, var):
            return training_ops.apply_curve(var)

        class Curve(mixin_optimizer.Extension, Plain):
          pass

        class Odd(Curve, foreign.Thing):
          pass
        """,
    "tensorflow/python/training/relative_optimizer.py": """
        from . import curve
        from .curve import RATE as FIRST, Plain
        from .curve import *

        class Child(Plain):
          pass
        """,
}


def test_bases_are_found_across_files_in_method_resolution_order() -> None:
    cls = model(FILES).class_(CURVE, "Curve")
    assert cls is not None
    assert [base.ref.name for base in cls.mro] == ["Curve", "Extension", "Plain", "Optimizer"]
    assert cls.externals == ("object",)


def test_methods_tell_their_owner_and_what_super_means() -> None:
    cls = model(FILES).class_(CURVE, "Curve")
    assert cls is not None
    first = cls.find("_apply_dense")
    assert first is not None
    behind = cls.find("_apply_dense", after=first.owner)
    assert behind is not None
    assert (first.owner.ref.name, behind.owner.ref.name) == ("Extension", "Plain")
    assert behind.function.calls[0].callee == "training_ops.apply_curve"
    assert cls.find("nothing") is None


def test_bases_from_outside_are_named_in_full() -> None:
    cls = model(FILES).class_(CURVE, "Odd")
    assert cls is not None
    assert "foreign.Thing" in cls.externals


def test_names_resolve_through_imports_and_aliases() -> None:
    linked = model(FILES)
    target = linked.resolve(CURVE, "Again")
    assert (target.kind, target.path, target.name) == ("class", BASE, "Optimizer")
    assert linked.resolve(CURVE, "RATE").kind == "constant"
    outside = linked.resolve(CURVE, "math_ops.cast")
    assert (outside.kind, outside.name) == ("external", "tensorflow.python.ops.math_ops.cast")


def test_relative_and_star_imports_resolve() -> None:
    path = "tensorflow/python/training/relative_optimizer.py"
    linked = model(FILES)
    assert linked.resolve(path, "curve.Curve").path == CURVE
    assert linked.resolve(path, "FIRST").name == "RATE"
    assert linked.resolve(path, "Curve").path == CURVE
    cls = linked.class_(path, "Child")
    assert cls is not None
    assert [base.ref.name for base in cls.mro] == ["Child", "Plain", "Optimizer"]


def test_packages_that_import_each_other_end() -> None:
    linked = model(
        {
            "a/optimizers/__init__.py": "from a.optimizers import b, c as d",
            "a/optimizers/b.py": "from a.optimizers.b import x\nfrom a.optimizers import *",
            "a/__init__.py": "from a import *\nfrom a.python import a",
        }
    )
    assert linked.resolve("a/optimizers/b.py", "x.y").kind == "external"
    assert linked.resolve("a/__init__.py", "a.z").kind == "external"


def test_contradictory_bases_still_give_an_order() -> None:
    source = "class A: pass\nclass B(A): pass\nclass C(A, B): pass\nclass D(D): pass"
    linked = model({CURVE: source, BASE: BASE_SOURCE})
    names = [
        [base.ref.name for base in cls.mro] for name in "CD" if (cls := linked.class_(CURVE, name))
    ]
    assert names == [["C", "A", "B"], ["D"]]


def test_modules_are_found_below_a_source_folder() -> None:
    packages = Packages(["src/pkg/optim/sgd.py", "src/pkg/__init__.py"])
    assert packages.path("pkg.optim.sgd") == "src/pkg/optim/sgd.py"
    assert packages.absolute("src/pkg/optim/sgd.py", "..core") == "src.pkg.core"
    assert packages.absolute("src/pkg/__init__.py", ".core") == "src.pkg.core"


def test_a_property_is_its_getter() -> None:
    source = """
        class Curve(object):
          @property
          def rate(self):
            return read()
          @rate.setter
          def rate(self, value):
            write(value)
        """
    cls = model({CURVE: source, BASE: BASE_SOURCE}).class_(CURVE, "Curve")
    assert cls is not None
    member = cls.find("rate")
    assert member is not None
    assert member.function.calls[0].callee == "read"
