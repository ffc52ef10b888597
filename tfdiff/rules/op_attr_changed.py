"""An op that the optimizer calls takes other inputs or attributes.

What it reports:
Inputs, outputs and attributes (type and default) of an op that both releases call, where they
differ. Ops that differ in the same way are one finding.

Effect on training:
An attribute's default acts on graphs that do not set it. Other inputs or types break calls of the
raw op and saved graphs.

Not reported:
Documentation, flags and shape functions of the op.

Example:
``ApplyAdam`` gets ``use_nesterov: bool = false``.
"""

from collections.abc import Iterator

from tfdiff.facts import OpArg, OpFacts
from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import declared
from tfdiff.rules.matching.values import shown
from tfdiff.rules.pair import Change, Pair, place
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """Common ops whose signature differs, folded by what differs."""
    folded: dict[tuple[str, ...], list[tuple[OpFacts, OpFacts]]] = {}
    for old, new in pair.kernels():
        if old and new and (said := _differences(old.op, new.op)):
            folded.setdefault(said, []).append((old.op, new.op))
    for said, ops in folded.items():
        names = ", ".join(new.name for _, new in ops)
        finding = Finding(
            rule="op-attr-changed",
            optimizer=pair.name,
            facet="kernel-attr",
            effect="api",
            certainty="proved",
            subject=names,
            condition=None,
            title=f"{names}: {'; '.join(said)}",
            explanation="Calls through the optimizer pass the arguments of their own release. Raw "
            "calls of the op, and graphs saved at one release and loaded at the other, meet the "
            "other signature.",
            remedy="Nothing to do for training scripts; check saved graphs that hold the op.",
            old=place(ops[0][0].span),
            new=place(ops[0][1].span),
        )
        yield Told(
            finding, (*declared(pair, "op", [new.name for _, new in ops]), *_read(pair, ops))
        )


def _read(pair: Pair, ops: list[tuple[OpFacts, OpFacts]]) -> Iterator[Change]:
    """Where kernels read the attributes that came or went."""
    attrs = {attr.name for old, new in ops for attr in {*old.attrs} ^ {*new.attrs}}
    names = {spelled for name in attrs for spelled in (f'"{name}"', f"{name}_")}
    for item in pair.regions:
        for change in item.open:
            if change.topic == "attribute" and names & {*change.removed, *change.added}:
                yield change


def _differences(old: OpFacts, new: OpFacts) -> tuple[str, ...]:
    """One phrase for every input, output and attribute that differs."""
    return (
        *_mapping("input", _types(old.inputs), _types(new.inputs)),
        *_mapping("output", _types(old.outputs), _types(new.outputs)),
        *_mapping("attribute", _attributes(old), _attributes(new)),
    )


def _types(arguments: tuple[OpArg, ...]) -> dict[str, str]:
    return {argument.name: argument.type for argument in arguments}


def _attributes(op: OpFacts) -> dict[str, str]:
    return {
        attr.name: attr.type if attr.default is None else f"{attr.type} = {shown(attr.default)}"
        for attr in op.attrs
    }


def _mapping(what: str, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name in sorted(new.keys() - old.keys()):
        yield f"new {what} {name}: {new[name]}"
    for name in sorted(old.keys() - new.keys()):
        yield f"{what} {name} removed"
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            yield f"{what} {name} is {new[name]}, was {old[name]}"
