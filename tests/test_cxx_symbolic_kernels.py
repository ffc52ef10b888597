"""From registration to rule: which class, which inputs, which attributes, which device."""

import pytest

from tests.cxx_symbolic_kit import GPU, HEADER, KERNELS, OPS, XLA, formulas, read, register_op

INPUTS = "var: Ref(T), acc: Ref(T), lr: T, grad: T"
FUNCTOR = """
namespace functor {
template <typename Device, typename T>
struct Rule {
  void operator()(const Device& d, typename TTypes<T>::ConstFlat grad,
                  typename TTypes<T>::Flat first, typename TTypes<T>::Flat second,
                  typename TTypes<T>::ConstScalar rate);
};
}
"""


def body(device: str, code: str) -> str:
    """A specialization of the functor."""
    return f"""
namespace functor {{
template <typename T>
struct Rule<{device}, T> {{
  void operator()(const {device}& d, typename TTypes<T>::ConstFlat grad,
                  typename TTypes<T>::Flat first, typename TTypes<T>::Flat second,
                  typename TTypes<T>::ConstScalar rate) {{ {code} }}
}};
}}
"""


COMPUTE = """
template <typename Device, typename T, bool swapped = false>
class RuleOp : public OpKernel {
 public:
  explicit RuleOp(OpKernelConstruction* ctx) : OpKernel(ctx) {
    OP_REQUIRES_OK(ctx, ctx->GetAttr("use_locking", &use_exclusive_lock_));
  }
  void Compute(OpKernelContext* ctx) override {
    auto locks = MaybeLockVariableInputMutexesInOrder<Device, T>(ctx, true, {0, 1});
    if (use_exclusive_lock_) {
      mutex_lock l1(*GetTrainingVariableMutex(ctx, 0));
      DoCompute(ctx);
    } else {
      DoCompute(ctx);
    }
    MaybeForwardRefInputToRefOutput(ctx, 0, 0);
  }
 private:
  bool use_exclusive_lock_;
  void DoCompute(OpKernelContext* ctx) {
    Tensor var;
    OP_REQUIRES_OK(ctx, GetInputTensorFromVariable<Device, T>(ctx, 0, true, false, &var));
    Tensor acc;
    OP_REQUIRES_OK(ctx, GetInputTensorFromVariable<Device, T>(ctx, 1, true, false, &acc));
    OP_REQUIRES(ctx, var.IsInitialized(), errors::FailedPrecondition("no"));
    const int at = swapped ? 3 : 2;
    const Tensor& lr = ctx->input(at);
    const Tensor* grad;
    grad = &ctx->input(swapped ? 2 : 3);
    functor::Rule<Device, T>()(ctx->template eigen_device<Device>(), grad->flat<T>(),
                               var.flat<T>(), acc.flat<T>(), lr.scalar<T>());
  }
};
"""


def register(device: str, kernel: str, op: str = "Rule") -> str:
    """A kernel registration."""
    return (
        f'REGISTER_KERNEL_BUILDER(Name("{op}").Device(DEVICE_{device})'
        f'.TypeConstraint<float>("T"), {kernel});\n'
    )


INCLUDE = '#include "tensorflow/core/kernels/training_ops.h"\n'
CPU = body("CPUDevice", "second.device(d) += grad; first.device(d) -= second * rate();")


def test_arguments_are_followed_from_inputs_to_functor_parameters() -> None:
    kernels = INCLUDE + CPU + COMPUTE + register("CPU", "RuleOp<CPUDevice, float>")
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels}
    rule = read(files, "Rule")["cpu"]
    assert formulas(rule) == {"var": "var - (acc + grad)*lr", "acc": "acc + grad"}
    assert rule.duplicates is None
    assert rule.symbols == ("RuleOp", "Rule<CPUDevice>")


