"""Which files of a tree may hold the ops and kernels that optimizers reach, by path alone.

The patterns name families, not releases: an op family keeps its stem while files are split,
get a ``_gpu``, move into ``functor`` files or gain headers.
"""

import re
from collections.abc import Iterable
from typing import Final

# Stems of op families that apply an update to a variable, or that hold one back until enough
# gradients are there (accumulators, used by SyncReplicasOptimizer).
_FAMILIES: Final = (
    r"training_ops?(?:_helpers?)?",
    r"(?:dense_update|assign)_(?:ops?|functor)",
    r"scatter_(?:op|functor)",
    r"(?:resource_)?variable_ops?",
    r"(?:sparse_|typed_)?conditional_accumulator(?:_base)?(?:_op)?",
)
_VARIANT: Final = r"(?:_(?:gpu|cpu|cuda|sycl|rocm|impl|base|common|util|inl))*"
_SUFFIX: Final = r"(?:\.cu)?\.(?:cc|h|cpp)"
_STEMS: Final = f"(?:{'|'.join(_FAMILIES)}){_VARIANT}"
_PATHS: Final = re.compile(
    rf"tensorflow/core/kernels/(?:training/|optimizers?/|variables?/)?{_STEMS}{_SUFFIX}"
    r"|tensorflow/core/ops/(?:training|state|resource_variable|data_flow)_ops\.cc"
    rf"|tensorflow/compiler/tf2xla/kernels/(?:{_STEMS}|scatter_op_helpers){_SUFFIX}"
    r"|tensorflow/compiler/tf2xla/xla_op_registry\.h"
    rf"|tensorflow/compiler/tf2xla/lib/scatter{_SUFFIX}"
    r"|tensorflow/core/framework/(?:register_types(?:_traits)?|resource_var)\.h"
    rf"|tensorflow/contrib/(?:opt|optimizer_v2|optimizers?)/.*{_SUFFIX}"
)
# the folders of these, and the ones above them
_FOLDERS: Final = re.compile(
    r"tensorflow(?:/core(?:/kernels(?:/(?:training|optimizers?|variables?))?|/ops|/framework)?"
    r"|/compiler(?:/tf2xla(?:/kernels|/lib)?)?"
    r"|/contrib(?:/(?:opt|optimizer_v2|optimizers?)(?:/.*)?)?)?"
)
_TESTS: Final = re.compile(r"_test\.|/testdata/|_benchmark")


def may_hold(folder: str) -> bool:
    """Whether ``candidates`` could choose anything in a folder or below it, by its path alone."""
    return _FOLDERS.fullmatch(folder) is not None


def candidates(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths worth fetching for kernel facts, in order."""
    return tuple(path for path in paths if _PATHS.fullmatch(path) and not _TESTS.search(path))
