"""Functions that are not in the kernels' sources: the C++ and Eigen libraries, the framework."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tfdiff.extract.cxx.symbolic import calls, expressions, operators, precision, xla
from tfdiff.extract.cxx.symbolic.declarations import INTEGERS, is_whole
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL
from tfdiff.extract.cxx.symbolic.values import (
    Address,
    Cell,
    Context,
    FunctionValue,
    Lambda,
    Lazy,
    Pointer,
    Scalar,
    TensorObject,
    Thing,
    Value,
    View,
)
from tfdiff.ir.expr import call, number, operation, symbol

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.call import Call
    from tfdiff.extract.cxx.symbolic.machine import Machine

Handler = Callable[["Machine", "Call"], Value]

# C++ and Eigen scalar functions -> functions of the expressions.
_MATH: Final = {
    "sqrt": "sqrt",
    "rsqrt": "rsqrt",
    "abs": "abs",
    "fabs": "abs",
    "exp": "exp",
    "log": "log",
    "floor": "floor",
    "ceil": "ceil",
    "round": "round",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "square": "square",
    "max": "max",
    "fmax": "max",
    "maxi": "max",
    "min": "min",
    "fmin": "min",
    "mini": "min",
}
_CASTS: Final = frozenset({"static_cast", "reinterpret_cast", "const_cast", "dynamic_cast"})
_FLOATS: Final = frozenset(
    {"float", "double", "half", "bfloat16", "Eigen::half", "complex64", "complex128", "bool"}
)
# Calls that neither compute nor write: locks, checks, launch configurations.
_NEUTRAL: Final = (
    *("FastBoundsCheck", "GetTrainingVariableMutex", "HandleFromInput", "LookupResource"),
    *("MaybeLockMutexesInOrder", "MaybeLockVariableInputMutexesInOrder"),
    *("MaybeForwardRefInputToRefOutput", "GetCudaLaunchConfig", "GetGpuLaunchConfig"),
    *("IsLegacyScalar", "requested_input", "def", "name", "DataTypeString", "mutex_lock"),
    *("CHECK", "DCHECK", "CHECK_EQ", "DCHECK_EQ", "eigen_assert", "assert", "static_assert"),
)
_NEUTRAL_SCOPES: Final = ("errors", "strings", "absl", "Status", "TensorShapeUtils", "DataType")
_LAUNCHERS: Final = ("CudaLaunchKernel", "GpuLaunchKernel")
_ATOMICS: Final = (
    *("GpuAtomicAdd", "CudaAtomicAdd", "atomicAdd", "GpuAtomicSub", "CudaAtomicSub"),
)
_LAUNCH_ARGUMENTS: Final = 5  # function, grid, block, shared memory, stream


def is_type(name: str, frame: Frame) -> bool:
    """Is a name that is called a type, so that the call converts?"""
    return name in frame.types or name in INTEGERS or name in _FLOATS or name in _CASTS


def converted(machine: "Machine", call_: "Call") -> Value:
    """``static_cast<T>(x)``, ``T(x)``: the value in a precision, a fraction never an integer."""
    if not call_.arguments:
        return Scalar(number(0))
    value = machine.evaluate(call_.argument(0), call_.frame)
    target = (
        call_.templates[0] if call_.templates else call_.frame.types.get(call_.name, call_.name)
    )
    if target in INTEGERS and isinstance(value, Scalar) and not is_whole(value.expr):
        return machine.opaque(call_.node, call_.frame, "converted to an integer")
    return precision.cast(machine, value, target)


def outside(machine: "Machine", call_: "Call") -> Value:
    """A function that the sources at hand do not define."""
    if call_.scope.split("::")[0] in {"xla", "XlaHelpers"} or "xla" in call_.scope.split("::"):
        return xla.function(machine, call_)
    if call_.name in _MATH:
        return _math(machine, call_)
    if call_.name == "pow":
        base, exponent = (machine.evaluate(call_.argument(each), call_.frame) for each in (0, 1))
        return Scalar(operation("pow", machine.read(base), machine.read(exponent)))
    if call_.scope.split("::")[-1].startswith(_NEUTRAL_SCOPES):
        return Thing(call_.frame.parsed.text(call_.node))
    values = [machine.evaluate(each, call_.frame) for each in call_.arguments]
    if values and isinstance(values[0], Pointer) and _is_map(call_):
        return values[0].mapped()
    by = machine.opaque(call_.node, call_.frame, f"function not known: {call_.name}")
    for value in values:
        if isinstance(value, Context):
            machine.taint_all(by)
        machine.taint(value, by)
    return by


def _is_map(call_: "Call") -> bool:
    # TTypes<T>::UnalignedTensor(pointer, size): a tensor over memory that is there already.
    return call_.scope == "TTypes" or call_.name == "TensorMap"


def _math(machine: "Machine", call_: "Call") -> Value:
    values = [machine.evaluate(each, call_.frame) for each in call_.arguments]
    function = _MATH[call_.name]
    if any(isinstance(each, Lazy | View) for each in values):
        return Lazy(call(function, *map(machine.lazy, values)))
    return Scalar(call(function, *map(machine.read, values)))


def _neutral(_machine: "Machine", call_: "Call") -> Value:
    return Thing(call_.frame.parsed.text(call_.node))


def _last(machine: "Machine", call_: "Call") -> Value:
    # OP_REQUIRES_OK(ctx, x), TF_CHECK_OK(x): what counts is what x does.
    machine.evaluate(call_.argument(-1), call_.frame)
    return Thing(call_.name)


def _requires(machine: "Machine", call_: "Call") -> Value:
    # The condition only matters if a functor is called inside it.
    for each in call_.arguments[1:2]:
        if ">()(" in "".join(call_.frame.parsed.text(each).split()):
            machine.evaluate(each, call_.frame)
    return Thing(call_.name)


def _same(machine: "Machine", call_: "Call") -> Value:
    return machine.evaluate(call_.argument(0), call_.frame)


def _variable(machine: "Machine", call_: "Call") -> Value:
    """``GetInputTensorFromVariable(ctx, input, lock_held, sparse, &out)``."""
    given = [machine.evaluate(each, call_.frame) for each in call_.arguments]
    storage = machine.input(machine.read(given[1])) if len(given) > 1 else None
    if storage is None or not isinstance(given[-1], Address) or given[-1].slot is None:
        by = machine.opaque(call_.node, call_.frame, "input not understood")
        machine.taint_all(by)
        return by
    machine.store.values[given[-1].slot] = TensorObject(storage)
    return Thing("status")


def _base(machine: "Machine", call_: "Call") -> Value:
    """``GetBase(&tensor)``: where a tensor's memory starts on a SYCL device."""
    value = machine.evaluate(call_.argument(0), call_.frame)
    if isinstance(value, Address):
        value = value.value or machine.store.get(value.slot or 0) or value
    if isinstance(value, TensorObject):
        return Pointer(View(value.storage, "scalar"))
    return machine.opaque(call_.node, call_.frame, "memory not understood")