def test_template_flag_of_the_registration_selects_inputs() -> None:
    kernels = (
        INCLUDE + CPU + COMPUTE + register("CPU", "RuleOp<CPUDevice, float, /*swapped=*/true>")
    )
    ops = register_op("Rule", "var: Ref(T), acc: Ref(T), grad: T, lr: T")
    rule = read({OPS: ops, HEADER: FUNCTOR, KERNELS: kernels}, "Rule")["cpu"]
    assert formulas(rule)["var"] == "var - (acc + grad)*lr"


def test_each_device_has_its_own_rule() -> None:
    kernels = (
        INCLUDE
        + CPU
        + COMPUTE
        + register("CPU", "RuleOp<CPUDevice, float>")
        + "#if GOOGLE_CUDA\n"
        + register("GPU", "RuleOp<GPUDevice, float>")
        + "#endif\n"
    )
    device = (
        "#if GOOGLE_CUDA\n" + INCLUDE + body("GPUDevice", "first.device(d) = grad;") + "#endif\n"
    )
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels, GPU: device}
    rules = read(files, "Rule")
    assert list(rules) == ["cpu", "gpu"]
    assert formulas(rules["gpu"]) == {"var": "grad"}


def test_functor_inherits_its_operator() -> None:
    base = """
namespace functor {
template <typename Device, typename T>
struct RuleNonCuda {
  void operator()(const Device& d, typename TTypes<T>::ConstFlat grad,
                  typename TTypes<T>::Flat first, typename TTypes<T>::Flat second,
                  typename TTypes<T>::ConstScalar rate) {
    first.device(d) -= grad * rate();
  }
};
template <typename T>
struct Rule<CPUDevice, T> : RuleNonCuda<CPUDevice, T> {};
}
"""
    kernels = INCLUDE + base + COMPUTE + register("CPU", "RuleOp<CPUDevice, float>")
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels}
    assert formulas(read(files, "Rule")["cpu"]) == {"var": "var - grad*lr"}


def test_kernel_class_specialized_for_sycl_copies_scalars_to_the_host() -> None:
    special = """
#ifdef TENSORFLOW_USE_SYCL
template <typename T>
struct RuleSYCL {
  void operator()(const SYCLDevice& d, typename TTypes<T>::Flat v, T rate,
                  typename TTypes<T>::ConstFlat g) { v.device(d) -= g * rate; }
};
template <typename T>
class RuleOp<SYCLDevice, T, false> : public OpKernel {
 public:
  explicit RuleOp(OpKernelConstruction* ctx) : OpKernel(ctx) {}
  void Compute(OpKernelContext* ctx) override {
    Tensor var = ctx->mutable_input(0, true);
    const Tensor& lr_dev = ctx->input(2);
    T lr = T(0);
    auto device = ctx->eigen_sycl_device();
    auto src_ptr = GetBase(&lr_dev);
    device.memcpyDeviceToHost(&lr, static_cast<const T*>(src_ptr), sizeof(T));
    RuleSYCL<T>()(device, var.flat<T>(), lr, ctx->input(3).flat<T>());
  }
};
#endif
"""
    kernels = INCLUDE + CPU + COMPUTE + special + register("CPU", "RuleOp<CPUDevice, float>")
    kernels += "#ifdef TENSORFLOW_USE_SYCL\n"
    kernels += register("SYCL", "RuleOp<SYCLDevice, float, false>") + "#endif\n"
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels}
    rules = read(files, "Rule")
    assert formulas(rules["sycl"]) == {"var": "var - grad*lr"}
    assert formulas(rules["cpu"])["var"] == "var - (acc + grad)*lr"


def test_tensor_mapped_over_a_pointer_by_a_declared_type() -> None:
    code = """
    typedef typename Eigen::TensorMap<Eigen::TensorFixedSize<const T, Eigen::Sizes<1>>> One;
    const Eigen::IndexList<Eigen::type2index<1>> rank1;
    One rate_one{rate.data(), rank1};
    first.device(d) -= grad * rate_one.broadcast(bcast);
    """
    kernels = INCLUDE + body("CPUDevice", code) + COMPUTE
    kernels += register("CPU", "RuleOp<CPUDevice, float>")
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels}
    assert formulas(read(files, "Rule")["cpu"]) == {"var": "var - grad*lr"}


