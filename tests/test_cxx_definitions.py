import pytest

from tests.cxx_kit import MINIATURE, MemoryTree, index
from tfdiff.extract.cxx.bodies import Bodies, method
from tfdiff.extract.cxx.candidates import candidates
from tfdiff.extract.cxx.files import read_file
from tfdiff.extract.cxx.model import Definition


def defined(source: str, path: str = "tensorflow/core/kernels/k.cc") -> tuple[Definition, ...]:
    return read_file(path, source.encode()).definitions


def symbols(source: str, path: str = "tensorflow/core/kernels/k.cc") -> list[str]:
    return [f"{one.region.kind} {one.region.symbol}" for one in defined(source, path)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("template <typename T> struct F<CPUDevice, T> { void operator()() {} };",
         "functor F<CPUDevice>"),
        ("template <typename Scalar> struct F<CPUDevice, Scalar> { void operator()() {} };",
         "functor F<CPUDevice>"),
        ("template <typename T> struct F<Eigen::ThreadPoolDevice, T> { void operator()() {} };",
         "functor F<CPUDevice>"),
        ("template <typename T> struct U<CPUDevice, T, DenseUpdateType::ADD> { int f() {} };",
         "helper U<CPUDevice, ADD>"),
        ("template <class T> void functor::F<GPUDevice, T>::operator()(T x) { x; }",
         "functor F<GPUDevice>::operator()"),
        ("void tensorflow::Helper(int x) { x; }", "helper Helper"),
        ("template <typename T> T* Make(T x) { return x; }", "helper Make"),
        ("template <typename T> T& Get(T x) { return x; }", "helper Get"),
        ("class SomeOp : public AsyncOpKernel { void ComputeAsync() override {} };",
         "kernel SomeOp"),
        ("#define COMPUTE(x) x += 1\nint y;", "helper #define COMPUTE"),
    ],
)  # fmt: skip
def test_symbols_do_not_depend_on_spelling(source: str, expected: str) -> None:
    assert expected in symbols(source)


def test_cuda_kernels_and_xla_classes_have_their_own_kinds() -> None:
    cuda = "__global__ __launch_bounds__(1024) void K(int n) { n; }"
    assert symbols(cuda, "tensorflow/core/kernels/k_gpu.cu.cc") == ["cuda K"]
    xla = "class A : public XlaOpKernel { void Compile(XlaOpKernelContext* c) override {} };"
    (definition,) = defined(xla, "tensorflow/compiler/tf2xla/kernels/k.cc")
    assert (definition.region.kind, definition.region.device) == ("xla", "xla")


@pytest.mark.parametrize(
    ("source", "device"),
    [
        ("struct F<SYCLDevice> { void operator()() {} };", "sycl"),
        ("template <typename T> struct FSYCL { void operator()() {} };", "sycl"),
        ("#if GOOGLE_CUDA\nvoid F() { x; }\n#endif", "gpu"),
        ("#if GOOGLE_CUDA\nint x;\n#else\nvoid F() { x; }\n#endif", None),
        ("#ifdef TENSORFLOW_USE_SYCL\nvoid F() { x; }\n#endif", "sycl"),
        ("void F(const CPUDevice& d) { x; }", "cpu"),
        ("void F(int d) { x; }", None),
    ],
)
def test_the_device_is_read_from_name_arguments_or_condition(
    source: str, device: str | None
) -> None:
    bodies = [one for one in defined(source) if not one.declared]
    assert bodies[-1].region.device == device


def test_overloads_keep_apart_and_the_first_keeps_its_name() -> None:
    source = "int F(int x) { return x; }\nfloat F(float x) { return x; }"
    assert symbols(source) == ["helper F", "helper F #2"]


def test_a_prototype_or_interface_is_a_declaration() -> None:
    source = "int F(int);\ntemplate <typename D> struct G { void operator()(D d); };\nclass H;"
    assert [one.declared for one in defined(source)] == [True, True, True]


def test_members_and_keywords_are_no_uses() -> None:
    (one,) = defined("void F() { if (a.Member()) b->Other<T>(); Free(c); }")
    assert {use.name for use in one.uses} == {"F", "a", "b", "T", "Free", "c"}


def test_macros_inside_a_function_belong_to_it() -> None:
    source = "void F() {\n#define STEP(x) Helper(x)\n  STEP(1);\n#undef STEP\n}"
    (one,) = defined(source)
    assert "Helper" in {use.name for use in one.uses}


def test_a_syntax_node_is_found_by_symbol_and_method() -> None:
    bodies = Bodies(MemoryTree(MINIATURE))
    (definition,) = index().find("ApplyHeavyOp")
    parsed, node = bodies.node(definition)
    compute = method(parsed, node, "Compute")
    assert compute is not None
    assert parsed.text(compute).startswith("void Compute(OpKernelContext* ctx) override NO_THREAD")
    assert method(parsed, node, "ComputeAsync") is None


def test_macros_of_a_definition_are_found_by_name() -> None:
    path = "tensorflow/core/kernels/training_ops.cc"
    source = "void F() {\n#define STEP(x) \\\n  Helper(x)\n  STEP(1);\n}\n"
    tree = MemoryTree({path: source})
    (definition,) = defined(source, path)
    macro = Bodies(tree).macros(definition)["STEP"]
    assert macro.parameters == ("x",)
    assert macro.body == ("Helper", "(", "x", ")")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("tensorflow/core/kernels/training_ops.cc", True),
        ("tensorflow/core/kernels/training_ops_gpu.cu.cc", True),
        ("tensorflow/core/kernels/training_op_helpers.h", True),
        ("tensorflow/core/kernels/training_ops_test.cc", False),
        ("tensorflow/core/kernels/boosted_trees/training_ops.cc", False),
        ("tensorflow/core/kernels/scatter_functor_gpu.cu.h", True),
        ("tensorflow/core/kernels/conv_ops.cc", False),
        ("tensorflow/core/ops/training_ops.cc", True),
        ("tensorflow/compiler/tf2xla/kernels/training_ops.cc", True),
        ("tensorflow/core/framework/register_types.h", True),
        ("tensorflow/contrib/opt/kernels/new_optimizer.cc", True),
        ("tensorflow/contrib/opt/python/training/adamax.py", False),
    ],
)
def test_candidates_are_the_families_that_optimizers_reach(path: str, wanted: bool) -> None:  # noqa: FBT001
    assert candidates((path,)) == ((path,) if wanted else ())
