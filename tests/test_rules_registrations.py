"""Kernels that come with the memory that all others of their op have are told by type alone."""

from dataclasses import replace

from tfdiff.facts import KernelFacts, OpFacts, OptimizerFacts, Region, Registration, Span
from tfdiff.rules.kernel_registration_changed import check
from tfdiff.rules.pair import Pair

PLACE = Span("k.cc", 1, 1)
NAME = "tf.train.GlideOptimizer"


def kernel(op: str, *made: tuple[str, tuple[str, ...]]) -> KernelFacts:
    region = Region("op", op, None, "", "", span=PLACE)
    return KernelFacts(
        OpFacts(op, (), (), (), (), "", region, PLACE),
        tuple(
            Registration(op, "GPU", (("T", kind),), memory, f"{op}Op", PLACE)
            for kind, memory in made
        ),
        (),
        (),
        (),
    )


def titles(old: tuple[KernelFacts, ...], new: tuple[KernelFacts, ...]) -> list[str]:
    before, after = (
        replace(OptimizerFacts.absent(NAME), kernels=kernels) for kernels in (old, new)
    )
    return [told.finding.title for told in check(Pair(NAME, before, after, (), ()))]


def test_types_that_came_for_several_ops_are_told_together() -> None:
    own, other = ("var", "m"), ("var",)
    old = kernel("ApplyGlide", ("float", own)), kernel("ApplySlide", ("float", other))
    new = (
        kernel("ApplyGlide", ("float", own), ("half", own)),
        kernel("ApplySlide", ("float", other), ("half", other)),
    )
    assert titles(old, new) == ["ApplyGlide, ApplySlide: now on GPU for T=half"]


def test_memory_is_told_where_the_types_of_a_device_differ_in_it() -> None:
    some = ("float", ("var",)), ("double", ())
    old, new = (kernel("ApplyGlide", *some),), (kernel("ApplyGlide", *some, ("half", ("var",))),)
    assert titles(old, new) == ["ApplyGlide: now on GPU with var in host memory for T=half"]