@pytest.mark.parametrize("moved", [False, True])
def test_place_of_the_code_and_layout_do_not_matter(moved: bool) -> None:  # noqa: FBT001
    code = CPU.replace(" += ", "\n        +=\n  // moved\n ") if moved else CPU
    kernels = INCLUDE + (COMPUTE + code if moved else code + COMPUTE)
    kernels += register("CPU", "RuleOp<CPUDevice, float>")
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels}
    assert formulas(read(files, "Rule")["cpu"])["var"] == "var - (acc + grad)*lr"


def test_resource_op_of_the_same_class_has_the_same_rule() -> None:
    kernels = INCLUDE + CPU + COMPUTE + register("CPU", "RuleOp<CPUDevice, float>")
    kernels += register("CPU", "RuleOp<CPUDevice, float>", "ResourceRule")
    ops = register_op("Rule", INPUTS) + register_op(
        "ResourceRule", INPUTS.replace("Ref(T)", "resource")
    )
    files = {OPS: ops, HEADER: FUNCTOR, KERNELS: kernels}
    assert read(files, "Rule")["cpu"].states == read(files, "ResourceRule")["cpu"].states


def test_xla_kernel_stands_beside_the_others() -> None:
    compiled = """
class ResourceRule : public XlaOpKernel {
 public:
  explicit ResourceRule(OpKernelConstruction* ctx) : XlaOpKernel(ctx) {}
  void Compile(XlaOpKernelContext* ctx) override {
    xla::XlaOp handle;
    OP_REQUIRES_OK(ctx, ctx->ReadVariableInput(0, ctx->input_type(2), &shape, &handle));
    handle = handle - ctx->Input(2) * ctx->Input(3);
    OP_REQUIRES_OK(ctx, ctx->AssignVariable(0, ctx->input_type(2), handle));
  }
};
REGISTER_XLA_OP(Name("ResourceRule"), ResourceRule);
"""
    kernels = INCLUDE + CPU + COMPUTE + register("CPU", "RuleOp<CPUDevice, float>", "ResourceRule")
    ops = register_op("ResourceRule", INPUTS.replace("Ref(T)", "resource"))
    rules = read({OPS: ops, HEADER: FUNCTOR, KERNELS: kernels, XLA: compiled}, "ResourceRule")
    assert list(rules) == ["cpu", "xla"]
    assert formulas(rules["xla"]) == {"var": "var - lr*grad"}


def test_classes_that_disagree_on_one_device_are_not_averaged() -> None:
    other = COMPUTE.replace("RuleOp", "OtherOp").replace("functor::Rule<", "functor::Other<")
    functors = CPU + CPU.replace("struct Rule<", "struct Other<").replace("-=", "+=")
    header = FUNCTOR + FUNCTOR.replace("struct Rule", "struct Other")
    kernels = INCLUDE + functors + COMPUTE + other
    kernels += register("CPU", "RuleOp<CPUDevice, float>")
    kernels += register("CPU", "OtherOp<CPUDevice, double>").replace("<float>", "<double>")
    files = {OPS: register_op("Rule", INPUTS), HEADER: header, KERNELS: kernels}
    rule = read(files, "Rule")["cpu"]
    assert formulas(rule)["acc"] == "acc + grad"
    assert [unknown.text for unknown in rule.unknowns] == ["RuleOp, OtherOp"]


def test_question_for_the_data_type_is_answered() -> None:
    code = """
    if (std::is_same<T, Eigen::half>::value) { first.device(d) = grad; }
    else { first.device(d) -= grad; }
    """
    kernels = INCLUDE + body("CPUDevice", code) + COMPUTE
    kernels += register("CPU", "RuleOp<CPUDevice, float>")
    files = {OPS: register_op("Rule", INPUTS), HEADER: FUNCTOR, KERNELS: kernels}
    assert formulas(read(files, "Rule")["cpu"]) == {"var": "var - grad"}
