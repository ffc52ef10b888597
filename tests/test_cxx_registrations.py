import pytest

from tests.cxx_kit import KERNELS, MINIATURE, OPS, TYPES, edited, index, kernel
from tfdiff.facts import Literal, OpArg, OpAttr, Region, Registration

BLOCK = 'REGISTER_KERNEL_BUILDER(Name("ApplyNothing"){chain}, ApplyNothingOp<CPUDevice, float>);'


def registered(op: str, changes: dict[str, str] | None = None) -> set[tuple[str, str]]:
    found = kernel(op, changes).registrations
    return {(one.device, "/".join(type_ for _, type_ in one.types)) for one in found}


def region(op: str, changes: dict[str, str] | None = None) -> Region:
    found = (one for one in kernel(op, changes).regions if one.kind == "registration")
    return next(one for one in found if "KERNEL_BUILDER" in one.symbol)


def appended(text: str) -> dict[str, str]:
    return {KERNELS: MINIATURE[KERNELS] + text + "\n"}


def types_of(chain: str) -> tuple[Registration, ...]:
    return kernel("ApplyNothing", appended(BLOCK.format(chain=chain))).registrations


def test_macros_expand_to_one_registration_per_device_and_type() -> None:
    assert registered("ApplyHeavy") == {("CPU", "half"), ("CPU", "float"), ("GPU", "float")}


def test_type_lists_come_from_the_release_itself() -> None:
    more = edited(
        TYPES,
        "TF_CALL_half(m) TF_CALL_float(m)",
        "TF_CALL_half(m) TF_CALL_float(m) TF_CALL_int64(m)",
    )
    assert ("CPU", "int64") in registered("ApplyHeavy", more)


def test_a_macro_defined_again_after_undef_has_its_new_meaning() -> None:
    assert registered("ApplyHeavyV2") == {("CPU", "float")}


def test_the_kernel_class_is_kept_with_its_template_arguments() -> None:
    (one,) = kernel("ApplyHeavyV2").registrations
    assert one.kernel == "ApplyHeavyOp<CPUDevice, float, true>"


def test_host_memory_is_sorted_and_kept_per_registration() -> None:
    hosts = {one.host_memory for one in kernel("ResourceApplyHeavy").registrations}
    assert hosts == {("var",), ()}
    (two,) = types_of('.Device(DEVICE_CPU).HostMemory("var").HostMemory("accum")')
    assert two.host_memory == ("accum", "var")


def test_xla_registrations_take_their_named_type_list() -> None:
    xla = {pair for pair in registered("ResourceApplyHeavy") if pair[0] == "XLA"}
    assert xla == {("XLA", "half"), ("XLA", "float")}


@pytest.mark.parametrize(
    ("chain", "types"),
    [
        ('.Device(DEVICE_CPU).TypeConstraint<::tensorflow::int64>("T")', ["int64"]),
        ('.Device(DEVICE_CPU).TypeConstraint<int64_t>("T")', ["int64"]),
        ('.Device(DEVICE_CPU).TypeConstraint("T", DT_HALF)', ["half"]),
        ('.Device(DEVICE_CPU).TypeConstraint("T", {DT_HALF, DT_INT32})', ["half", "int32"]),
        (".Device(DEVICE_CPU)", [""]),
    ],
)
def test_a_type_has_one_name_however_it_is_written(chain: str, types: list[str]) -> None:
    found = types_of(chain)
    assert ["".join(type_ for _, type_ in one.types) for one in found] == types


def test_combinations_of_types_are_listed_one_by_one() -> None:
    found = types_of(
        '.Device(DEVICE_CPU).TypeConstraint<float>("T")'
        '.TypeConstraint("Tindices", {DT_INT32, DT_INT64})'
    )
    assert [one.types for one in found] == [
        (("T", "float"), ("Tindices", "int32")),
        (("T", "float"), ("Tindices", "int64")),
    ]


