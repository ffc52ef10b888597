"""Runs optimizers inside one real TensorFlow release and keeps every state after every step.

Started by ``benchmarks.oracle.runs`` with the release's own Python; it has to work from Python 3.6
and TensorFlow 1.2 on, and imports nothing of tfdiff. The gradients are those of sums of products,
so that they come out of TensorFlow's own machinery exactly as they were put in, dense or as
indexed slices with their duplicates.

    python child.py JOBS.json GRADIENTS.npz RESULTS
"""

# ruff: noqa: UP006, UP035 - Python 3.6 subscripts no built-in types

import importlib
import inspect
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Dict, Iterator, List, Tuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from tensorflow import Tensor, Variable
    from tensorflow.keras.optimizers import Optimizer  # type: ignore[import-untyped]

    Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]

v1 = tf.compat.v1 if hasattr(getattr(tf, "compat", None), "v1") else tf
TWO = tf.__version__.startswith("2.")
WEIGHTS = "weights"


class Job:
    """One run, as ``benchmarks.oracle.cases`` planned it."""

    def __init__(self, said: Dict[str, object]) -> None:
        self.id = str(said["id"])
        self.module = str(said["module"])
        self.class_name = str(said["class"])
        self.arguments = said["arguments"]
        self.gradient = str(said["gradient"])
        self.resource = said["variable"] == "resource"

    def optimizer(self, global_step: "Variable | None") -> "Optimizer":
        """The optimizer; the global step is the one argument that is no plain value."""
        assert isinstance(self.arguments, dict)  # noqa: S101 - it is what JSON says
        passed = dict(self.arguments)
        if "global_step" in passed:
            passed["global_step"] = global_step
        try:
            module = importlib.import_module(self.module)
        except ImportError:  # 1.15 keeps its modules under another name
            renamed = self.module.replace("tensorflow", "tensorflow_core", 1)
            module = importlib.import_module(renamed)
        return getattr(module, self.class_name)(**passed)


class Given:
    """The gradients of one run: the weights' start, values per step, rows per step or None."""

    def __init__(self, arrays: "np.lib.npyio.NpzFile", kind: str) -> None:
        self.initial = arrays[kind + "/initial"]
        self.values = arrays[kind + "/values"]
        rows = kind + "/indices"
        self.indices = arrays[rows] if rows in arrays.files else [None] * len(self.values)


def is_variable(value: object) -> bool:
    """Whether something is a variable of either kind."""
    return isinstance(value, v1.Variable) or type(value).__name__ in {
        "ResourceVariable",
        "Variable",  # that of Keras 3
    }


def names_of(variable: "Variable") -> Iterator[str]:
    """What names a variable, the last part first: ``Adam/m/weights``, ``weights_0_momentum``."""
    for part in reversed(variable.name.split(":")[0].split("/")):
        if part != WEIGHTS:
            yield part[len(WEIGHTS) + 3 :] if part.startswith(WEIGHTS + "_0_") else part


def states_of(
    optimizer: "Optimizer", var: "Variable", others: "List[Variable]"
) -> "Dict[str, Variable]":
    """Where states are kept: ``slot/m``, ``attribute/iterations``, ``named/m``, ``weight/000``."""
    found = {"var": var}
    for name in getattr(optimizer, "get_slot_names", list)():
        slot = optimizer.get_slot(var, name)
        if slot is not None:
            found["slot/" + name] = slot
    for name, value in sorted(vars(optimizer).items()):
        if is_variable(value):
            found["attribute/" + name] = value
    if hasattr(optimizer, "iterations"):
        found["attribute/iterations"] = optimizer.iterations
    weights = getattr(optimizer, "weights", None) or getattr(optimizer, "variables", [])
    known = list(weights() if callable(weights) else weights)
    for place, weight in enumerate(known):
        found[f"weight/{place:03}"] = weight
    for weight in known + others:
        if weight is not var:
            for name in names_of(weight):
                found.setdefault("named/" + name, weight)
    return found


def train_op(
    optimizer: "Optimizer", loss: "Tensor", var: "Variable", global_step: "Variable"
) -> "Tensor":
    """One step in a graph, by the way in that this release's class has."""
    if hasattr(optimizer, "get_updates"):
        offered = {"loss": loss, "params": [var], "constraints": {}}
        names = inspect.signature(optimizer.get_updates).parameters
        updates = optimizer.get_updates(**{key: offered[key] for key in offered if key in names})
        listed = updates if isinstance(updates, (list, tuple)) else [updates]
        return v1.group(*[v1.assign(*up) if isinstance(up, tuple) else up for up in listed])
    if hasattr(optimizer, "minimize"):
        return optimizer.minimize(loss, var_list=[var], global_step=global_step)
    raise TypeError("it has neither minimize nor get_updates")


