"""Miniature kernels for the symbolic executor: one op, one kernel class, one functor."""

from hashlib import sha256

from tfdiff.extract.cxx.bodies import Bodies
from tfdiff.extract.cxx.index import read_kernels
from tfdiff.extract.cxx.symbolic import kernel_rules
from tfdiff.extract.store import FactStore
from tfdiff.facts import KernelRule
from tfdiff.ir.show import text
from tfdiff.sources.tree import Release

OPS = "tensorflow/core/ops/training_ops.cc"
KERNELS = "tensorflow/core/kernels/training_ops.cc"
HEADER = "tensorflow/core/kernels/training_ops.h"
GPU = "tensorflow/core/kernels/training_ops_gpu.cu.cc"
XLA = "tensorflow/compiler/tf2xla/kernels/training_ops.cc"


class Files:
    """A release that is a handful of strings."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = {path: content.encode() for path, content in files.items()}

    @property
    def release(self) -> Release:
        return Release("v0.0.0", None, "memory", None)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def blob_id(self, path: str) -> str | None:
        return sha256(self._files[path]).hexdigest() if path in self._files else None

    def prefetch(self, paths: object) -> None:
        pass

    def read(self, path: str) -> bytes:
        return self._files[path]

    def permalink(self, path: str, start: int, end: int) -> str | None:
        del path, start, end
        return None


def read(files: dict[str, str], op: str) -> dict[str, KernelRule]:
    """Device -> rule of one op."""
    tree = Files(files)
    index = read_kernels(tree, FactStore(None))
    return {rule.device: rule for rule in kernel_rules(index, Bodies(tree), op)}


def formulas(rule: KernelRule) -> dict[str, str]:
    """State -> formula as text."""
    return {name: text(value) for name, value in rule.states}


def register_op(name: str, inputs: str, attributes: str = "use_locking: bool = false") -> str:
    """``REGISTER_OP`` with inputs like ``var: Ref(T), lr: T``."""
    listed = [f'.Input("{each.strip()}")' for each in inputs.split(",")]
    listed.append('.Attr("T: numbertype")')
    if "Tindices" in inputs:
        listed.append('.Attr("Tindices: {int32, int64}")')
    listed += [f'.Attr("{each.strip()}")' for each in attributes.split(",") if each.strip()]
    return f'REGISTER_OP("{name}")' + "".join(listed) + ";\n"


DENSE = "var: Ref(T), acc: Ref(T), lr: T, grad: T"
DENSE_PARAMETERS = """const CPUDevice& d, typename TTypes<T>::Flat var,
    typename TTypes<T>::Flat acc, typename TTypes<T>::ConstScalar lr,
    typename TTypes<T>::ConstFlat grad, bool flag"""


def dense(body: str, before: str = "", attributes: str = "flag: bool = false") -> KernelRule:
    """The CPU rule of a functor with this body over var, acc, lr, grad and flag."""
    kernels = f"""
#include "tensorflow/core/kernels/training_ops.h"
namespace tensorflow {{
{before}
namespace functor {{
template <typename T>
struct Rule<CPUDevice, T> {{
  void operator()({DENSE_PARAMETERS}) {{
{body}
  }}
}};
}}  // namespace functor
template <typename Device, typename T>
class RuleOp : public OpKernel {{
 public:
  explicit RuleOp(OpKernelConstruction* ctx) : OpKernel(ctx) {{
    OP_REQUIRES_OK(ctx, ctx->GetAttr("flag", &flag_));
  }}
  void Compute(OpKernelContext* ctx) override {{
    Tensor var = ctx->mutable_input(0, false);
    Tensor acc = ctx->mutable_input(1, false);
    const Tensor& lr = ctx->input(2);
    const Tensor& grad = ctx->input(3);
    const Device& device = ctx->template eigen_device<Device>();
    functor::Rule<Device, T>()(device, var.flat<T>(), acc.flat<T>(), lr.scalar<T>(),
                               grad.flat<T>(), flag_);
  }}
 private:
  bool flag_;
}};
REGISTER_KERNEL_BUILDER(Name("Rule").Device(DEVICE_CPU).TypeConstraint<float>("T"),
                        RuleOp<CPUDevice, float>);
}}
"""
    header = f"""
namespace functor {{
template <typename Device, typename T>
struct Rule {{
  void operator()({DENSE_PARAMETERS.replace("CPUDevice", "Device")});
}};
}}
"""
    files = {OPS: register_op("Rule", DENSE, attributes), HEADER: header, KERNELS: kernels}
    return read(files, "Rule")["cpu"]


SPARSE = "var: Ref(T), acc: Ref(T), lr: T, grad: T, indices: Tindices"


def sparse(loops: str) -> KernelRule:
    """The CPU rule of a sparse op with this code after its inputs are fetched."""
    kernels = f"""
