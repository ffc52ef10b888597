from tests.cxx_kit import CUDA, HEADER, KERNELS, TYPES, XLA, edited, index, kernel
from tfdiff.facts import Locking


def regions(op: str, changes: dict[str, str] | None = None) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.symbol, one.device) for one in kernel(op, changes).regions]


def test_an_op_reaches_its_own_source_on_every_device_in_the_order_data_flows() -> None:
    assert regions("ResourceApplyHeavy") == [
        ("op", "REGISTER_OP(ResourceApplyHeavy)", None),
        ("registration", "REGISTER_XLA_OP(ResourceApplyHeavy)", "xla"),
        ("registration", "REGISTER_KERNEL_BUILDER(ResourceApplyHeavy)", None),
        ("kernel", "ApplyHeavyOp", None),
        ("functor", "ApplyHeavy<CPUDevice>", "cpu"),
        ("functor", "ApplyHeavyEverywhere", "cpu"),
        ("functor", "ApplyHeavy<GPUDevice>", "gpu"),
        ("cuda", "HeavyKernel", "gpu"),
        ("xla", "ResourceApplyHeavy", "xla"),
        ("helper", "HeavyShapeFn", None),
        ("helper", "LocalSign", "cpu"),
        ("helper", "ClipUp", "cpu"),
    ]


def test_a_template_flag_of_the_registration_decides_which_functor_is_reached() -> None:
    symbols = [symbol for kind, symbol, _ in regions("ApplyHeavyV2") if kind == "functor"]
    assert symbols == ["ApplyHeavyV2<CPUDevice>"]


def test_a_flag_in_an_else_if_chain_decides_too() -> None:
    old = """    } else {
      functor::ApplyHeavy<Device, T>()(device, var.flat<T>());
    }"""
    chain = """    } else if (late_) {
      functor::ApplyHeavy<Device, T>()(device, var.flat<T>());
    } else {
      functor::ApplyHeavy<Device, T>()(device, var.flat<T>());
    }"""
    found = regions("ApplyHeavyV2", edited(KERNELS, old, chain))
    assert [symbol for kind, symbol, _ in found if kind == "functor"] == ["ApplyHeavyV2<CPUDevice>"]


def test_what_the_constructor_reads_and_compute_locks_is_known() -> None:
    assert kernel("ApplyHeavy").locking == (
        ("ApplyHeavyOp", Locking("MaybeLockMutexesInOrder", ("0", "1"), "use_exclusive_lock_")),
    )
    (definition,) = index().find("ApplyHeavyOp")
    assert definition.attributes == (("use_locking", "use_exclusive_lock_"),)


def test_a_plain_mutex_lock_under_the_attribute_is_read_with_its_inputs() -> None:
    old = "auto locks = MaybeLockMutexesInOrder(ctx, use_exclusive_lock_, {0, 1});"
    new = """if (use_exclusive_lock_) {
      mutex_lock l1(*ctx->input_ref_mutex(0));
      // mutex_lock l2(*ctx->input_ref_mutex(1));
    }"""
    locking = kernel("ApplyHeavy", edited(KERNELS, old, new)).locking
    expected = Locking("mutex_lock", ("0",), "use_exclusive_lock_")
    assert locking == (("ApplyHeavyOp", expected),)


def test_a_functor_that_moves_to_another_file_keeps_its_region() -> None:
    functor = """template <typename T>
struct ApplyHeavyV2<CPUDevice, T> {
  void operator()(const CPUDevice& d, typename TTypes<T>::Flat var) {
    var.device(d) -= var;
  }
};
"""
    moved = edited(KERNELS, functor, "")
    moved["tensorflow/core/kernels/training_ops_cpu.cc"] = (
        f'#include "tensorflow/core/kernels/training_ops.h"\nnamespace functor {{\n{functor}}}\n'
    )
    old = {one.symbol: one for one in kernel("ApplyHeavyV2").regions}
    new = {one.symbol: one for one in kernel("ApplyHeavyV2", moved).regions}
    assert old.keys() == new.keys()
    assert old["ApplyHeavyV2<CPUDevice>"] == new["ApplyHeavyV2<CPUDevice>"]
    assert new["ApplyHeavyV2<CPUDevice>"].span.path.endswith("training_ops_cpu.cc")


def test_a_functor_without_a_body_for_a_registered_device_is_unknown() -> None:
    found = kernel("ApplyHeavy", {CUDA: ""})
    assert [unknown.reason for unknown in found.unknowns] == [
        "ApplyHeavy has no body for gpu in the files read"
    ]
    assert kernel("ApplyHeavy").unknowns == ()


def test_an_op_that_no_file_registers_is_unknown_and_not_empty() -> None:
    reasons = [unknown.reason for unknown in kernel("ApplyNothing").unknowns]
    assert reasons == ["no kernel is registered in the files read"]


def test_a_registered_class_that_is_nowhere_is_unknown() -> None:
    changed = edited(XLA, "class ResourceApplyHeavy :", "class SomethingElse :")
    reasons = [unknown.reason for unknown in kernel("ResourceApplyHeavy", changed).unknowns]
    assert reasons == ["class ResourceApplyHeavy is in none of the files read"]


def test_an_op_of_another_release_is_none() -> None:
    assert index().kernel("ApplyLight") is None


def test_a_name_local_to_another_file_is_not_reached() -> None:
    other = edited(XLA, "namespace {", "namespace {\nint LocalSign(int x) { return 0; }\n")
    found = [one for one in kernel("ApplyHeavy", other).regions if one.symbol == "LocalSign"]
    assert [one.span.path for one in found] == [KERNELS]


def test_every_byte_is_parsed_opaque_or_skipped_with_a_reason() -> None:
    coverage = {one.path: one for one in index().coverage}
    for one in coverage.values():
        assert one.parsed + one.opaque + one.skipped == one.total
        assert one.opaque == 0
        assert sum(size for _, size in one.reasons) == one.skipped
    assert ("annotation NO_THREAD_SAFETY_ANALYSIS", 25) in coverage[KERNELS].reasons
    assert coverage[HEADER].skipped == 0


def test_a_macro_that_no_file_defines_is_unknown_with_its_place() -> None:
    (unknown,) = next(one.unknowns for one in index({TYPES: ""}).coverage if one.path == KERNELS)
    assert unknown.reason == "macro is defined in none of the files read"
    assert unknown.text == "TF_CALL_FLOAT_TYPES ( REGISTER_CPU_KERNELS ) ;"
    assert unknown.span is not None
    assert unknown.span.path == KERNELS


def test_source_that_does_not_parse_taints_the_kernels_that_hold_it() -> None:
    broken = edited(KERNELS, "const Device& device =", "const ( Device& ) ( device =")
    assert any("grammar" in one.reason for one in kernel("ApplyHeavy", broken).unknowns)


def test_the_walk_gives_bindings_and_the_kernel_class_first() -> None:
    walks = {walk.device: walk for walk in index().walks("ApplyHeavy")}
    assert set(walks) == {"cpu", "gpu"}
    first = walks["cpu"].reached[0]
    assert first.definition.region.symbol == "ApplyHeavyOp"
    assert dict(first.bindings) == {"Device": "CPUDevice", "T": "float", "has_shrinkage": "false"}
