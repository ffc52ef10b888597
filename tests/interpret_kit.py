"""Miniature base classes of the three protocols, and a short way to the rules read from them."""

from collections.abc import Mapping

from tests.ir_reader import read
from tests.python_kit import tree
from tfdiff.extract.python.interpret.program import Program
from tfdiff.extract.python.interpret.steps import update_rules
from tfdiff.facts import (
    ClassRef,
    Device,
    KernelRule,
    Literal,
    OpArg,
    OpAttr,
    OpFacts,
    Region,
    Span,
    UpdateRule,
)
from tfdiff.ir.expr import Expr

TRAIN = "tensorflow/python/training/optimizer.py"
CURVE = "tensorflow/python/training/curve_optimizer.py"

TRAIN_BASE = """
from tensorflow.python.framework import ops
from tensorflow.python.ops import array_ops, control_flow_ops, math_ops
from tensorflow.python.training import slot_creator


class _Ref(object):
    def __init__(self, v):
        self._v = v

    def step(self, optimizer, g):
        if isinstance(g, ops.Tensor):
            return optimizer._apply_dense(g, self._v)
        return optimizer._apply_sparse_duplicate_indices(g, self._v)


class _Resource(object):
    def __init__(self, v):
        self._v = v

    def step(self, optimizer, g):
        if isinstance(g, ops.IndexedSlices):
            return optimizer._resource_apply_sparse_duplicate_indices(g.values, self._v, g.indices)
        return optimizer._resource_apply_dense(g, self._v)


def _processor(v):
    if v.op.type == "VarHandleOp":
        return _Resource(v)
    return _Ref(v)


def _summed(values, indices):
    rows, positions = array_ops.unique(indices)
    return math_ops.unsorted_segment_sum(values, positions, array_ops.shape(rows)[0]), rows


class Optimizer(object):
    def __init__(self, use_locking, name):
        if not name:
            raise ValueError("A name is needed")
        self._use_locking = use_locking
        self._name = name
        self._slots = {}

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        found = [(g, v, _processor(v)) for g, v in grads_and_vars if g is not None]
        with ops.init_scope():
            self._create_slots([v for _, v, _ in found])
        done = []
        with ops.name_scope(name, self._name) as name:
            self._prepare()
            for g, v, processor in found:
                with ops.colocate_with(v):
                    done.append(processor.step(self, g))
            return self._finish(done, name)

    def _create_slots(self, var_list):
        pass

    def _prepare(self):
        pass

    def _finish(self, done, name_scope):
        return control_flow_ops.group(*done, name=name_scope)

    def _apply_dense(self, grad, var):
        raise NotImplementedError()

    def _resource_apply_dense(self, grad, handle):
        raise NotImplementedError()

    def _apply_sparse_duplicate_indices(self, grad, var):
        values, rows = _summed(grad.values, grad.indices)
        return self._apply_sparse(ops.IndexedSlices(values, rows), var)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        values, rows = _summed(grad, indices)
        return self._resource_apply_sparse(values, handle, rows)

    def _apply_sparse(self, grad, var):
        raise NotImplementedError()

    def _resource_apply_sparse(self, grad, handle, indices):
        raise NotImplementedError()

    def _zeros_slot(self, var, slot_name, op_name):
        slots = self._slots.get(slot_name, None)
        if slots is None:
            slots = self._slots[slot_name] = {}
        if var.op.name not in slots:
            slots[var.op.name] = slot_creator.create_zeros_slot(var, op_name)
        return slots[var.op.name]

    def get_slot(self, var, name):
        return self._slots[name].get(var.op.name)
"""

IMPORTS = """
from tensorflow.python.framework import ops
from tensorflow.python.ops import array_ops, math_ops, resource_variable_ops, state_ops
from tensorflow.python.ops import control_flow_ops, variable_scope
from tensorflow.python.training import optimizer, training_ops
"""


def rules(
    body: str,
    kernels: Mapping[tuple[str, Device], KernelRule] | None = None,
    ops: Mapping[str, OpFacts] | None = None,
    files: Mapping[str, str] | None = None,
) -> dict[str, UpdateRule]:
    """The rules of the class ``Curve`` by path; its base is ``optimizer.Optimizer``."""
    texts = {TRAIN: TRAIN_BASE, **(files or {}), CURVE: body}
    held = kernels or {}
    found = update_rules(
        Program(tree(texts)),
        ClassRef("Curve", CURVE),
        lambda op, device: held.get((op, device)),
        (ops or {}).get,
    )
    return {str(rule.path): rule for rule in found}


def curve(methods: str, init: str = "learning_rate=0.1", hold: str = "") -> str:
    """A class ``Curve`` with a constructor of those parameters and these methods."""
    lines = "\n".join(f"        {line}" for line in hold.splitlines())
    indented = "\n".join(f"    {line}" for line in methods.splitlines())
    return (
        f"{IMPORTS}\n\nclass Curve(optimizer.Optimizer):\n"
        f"    def __init__(self, {init}, use_locking=False, name='Curve'):\n"
        "        super(Curve, self).__init__(use_locking, name)\n"
        f"        self._lr = learning_rate\n{lines}\n{indented}\n"
    )


SLOTS = """
def _create_slots(self, var_list):
    for v in var_list:
        self._zeros_slot(v, "m", self._name)
"""


def _method(name: str, statements: str) -> str:
    body = "\n".join(f"    {line}" for line in statements.strip().splitlines())
    return f"def {name}(self, grad, var):\n    m = self.get_slot(var, 'm')\n{body}\n"


def dense(statements: str, init: str = "learning_rate=0.1", hold: str = "") -> dict[str, Expr]:
    """The states after a dense step whose ``_apply_dense`` consists of these statements."""
    text = curve(SLOTS + _method("_apply_dense", statements), init, hold)
    return dict(rules(text)["dense/ref/python"].states)


def sparse(statements: str) -> UpdateRule:
    """The rule of a sparse step whose ``_apply_sparse`` consists of these statements."""
    refused = "def _apply_dense(self, grad, var):\n    raise NotImplementedError()\n"
    return rules(curve(SLOTS + refused + _method("_apply_sparse", statements)))["sparse/ref/python"]


def op(name: str, inputs: tuple[str, ...], attributes: tuple[str, ...] = ()) -> OpFacts:
    """An op whose inputs that end in ``&`` are references to variables."""
    arguments = tuple(OpArg(one.rstrip("&"), "Ref(T)" if "&" in one else "T") for one in inputs)
    flags = tuple(OpAttr(one, "bool", Literal(value=False)) for one in attributes)
    region = Region("op", name, None, "", "")
    return OpFacts(name, arguments, (), flags, (), "", region, Span("", 0, 0))


def kernel(name: str, device: Device, **states: str) -> dict[tuple[str, Device], KernelRule]:
    """A kernel rule whose states are written as expressions of the op's inputs."""
    values = tuple((state, read(text)) for state, text in states.items())
    return {(name, device): KernelRule(name, device, values, None, (), ())}