def test_each_build_registers_what_its_conditions_let_through() -> None:
    text = """
#ifdef TENSORFLOW_USE_SYCL
REGISTER_KERNEL_BUILDER(Name("ApplyNothing").Device(DEVICE_SYCL), NothingOp<SYCLDevice>);
#elif defined(INTEL_MKL) && defined(ENABLE_MKL)
REGISTER_KERNEL_BUILDER(Name("ApplyNothing").Device(DEVICE_MKL), NothingOp<MKLDevice>);
#else
REGISTER_KERNEL_BUILDER(Name("ApplyNothing").Device(DEVICE_CPU), NothingOp<CPUDevice>);
#endif
"""
    assert registered("ApplyNothing", appended(text)) == {("SYCL", ""), ("CPU", "")}


def test_names_are_pasted_made_strings_and_joined() -> None:
    text = """
#define ADD(op, kind) REGISTER_KERNEL_BUILDER(Name("Apply" #op).Device(DEVICE_CPU), kind##Op<T>)
ADD(Nothing, Some);
"""
    (one,) = kernel("ApplyNothing", appended(text)).registrations
    assert one.kernel == "SomeOp<T>"


def test_moving_registrations_into_other_macros_is_no_change() -> None:
    written_out = edited(
        KERNELS,
        "TF_CALL_FLOAT_TYPES(REGISTER_CPU_KERNELS);",
        "REGISTER_KERNELS(CPU, float);\nREGISTER_KERNELS(CPU, Eigen::half);",
    )
    assert region("ApplyHeavy") == region("ApplyHeavy", written_out)
    fewer = edited(KERNELS, "TF_CALL_FLOAT_TYPES(REGISTER_CPU", "TF_CALL_float(REGISTER_CPU")
    assert region("ApplyHeavy") != region("ApplyHeavy", fewer)


def test_the_region_shows_the_lines_from_the_macro_to_the_last_call() -> None:
    lines = region("ApplyHeavy").text.split("\n")
    assert lines[0].startswith("#define REGISTER_KERNELS(D, T)")
    assert lines[-1] == "REGISTER_KERNELS(GPU, float);"


def test_a_registration_of_another_kind_is_unknown() -> None:
    text = 'REGISTER_OP_GRADIENT("ApplyHeavy", HeavyGrad);\n'
    coverage = {one.path: one for one in index(appended(text)).coverage}
    (unknown,) = coverage[KERNELS].unknowns
    assert unknown.reason == "registers something else than a kernel"
    assert coverage[KERNELS].opaque == len(unknown.text)


def test_op_definitions_are_read_with_types_defaults_and_flags() -> None:
    op = kernel("ApplyHeavy").op
    assert op.inputs == (OpArg("var", "Ref(T)"), OpArg("lr", "T"))
    assert op.outputs == (OpArg("out", "Ref(T)"),)
    assert op.attrs == (
        OpAttr("T", "numbertype", None),
        OpAttr("use_locking", "bool", Literal(False, "false")),  # noqa: FBT003
    )
    assert op.shape_function == "[](InferenceContext*c){return HeavyShapeFn(c,false);}"
    assert kernel("ApplyHeavyV2").op.flags == ("SetIsStateful",)


@pytest.mark.parametrize(
    ("spec", "type_", "value"),
    [
        ("epsilon: float = 1e-4", "float", 1e-4),
        ("N: int >= 1 = 2", "int >= 1", 2),
        ("N: int >= 1", "int >= 1", None),
        ("Tindices: {int32, int64} = DT_INT64", "{int32, int64}", "DT_INT64"),
        ("container: string = ''", "string", ""),
        ("shapes: list(int) = [1, 2]", "list(int)", (1, 2)),
    ],
)
def test_attribute_defaults_are_values(spec: str, type_: str, value: object) -> None:
    changed = edited(OPS, '.Attr("T: numbertype")\n    .SetIs', f'.Attr("{spec}")\n    .SetIs')
    (attr,) = kernel("ApplyHeavyV2", changed).op.attrs
    assert attr.type == type_
    assert (attr.default.value if isinstance(attr.default, Literal) else None) == value


def test_documentation_is_no_part_of_an_ops_tokens() -> None:
    other = edited(OPS, "see ", "look at ")
    old, new = kernel("ApplyHeavy").op.region, kernel("ApplyHeavy", other).op.region
    assert old.tokens == new.tokens
    assert old.docs != new.docs
