"""A miniature release with one dense and one sparse optimizer kernel, held in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1

from tfdiff.errors import MissingFileError
from tfdiff.extract.cxx.index import KernelIndex, read_kernels
from tfdiff.extract.store import FactStore
from tfdiff.facts import KernelFacts
from tfdiff.sources.tree import Release

KERNELS = "tensorflow/core/kernels/training_ops.cc"
HEADER = "tensorflow/core/kernels/training_ops.h"
HELPERS = "tensorflow/core/kernels/training_op_helpers.h"
CUDA = "tensorflow/core/kernels/training_ops_gpu.cu.cc"
OPS = "tensorflow/core/ops/training_ops.cc"
TYPES = "tensorflow/core/framework/register_types.h"
XLA = "tensorflow/compiler/tf2xla/kernels/training_ops.cc"
XLA_TYPES = "tensorflow/compiler/tf2xla/xla_op_registry.h"

MINIATURE = {
    TYPES: """
#if !defined(IS_MOBILE_PLATFORM)
#define TF_CALL_float(m) m(float)
#define TF_CALL_half(m) m(Eigen::half)
#define TF_CALL_int64(m) m(::tensorflow::int64)
#else
#define TF_CALL_float(m) m(float)
#define TF_CALL_half(m)
#define TF_CALL_int64(m)
#endif
#define TF_CALL_FLOAT_TYPES(m) \\
  TF_CALL_half(m) TF_CALL_float(m)
""",
    HEADER: """
#include "tensorflow/core/framework/register_types.h"
namespace functor {
template <typename Device, typename T>
struct ApplyHeavy {
  void operator()(const Device& d, typename TTypes<T>::Flat var);
};
template <typename Device, typename T>
struct ApplyHeavyV2 {
  void operator()(const Device& d, typename TTypes<T>::Flat var);
};
}
""",
    HELPERS: """
Status PrepareVariable(OpKernelContext* ctx, int input);
template <typename T>
inline T ClipUp(T x) { return x > T(0) ? x : T(0); }
""",
    KERNELS: """