def loss_of(var: "Variable", rows: "Tensor | None", values: "Tensor") -> "Tensor":
    """A loss whose gradient is ``values``, dense or in the given rows."""
    return v1.reduce_sum((var if rows is None else v1.gather(var, rows)) * values)


def run_graph(job: Job, given: Given) -> "Dict[str, List[object]]":
    """All steps in a graph, as TensorFlow 1 does; ``tf.compat.v1`` does it in 2 as well."""
    config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with v1.Graph().as_default() as graph, v1.Session(graph=graph, config=config) as session:
        start = v1.constant(given.initial)
        var = v1.get_variable(WEIGHTS, initializer=start, use_resource=job.resource)
        step_of = getattr(v1.train, "get_or_create_global_step", None)
        global_step = step_of() if step_of else tf.contrib.framework.get_or_create_global_step()
        fed = v1.placeholder(v1.float32, given.values[0].shape)
        first = given.indices[0]
        rows = None if first is None else v1.placeholder(v1.int32, first.shape)
        optimizer = job.optimizer(global_step)
        step = train_op(optimizer, loss_of(var, rows, fed), var, global_step)
        kept = states_of(optimizer, var, v1.global_variables() + v1.local_variables())
        session.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
        states = {state.name: state for state in kept.values()}
        before = {name: state.read_value() for name, state in states.items()}
        with v1.control_dependencies([step]):
            after = {name: state.read_value() for name, state in states.items()}
        graph.finalize()
        record = {name: [value] for name, value in session.run(before).items()}
        for indices, values in zip(given.indices, given.values):  # noqa: B905 - not in 3.6
            feed = {fed: values} if rows is None else {fed: values, rows: indices}
            for name, value in session.run(after, feed).items():
                record[name].append(value)
    return {name: record[state.name] for name, state in kept.items()}


def run_eager(job: Job, given: Given) -> "Dict[str, List[object]]":
    """All steps eagerly, as TensorFlow 2 does; None for a state that is not there yet."""
    var = tf.Variable(given.initial, name=WEIGHTS)
    optimizer = job.optimizer(None)
    if hasattr(optimizer, "build"):  # from 2.11 on; the first step would do it
        optimizer.build([var])
    record: Dict[str, List[object]] = {}
    moments = [(None, None), *zip(given.indices, given.values)]  # noqa: B905 - not in 3.6
    for count, (indices, values) in enumerate(moments):
        if values is not None:
            rows = None if indices is None else tf.constant(indices)
            arguments = var, rows, tf.constant(values)
            step_eagerly(optimizer, arguments)
        for name, state in states_of(optimizer, var, []).items():
            record.setdefault(name, [None] * count).append(state.numpy())
    return record


def step_eagerly(
    optimizer: "Optimizer", arguments: "Tuple[Variable, Tensor | None, Tensor]"
) -> None:
    """One step, by the way in that this release's class has; Keras 3 has no ``minimize``."""
    if hasattr(optimizer, "minimize"):
        optimizer.minimize(lambda: loss_of(*arguments), [arguments[0]])
        return
    with tf.GradientTape() as tape:
        loss = loss_of(*arguments)
    optimizer.apply_gradients([(tape.gradient(loss, arguments[0]), arguments[0])])


def filled(record: "Dict[str, List[object]]") -> "Dict[str, Array]":
    """Full columns: NaN where a state had no value yet; what is no number is left out."""
    columns: Dict[str, Array] = {}
    for name, values in record.items():
        known = np.asarray(next(value for value in values if value is not None))
        if known.dtype.kind in "fiub":
            blank = np.full(known.shape, np.nan)
            columns[name] = np.array([blank if value is None else value for value in values])
    return columns


def main(argv: List[str]) -> None:
    """Run every job that has no result yet, noting each before it starts."""
    jobs, gradients, folder = (Path(name) for name in argv)
    with np.load(str(gradients)) as arrays:
        for job in [Job(said) for said in json.loads(jobs.read_text())]:
            result, refused = folder / (job.id + ".npz"), folder / (job.id + ".error")
            if result.exists() or refused.exists():
                continue
            refused.write_text("the process ended")
            run = run_eager if TWO and "keras" in job.module else run_graph
            try:
                columns = filled(run(job, Given(arrays, job.gradient)))
                np.savez(str(result), **columns)  # type: ignore[arg-type]
            except Exception:  # noqa: BLE001 - what a release refuses is a result of its own
                refused.write_text(traceback.format_exc())
            else:
                refused.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
