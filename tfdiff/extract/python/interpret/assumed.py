"""What Keras' optimizer base class does, for classes whose base is not in the release.

TensorFlow Addons and user code derive from ``tf.keras.optimizers.Optimizer``, which their own
tree does not hold. The public protocol of that class (hyperparameters by name, slots, one call
of ``_resource_apply_*`` per variable) is written down here and interpreted in its place. It is
marked as assumed in the rule's symbols; a step that only the base knows is kept by name.
"""

import ast

from tfdiff.extract.python.interpret.program import ClassDefinition, SourceModule, collect_members

ASSUMED = """
class AssumedKerasOptimizer:

    def __init__(self, *args, **kwargs):
        self._hyper = {}
        self._slots = {}
        self._use_locking = True
        self._initial_decay = kwargs.pop("decay", 0.0)
        self.iterations = Variable(0, name="iterations")
        kwargs.pop("name", None)
        for key, value in kwargs.items():
            self._set_hyper(key, value)
            setattr(self, key, value)

    def _set_hyper(self, name, value):
        self._hyper[name] = value

    def _get_hyper(self, name, dtype=None):
        return self._hyper[name]() if callable(self._hyper[name]) else self._hyper[name]

    def __getattr__(self, name):
        return self._hyper[name]

    def add_weight(self, name, shape=None, dtype=None, initializer="zeros", **kwargs):
        return Variable(initializer, name=name)

    def add_slot(self, var, slot_name, initializer="zeros", **kwargs):
        if slot_name not in self._slots:
            self._slots[slot_name] = Variable(initializer, name=slot_name)
        return self._slots[slot_name]

    def get_slot(self, var, slot_name):
        try:
            return self._slots[slot_name]
        except KeyError:
            return self.add_slot(var, slot_name)

    def _create_slots(self, var_list):
        pass

    def _create_hypers(self):
        pass

    def _decayed_lr(self, var_dtype):
        rate = self._get_hyper("learning_rate")
        if self._initial_decay > 0.0:
            rate = rate / (1.0 + self._initial_decay * cast(self.iterations))
        return rate

    def _prepare(self, var_list):
        apply_state = {}
        for var in var_list:
            apply_state[(var.device, var.dtype.base_dtype)] = {}
            self._prepare_local(var.device, var.dtype.base_dtype, apply_state)
        return apply_state

    def _prepare_local(self, var_device, var_dtype, apply_state):
        if "learning_rate" in self._hyper:
            apply_state[(var_device, var_dtype)]["lr_t"] = self._decayed_lr(var_dtype)

    def _fallback_apply_state(self, var_device, var_dtype):
        apply_state = {(var_device, var_dtype): {}}
        self._prepare_local(var_device, var_dtype, apply_state)
        return apply_state[(var_device, var_dtype)]

    def apply_gradients(self, grads_and_vars, name=None, **kwargs):
        var_list = [var for _, var in grads_and_vars]
        self._create_slots(var_list)
        apply_state = self._prepare(var_list)
        for grad, var in grads_and_vars:
            self._apply_one(grad, var, apply_state)
        self.iterations.assign_add(1)

    def _apply_one(self, grad, var, apply_state):
        if isinstance(grad, IndexedSlices):
            extra = self._extra(self._resource_apply_sparse, apply_state)
            self._resource_apply_sparse_duplicate_indices(grad.values, var, grad.indices, **extra)
        else:
            extra = self._extra(self._resource_apply_dense, apply_state)
            self._resource_apply_dense(grad, var, **extra)

    def _extra(self, method, apply_state):
        if "apply_state" in inspect.getfullargspec(method).args:
            return {"apply_state": apply_state}
        return {}

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices, **kwargs):
        rows, positions = unique(indices)
        summed = unsorted_segment_sum(grad, positions)
        return self._resource_apply_sparse(summed, handle, rows, **kwargs)

    def _resource_apply_dense(self, grad, handle, apply_state=None):
        return inherited.apply_dense(handle, grad)

    def _resource_apply_sparse(self, grad, handle, indices, apply_state=None):
        return inherited.apply_sparse(handle, grad)

    def _resource_scatter_add(self, x, i, v):
        scatter_add(x, i, v)
        return x

    def _resource_scatter_update(self, x, i, v):
        scatter_update(x, i, v)
        return x
"""


def assumed_base() -> ClassDefinition:
    """The class that stands in for a Keras base class that is not at hand."""
    node = ast.parse(ASSUMED).body[0]
    assert isinstance(node, ast.ClassDef)  # noqa: S101 - the text above is one class
    module = SourceModule("", "", {})
    definition = ClassDefinition(node.name, module, node, {}, {})
    collect_members(definition)
    definition.resolution.append(definition)
    return definition


def is_assumed(definition: ClassDefinition) -> bool:
    """Whether a class needs the stand-in: it derives from an optimizer outside the release."""
    outside = [base for one in definition.resolution for base in one.foreign_bases]
    there = any(not one.module.path for one in definition.resolution)
    return not there and any("optimizer" in base.lower() for base in outside)