#include "tensorflow/core/kernels/training_ops.h"
#include "tensorflow/core/kernels/training_op_helpers.h"
namespace tensorflow {
typedef Eigen::ThreadPoolDevice CPUDevice;
namespace {
template <class T>
T LocalSign(T x) { return ClipUp(x); }
}
namespace functor {
template <typename Device, typename T>
struct ApplyHeavyEverywhere {
  void operator()(const Device& d, typename TTypes<T>::Flat var) {
    var.device(d) -= LocalSign(var);
  }
};
template <typename T>
struct ApplyHeavy<CPUDevice, T> : ApplyHeavyEverywhere<CPUDevice, T> {};
template <typename T>
struct ApplyHeavyV2<CPUDevice, T> {
  void operator()(const CPUDevice& d, typename TTypes<T>::Flat var) {
    var.device(d) -= var;
  }
};
}
template <typename Device, typename T, bool has_shrinkage>
class ApplyHeavyOp : public OpKernel {
 public:
  explicit ApplyHeavyOp(OpKernelConstruction* ctx) : OpKernel(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("use_locking", &use_exclusive_lock_));
  }
  void Compute(OpKernelContext* ctx) override NO_THREAD_SAFETY_ANALYSIS {
    auto locks = MaybeLockMutexesInOrder(ctx, use_exclusive_lock_, {0, 1});
    const Device& device = ctx->template eigen_device<Device>();
    if (has_shrinkage) {
      functor::ApplyHeavyV2<Device, T>()(device, var.flat<T>());
    } else {
      functor::ApplyHeavy<Device, T>()(device, var.flat<T>());
    }
  }
 private:
  bool use_exclusive_lock_;
};
#define REGISTER_KERNELS(D, T)                                        \\
  REGISTER_KERNEL_BUILDER(                                            \\
      Name("ApplyHeavy").Device(DEVICE_##D).TypeConstraint<T>("T"),   \\
      ApplyHeavyOp<D##Device, T, /*has_shrinkage=*/false>);           \\
  REGISTER_KERNEL_BUILDER(Name("ResourceApplyHeavy")                  \\
                              .HostMemory("var")                      \\
                              .Device(DEVICE_##D)                     \\
                              .TypeConstraint<T>("T"),                \\
                          ApplyHeavyOp<D##Device, T, /*has_shrinkage=*/false>);
#define REGISTER_CPU_KERNELS(T) REGISTER_KERNELS(CPU, T);
TF_CALL_FLOAT_TYPES(REGISTER_CPU_KERNELS);
#if GOOGLE_CUDA || TENSORFLOW_USE_ROCM
namespace functor {
#define DECLARE_GPU_SPEC(T)                               \\
  template <>                                             \\
  void ApplyHeavy<GPUDevice, T>::operator()(const GPUDevice& d); \\
  extern template struct ApplyHeavy<GPUDevice, T>;
DECLARE_GPU_SPEC(float);
#undef DECLARE_GPU_SPEC
}
REGISTER_KERNELS(GPU, float);
#endif
#undef REGISTER_CPU_KERNELS
#undef REGISTER_KERNELS
#define REGISTER_KERNELS(T)                                         \\
  REGISTER_KERNEL_BUILDER(                                          \\
      Name("ApplyHeavyV2").Device(DEVICE_CPU).TypeConstraint<T>("T"), \\
      ApplyHeavyOp<CPUDevice, T, /*has_shrinkage=*/true>);
REGISTER_KERNELS(float);
#undef REGISTER_KERNELS
}
""",
    CUDA: """
#if GOOGLE_CUDA
#include "tensorflow/core/kernels/training_ops.h"
namespace functor {
template <typename T>
__global__ __launch_bounds__(1024) void HeavyKernel(int n, T* var) {
  GPU_1D_KERNEL_LOOP(i, n) { var[i] -= var[i]; }
}
template <typename T>
__global__ void UnrelatedKernel(int n, T* var) {}
template <typename T>
struct ApplyHeavy<GPUDevice, T> {
  void operator()(const GPUDevice& d, typename TTypes<T>::Flat var) {
    Launch(HeavyKernel<T>, var.size(), var.data());
  }
};
}
template struct functor::ApplyHeavy<GPUDevice, float>;
template struct functor::ApplyHeavy<GPUDevice, double>;
#endif
""",
    OPS: """
static Status HeavyShapeFn(InferenceContext* c, bool sparse) { return Status::OK(); }
REGISTER_OP("ApplyHeavy")
    .Input("var: Ref(T)")
    .Input("lr: T")
    .Output("out: Ref(T)")
    .Attr("T: numbertype")
    .Attr("use_locking: bool = false")
    .SetShapeFn([](InferenceContext* c) { return HeavyShapeFn(c, false /* sparse */); })
    .Doc(R"doc(
Update '*var'; see "REGISTER_OP(x)".
)doc");
REGISTER_OP("ResourceApplyHeavy")
    .Input("var: resource")
    .Input("lr: T")
    .Attr("T: numbertype")
    .Attr("use_locking: bool = false")
    .SetShapeFn(HeavyShapeFn);
REGISTER_OP("ApplyHeavyV2")
    .Input("var: Ref(T)")
    .Attr("T: numbertype")
    .SetIsStateful();
REGISTER_OP("ApplyNothing").Input("var: Ref(T)").Attr("T: numbertype");
""",
    XLA_TYPES: """
#define REGISTER_XLA_OP(NAME, OP) REGISTER_XLA_OP_UNIQ_HELPER(__COUNTER__, NAME, OP)
constexpr std::array<DataType, 2> kFloatTypes = {{DT_HALF, DT_FLOAT}};
""",
    XLA: """
#include "tensorflow/compiler/tf2xla/xla_op_registry.h"
namespace {
class ResourceApplyHeavy : public XlaOpKernel {
 public:
  explicit ResourceApplyHeavy(OpKernelConstruction* ctx) : XlaOpKernel(ctx) {}
  void Compile(XlaOpKernelContext* ctx) override { var = var - lr; }
};
REGISTER_XLA_OP(Name("ResourceApplyHeavy").TypeConstraint("T", kFloatTypes),
                ResourceApplyHeavy);
}
""",
}


@dataclass(frozen=True)
class MemoryTree:
    """A release whose files are given as text."""

    files: Mapping[str, str]

    @property
    def release(self) -> Release:
        return Release("v0", None, "memory", None)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def blob_id(self, path: str) -> str | None:
        return sha1(self.read(path)).hexdigest() if path in self.files else None  # noqa: S324

    def prefetch(self, paths: Iterable[str]) -> None:
        pass

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise MissingFileError(path)
        return self.files[path].encode()

    def permalink(self, path: str, start: int, end: int) -> str | None:  # noqa: ARG002
        return None


def index(changes: Mapping[str, str] | None = None) -> KernelIndex:
    """The miniature release's kernels, with some files replaced; "" removes one."""
    files = {**MINIATURE, **(changes or {})}
    kept = {path: text for path, text in files.items() if text}
    return read_kernels(MemoryTree(kept), FactStore(None))


def kernel(op: str, changes: Mapping[str, str] | None = None) -> KernelFacts:
    """One op of the miniature release."""
    found = index(changes).kernel(op)
    assert found is not None
    return found


def edited(path: str, old: str, new: str) -> dict[str, str]:
    """A change of one file of the miniature; the old text must be there."""
    assert old in MINIATURE[path]
    return {path: MINIATURE[path].replace(old, new)}