def _launch(machine: "Machine", call_: "Call") -> Value:
    function = machine.evaluate(call_.argument(0), call_.frame)
    if isinstance(function, FunctionValue):
        rest = call_.arguments[_LAUNCH_ARGUMENTS:]
        return calls.apply(machine, function, rest, call_.node, call_.frame)
    by = machine.opaque(call_.node, call_.frame, "kernel launch not understood")
    for each in call_.arguments[1:]:
        machine.taint(machine.evaluate(each, call_.frame), by)
    return by


def _loaded(machine: "Machine", call_: "Call") -> Value:
    """``ldg(pointer)``: a read through the read-only cache."""
    pointer = machine.evaluate(call_.argument(0), call_.frame)
    return expressions.dereferenced(machine, pointer)


def _atomic_add(machine: "Machine", call_: "Call") -> Value:
    """``GpuAtomicAdd(pointer, value)``: threads that hit the same row add up."""
    pointer, value = (machine.evaluate(call_.argument(each), call_.frame) for each in (0, 1))
    target = expressions.dereferenced(machine, pointer)
    old = Scalar(machine.read(target))
    if not isinstance(target, Cell):
        by = machine.opaque(call_.node, call_.frame, "atomic operation not understood")
        machine.taint(pointer, by)
        return by
    op = "sub" if "Sub" in call_.name else "add"
    machine.atomic = True
    machine.write(target.slot, operators.combine(machine, op, old, value))
    return old


def _shard(machine: "Machine", call_: "Call") -> Value:
    """``Shard(threads, workers, total, cost, work)``."""
    return parallel(machine, call_, machine.evaluate(call_.argument(-1), call_.frame))


def parallel(machine: "Machine", call_: "Call", work: Value) -> Value:
    """Run a piece of work that is shared out by ranges; threads do not wait for each other."""
    if not isinstance(work, Lambda):
        by = machine.opaque(call_.node, call_.frame, "parallel work not understood")
        machine.taint_all(by)
        return by
    machine.concurrent = True
    bounds = [Scalar(symbol(f"{STRUCTURAL}{name}")) for name in ("begin", "end")]
    calls.call_lambda(machine, work, list(bounds))
    return Thing(call_.name)


HANDLERS: Final[dict[str, Handler]] = {
    "OP_REQUIRES": _requires,
    "OP_REQUIRES_ASYNC": _requires,
    "OP_REQUIRES_OK": _last,
    "OP_REQUIRES_OK_ASYNC": _last,
    "TF_CHECK_OK": _last,
    "TF_RETURN_IF_ERROR": _last,
    "SubtleMustCopy": _same,
    "move": _same,
    "forward": _same,
    "GetInputTensorFromVariable": _variable,
    "GetBase": _base,
    "Shard": _shard,
    **dict.fromkeys(("ldg", "__ldg", "GpuLdg", "CudaLdg"), _loaded),
    **dict.fromkeys(_ATOMICS, _atomic_add),
    **dict.fromkeys(_LAUNCHERS, _launch),
    **dict.fromkeys(_NEUTRAL, _neutral),
}
