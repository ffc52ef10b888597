"""What a statement of a kernel has to do with, beside the formula: told by what it names."""

import re
from collections.abc import Sequence
from typing import Final

from tfdiff.extract.cxx.spelling import words_of
from tfdiff.facts import Feature

KINDS: Final = (
    "validation",
    "variable-access",
    "locking",
    "output",
    "shape",
    "attribute",
    "parallel",
    "logging",
    "lifetime",
    "build",
)
"""From the kind that says most about a statement to the one that says least."""

_MACRO: Final = re.compile(r"#\s*(define|undef)\b")
_NAMES: Final[dict[str, frozenset[str]]] = {
    "validation": words_of(
        "OP_REQUIRES OP_REQUIRES_ASYNC CHECK CHECK_EQ CHECK_GE CHECK_GT CHECK_LE CHECK_LT DCHECK "
        "DCHECK_EQ DCHECK_GE DCHECK_GT DCHECK_LE DCHECK_LT InvalidArgument FailedPrecondition "
        "Unimplemented NotFound Internal OutOfRange Aborted FastBoundsCheck IsInitialized "
        "is_initialized ValidateInput MatchSignature IsScalar IsVector IsSameSize "
        "IsLegacyScalar IsLegacyVector"
    ),
    "variable-access": words_of(
        "GetInputTensor GetInputTensorFromVariable PrepareToUpdateVariable "
        "EnsureSparseVariableAccess "
        "copy_on_read_mode LookupResource LookupOrCreateResource AssignVariable ReadVariableInput "
        "mutable_input GetTensor CopyVariable RefCountOne RefCountIsOne RefCountPtr Var "
        "variable_lock maybe_resource HandleFromInput DeleteResource IsResource replace_ref_input "
        "ResolveTrainingVariableRef"
    ),
    "locking": words_of(
        "MaybeLockVariableInputMutexesInOrder MaybeLockMutexesInOrder mutex_lock tf_shared_lock "
        "MutexLock GetTrainingVariableMutex input_ref_mutex mutex mu lock unlock locks "
        "shared_locks lock_held acquire_order VariableInputLockHolder Mutex mutexes"
    ),
    "output": words_of(
        "MaybeForwardRefInputToRefOutput forward_ref_input_to_ref_output set_output "
        "allocate_output allocate_temp allocate_persistent forward_input_or_allocate_output "
        "forward_input_or_allocate_temp forward_input set_output_ref SetOutput"
    ),
    "shape": words_of(
        "InferenceContext ShapeHandle DimensionHandle Merge MergePrefix WithRank WithRankAtLeast "
        "input_handle_shapes_and_types input_handle_shape input_handle_dtype UnknownShape "
        "ShapeOrHandleShape HandleShapesAndTypes ReplaceDim Concatenate Subshape "
        "set_output_handle_shapes_and_types ShapeAndType"
    ),
    "attribute": frozenset({"GetAttr", "HasAttr", "TryGetNodeAttr"}),
    "parallel": words_of(
        "parallelFor Shard TensorOpCost GetGpuLaunchConfig GpuLaunchConfig GpuLaunchKernel "
        "GPU_1D_KERNEL_LOOP GpuGridRangeX block_count thread_per_block virtual_thread_count "
        "device_tensorflow_cpu_worker_threads numThreads workers num_threads blockIdx blockDim "
        "threadIdx gridDim stream gpuStream_t"
    ),
    "logging": frozenset({"LOG", "VLOG", "DVLOG", "DLOG", "DebugString"}),
    "lifetime": words_of("ScopedUnref Unref Ref unref_var delete move IgnoreError"),
}


def features(words: Sequence[str]) -> tuple[Feature, ...]:
    """The matters of a statement, given its words; one a kind, with all that it says."""
    text = " ".join(words)
    if words[:1] and words[0].startswith("#"):
        # A macro may hold part of a formula; every other directive is about the build.
        return () if _MACRO.match(text) else (Feature("build", text),)
    found = frozenset(words)
    return tuple(
        Feature(kind, text)
        for kind in KINDS
        if kind in _NAMES and not _NAMES[kind].isdisjoint(found)
    )
