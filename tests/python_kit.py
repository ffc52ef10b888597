"""Miniature trees of Python files, and short ways to the facts read from them."""

from collections.abc import Mapping
from textwrap import dedent

from tests.cxx_kit import MemoryTree
from tfdiff.extract.catalog import Catalog, catalog_of, open_model
from tfdiff.extract.python.facts import read_python_facts
from tfdiff.extract.python.model import Model
from tfdiff.extract.store import FactStore
from tfdiff.facts import ClassRef, Literal, OptimizerFacts, Parameter, Slot, Value

BASE = "tensorflow/python/training/optimizer.py"
CURVE = "tensorflow/python/training/curve.py"

BASE_SOURCE = '''
class Optimizer(object):
    """Everything else derives from this."""

    def __init__(self, use_locking, name):
        self._use_locking = use_locking
        self._name = name

    def minimize(self, loss):
        return self.apply_gradients(self.compute_gradients(loss))

    def compute_gradients(self, loss):
        return loss

    def apply_gradients(self, pairs):
        self._create_slots([v for _, v in pairs])
        self._prepare()
        return [self._apply_dense(g, v) for g, v in pairs]

    def _create_slots(self, var_list):
        pass

    def _prepare(self):
        pass

    def _apply_dense(self, grad, var):
        raise NotImplementedError()

    def _zeros_slot(self, var, slot_name, op_name):
        return var

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        return var

    def _create_non_slot_variable(self, initial_value, name, colocate_with):
        return name
'''


def model(files: Mapping[str, str]) -> Model:
    """The linked files of a tree; texts are dedented."""
    return open_model(tree(files), FactStore(None))


def tree(files: Mapping[str, str]) -> MemoryTree:
    return MemoryTree({path: dedent(text) for path, text in files.items()})


def catalog(files: Mapping[str, str]) -> Catalog:
    return catalog_of(model(files))


def facts(body: str, files: Mapping[str, str] | None = None, name: str = "Curve") -> OptimizerFacts:
    """The facts of one class in ``curve.py`` beside the base class."""
    everything = {BASE: BASE_SOURCE, CURVE: body, **(files or {})}
    return read_python_facts(model(everything), ClassRef(name, CURVE))


def parameter(found: OptimizerFacts, name: str) -> Parameter:
    return next(one for one in found.parameters if one.name == name)


def slot(found: OptimizerFacts, name: str) -> Slot:
    return next(one for one in found.slots if one.name == name)


def value(of: Value | None) -> object:
    assert isinstance(of, Literal), of
    return of.value
