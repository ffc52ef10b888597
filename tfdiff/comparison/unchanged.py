"""What was checked and is the same: nothing found is also a result."""

from collections.abc import Iterator

from tfdiff.facts import KernelFacts, Literal, Value
from tfdiff.findings import Finding
from tfdiff.rules.matching import slots as state
from tfdiff.rules.pair import Pair


def unchanged(pair: Pair, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """One entry a fact that both releases have and that says the same, in reading order.

    A fact that could not be read on either side is not among them.
    """
    return tuple(
        dict.fromkeys(
            (
                *(f"update:{item.path}" for item in pair.verdicts if item.verdict == "identical"),
                *_parameters(pair, findings),
                *_state(pair),
                *(entry for kernels in pair.kernels() for entry in _kernel(*kernels)),
                *_regions(pair),
            )
        )
    )


def _parameters(pair: Pair, findings: tuple[Finding, ...]) -> Iterator[str]:
    new = {parameter.name: parameter for parameter in pair.new.parameters}
    for parameter in pair.old.parameters:
        after = new.get(parameter.name)
        if after and after.kind == parameter.kind:
            yield f"parameter:{parameter.name}"
            if _same(parameter.effective, after.effective):
                yield f"default:{parameter.name}"
    if not any(finding.rule.startswith("parameter-") for finding in findings):
        yield "signature"


def _state(pair: Pair) -> Iterator[str]:
    for old, new in state.matched(pair).kept:
        name = state.subject(new)
        yield name
        facts = {
            "initial": (old.initial, new.initial),
            "key": (old.scope, new.scope),
            "dtype": (old.dtype, new.dtype),
            "shape": (old.shape, new.shape),
        }
        yield from (f"{name}:{what}" for what, values in facts.items() if _same(*values))


def _kernel(old: KernelFacts | None, new: KernelFacts | None) -> Iterator[str]:
    if not (old and new):
        return
    name = new.op.name
    if (old.op.inputs, old.op.outputs, old.op.attrs) == (
        new.op.inputs,
        new.op.outputs,
        new.op.attrs,
    ):
        yield f"op:{name}"
    if set(old.registrations) == set(new.registrations):
        yield f"registrations:{name}"
    before, after = dict(old.locking), dict(new.locking)
    for kernel in sorted(before.keys() & after.keys()):
        if before[kernel] == after[kernel]:
            yield f"locking:{kernel}"


def _regions(pair: Pair) -> Iterator[str]:
    for item in pair.regions:
        if item.same_code:
            yield f"{item.region.kind}:{item.region.symbol}"


def _same(old: Value | None, new: Value | None) -> bool:
    """Whether both sides are known and the same; required on both sides is the same too."""
    if old is None or new is None:
        return old is new
    return isinstance(old, Literal) and isinstance(new, Literal) and old == new