template <typename T, typename Tindex>
class SparseRuleOp : public OpKernel {{
 public:
  explicit SparseRuleOp(OpKernelConstruction* ctx) : OpKernel(ctx) {{}}
  void Compute(OpKernelContext* ctx) override {{
    Tensor var = ctx->mutable_input(0, false);
    Tensor acc = ctx->mutable_input(1, false);
    const Tensor& lr = ctx->input(2);
    const Tensor& grad = ctx->input(3);
    const Tensor& indices = ctx->input(4);
    int64 inner_dim = 1;
    for (int d = 1; d < var.dims(); d++) {{
      inner_dim *= grad.dim_size(d);
    }}
    const Tindex N = indices.dim_size(0);
    auto indices_vec = indices.vec<Tindex>();
    T lr_scalar = lr.scalar<T>()();
{loops}
  }}
}};
REGISTER_KERNEL_BUILDER(
    Name("SparseRule").Device(DEVICE_CPU).TypeConstraint<float>("T").TypeConstraint<int32>("Tindices"),
    SparseRuleOp<float, int32>);
"""
    files = {OPS: register_op("SparseRule", SPARSE), KERNELS: kernels}
    return read(files, "SparseRule")["cpu"]


def gpu(kernel: str, launch: str, operation: str = DENSE) -> KernelRule:
    """The GPU rule of a functor that launches a raw CUDA kernel."""
    is_sparse = "Tindices" in operation
    shape = "flat_outer_dims" if is_sparse else "flat"
    kind, kind_in = ("Matrix", "ConstMatrix") if is_sparse else ("Flat", "ConstFlat")
    index = ", typename TTypes<Tindex>::ConstVec indices" if is_sparse else ""
    parameters = f"""const Device& d, typename TTypes<T>::{kind} var,
    typename TTypes<T>::{kind} acc, typename TTypes<T>::ConstScalar lr,
    typename TTypes<T>::{kind_in} grad{index}"""
    header = f"""
namespace functor {{
template <typename Device, typename T, typename Tindex>
struct Rule {{ void operator()({parameters}); }};
}}
"""
    device = f"""
#if GOOGLE_CUDA
#include "tensorflow/core/kernels/training_ops.h"
namespace functor {{
{kernel}
template <typename T, typename Tindex>
struct Rule<GPUDevice, T, Tindex> {{
  void operator()({parameters.replace("Device", "GPUDevice")}) {{
{launch}
  }}
}};
}}
#endif
"""
    more = ", ctx->input(4).vec<Tindex>()" if is_sparse else ""
    kernels = f"""
#include "tensorflow/core/kernels/training_ops.h"
template <typename Device, typename T, typename Tindex>
class RuleOp : public OpKernel {{
 public:
  explicit RuleOp(OpKernelConstruction* ctx) : OpKernel(ctx) {{}}
  void Compute(OpKernelContext* ctx) override {{
    Tensor var = ctx->mutable_input(0, false);
    Tensor acc = ctx->mutable_input(1, false);
    functor::Rule<Device, T, Tindex>()(
        ctx->eigen_device<Device>(), var.{shape}<T>(), acc.{shape}<T>(),
        ctx->input(2).scalar<T>(), ctx->input(3).{shape}<T>(){more});
  }}
}};
#if GOOGLE_CUDA
REGISTER_KERNEL_BUILDER(Name("Rule").Device(DEVICE_GPU).TypeConstraint<float>("T"),
                        RuleOp<GPUDevice, float, int32>);
#endif
"""
    files = {OPS: register_op("Rule", operation), HEADER: header, KERNELS: kernels, GPU: device}
    return read(files, "Rule")["gpu"]


def xla(body: str, before: str = "", members: str = "", operation: str = "") -> KernelRule:
    """The XLA rule of a kernel with this ``Compile``."""
    kernels = f"""
{before}
class ResourceRule : public XlaOpKernel {{
 public:
  explicit ResourceRule(OpKernelConstruction* ctx) : XlaOpKernel(ctx) {{
    OP_REQUIRES_OK(ctx, ctx->GetAttr("T", &dtype_));
    OP_REQUIRES_OK(ctx, ctx->GetAttr("flag", &flag_));
  }}
  void Compile(XlaOpKernelContext* ctx) override {{
{body}
  }}
 private:
  DataType dtype_;
  bool flag_;
  {members}
}};
REGISTER_XLA_OP(Name("ResourceRule"), ResourceRule);
"""
    inputs = operation or DENSE.replace("Ref(T)", "resource")
    files = {OPS: register_op("ResourceRule", inputs, "flag: bool = false"), XLA: kernels}
    return read(files, "ResourceRule")["xla"]
