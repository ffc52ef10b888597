"""From an op's registrations to its update rule on each device.

The symbols of a rule are the op's inputs and attributes. Beside them stand

- ``inner_dim``: how many elements a row has. Sparse kernels choose by it between a path over
  rows and a path over single elements, and the two need not agree: a rule that holds
  ``select(inner_dim > 1, row, element)`` says that they do not;
- ``var[i]``: an element other than the one that is updated, as a kernel (mistakenly) reads it.
"""

from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakKeyDictionary

from tfdiff.extract.cxx.bodies import Bodies
from tfdiff.extract.cxx.index import KernelIndex
from tfdiff.extract.cxx.link import Walk
from tfdiff.extract.cxx.symbolic import calls, templates
from tfdiff.extract.cxx.symbolic.guards import DEFINED
from tfdiff.extract.cxx.symbolic.locations import STRUCTURAL, Locations, shown
from tfdiff.extract.cxx.symbolic.machine import Machine
from tfdiff.extract.cxx.symbolic.precision import both, own_type
from tfdiff.extract.cxx.symbolic.program import Program
from tfdiff.extract.cxx.symbolic.values import Context, Storage
from tfdiff.facts import Device, Duplicates, KernelRule, OpFacts, Unknown
from tfdiff.ir.expr import opaque, symbol
from tfdiff.ir.walk import States, opaques, replaced_states, symbols

_ENTRY: Final = ("Compute", "Compile", "ComputeAsync")
_DEVICES: Final[tuple[Device, ...]] = ("cpu", "gpu", "xla", "sycl")
_WHOLE: Final = ("int32", "int64")


def kernel_rules(index: KernelIndex, bodies: Bodies, op_name: str) -> tuple[KernelRule, ...]:
    """The update rule of an op on every device that it is registered for."""
    op = index.ops.get(op_name)
    if op is None:
        return ()
    found: dict[Device, KernelRule] = {}
    for walk in index.walks(op_name):
        for device in _DEVICES if walk.device is None else (walk.device,):
            rule = _once(bodies, op, walk, device)
            found[device] = _agreed(found[device], rule) if device in found else rule
    return tuple(found[device] for device in _DEVICES if device in found)


def _agreed(first: KernelRule, second: KernelRule) -> KernelRule:
    """One rule for a device where several classes do the work, each for some data types."""
    if first.states == second.states:
        return replace(first, converted=first.converted or second.converted)
    reason = "depends on the data type: several kernel classes do the work"
    text = ", ".join((*first.symbols[:1], *second.symbols[:1]))
    names = dict.fromkeys(name for rule in (first, second) for name, _ in rule.states)
    states = tuple(
        (name, dict(first.states)[name])
        if dict(first.states).get(name) is dict(second.states).get(name)
        else (name, opaque(text, reason))
        for name in names
    )
    unknowns = (*first.unknowns, *second.unknowns, Unknown(reason, text))
    symbols_ = dict.fromkeys((*first.symbols, *second.symbols))
    return replace(first, states=states, symbols=tuple(symbols_), unknowns=unknowns, converted=())


@dataclass(slots=True)
class _Known:
    """What one release's ops share: programs, and rules of classes that several ops use."""

    programs: dict[tuple[Device, tuple[str, ...]], Program] = field(default_factory=dict)
    rules: dict[tuple[object, ...], KernelRule] = field(default_factory=dict)


_known: WeakKeyDictionary[Bodies, _Known] = WeakKeyDictionary()


def _once(bodies: Bodies, op: OpFacts, walk: Walk, device: Device) -> KernelRule:
    # ``ApplyAdam`` and ``ResourceApplyAdam`` are one class with the same inputs.
    registered = walk.registered
    key = (
        *(device, registered.fact.span.path, registered.class_name, registered.arguments),
        *(_inputs(op), op.attrs),
    )
    rules = _known.setdefault(bodies, _Known()).rules
    if key not in rules:
        rules[key] = _rule(bodies, op, walk, device)
    return replace(rules[key], op=op.name)


def _rule(bodies: Bodies, op: OpFacts, walk: Walk, device: Device) -> KernelRule:
    inputs = _inputs(op)
    sparse = any(each.kind == "index" for each in inputs)
    machine = Machine(
        program=_program(bodies, walk, device),
        inputs=inputs,
        attributes=frozenset(each.name for each in op.attrs if not _is_type(each.type)),
        locations=Locations(sparse),
        own_type=own_type(walk.registered.arguments),
    )
    _run(machine, walk)
    values = (
        (storage.name, machine.store.number(machine.own(storage)))
        for storage in inputs
        if storage.kind == "state" and storage.name in machine.written
    )
    states, converted = both(machine, _shown_sizes(machine.settled(tuple(values))))
    return KernelRule(
        op=op.name,
        device=device,
        states=states,
        duplicates=_duplicates(machine, device) if sparse else None,
        symbols=_symbols(machine, walk),
        unknowns=_reaching(machine, states),
        converted=converted,
    )


def _program(bodies: Bodies, walk: Walk, device: Device) -> Program:
    paths = {one.definition.region.span.path for one in walk.reached}
    key = (device, tuple(sorted({walk.registered.fact.span.path, *paths})))
    programs = _known.setdefault(bodies, _Known()).programs
    if key not in programs:
        program = programs[key] = Program(device, DEFINED[device])
        for path in key[1]:
            program.add(bodies.parsed(path))
    return programs[key]


def _is_type(kind: str) -> bool:
    return kind.endswith("type") or (kind.startswith("{") and '"' not in kind and "'" not in kind)


def _inputs(op: OpFacts) -> tuple[Storage, ...]:
    indices = {attr.name for attr in op.attrs if _is_type(attr.type) and _only_whole(attr.type)}
    return tuple(
        Storage(
            each.name,
            "state"
            if each.type.startswith("Ref(") or each.type == "resource"
            else "index"
            if each.type in indices
            else "value",
        )
        for each in op.inputs
    )


def _only_whole(kind: str) -> bool:
    listed = [each.strip() for each in kind.strip("{}").split(",")]
    return kind.startswith("{") and all(each in _WHOLE for each in listed)


def _run(machine: Machine, walk: Walk) -> None:
    registered = walk.registered
    kernel = templates.make(machine, registered.class_name, registered.arguments)
    if kernel is None:
        _fail(machine, walk, f"class {registered.class_name} has no body in the files read")
        return
    calls.construct(machine, kernel)
    machine.written.clear()
    entries = [code for name in _ENTRY for code in calls.methods_of(kernel.instance, name)]
    if not entries:
        _fail(machine, walk, f"class {registered.class_name} has no Compute in the files read")
        return
    calls.enter(machine, entries[0], (), [Context()], kernel.instance)
    if not any(each.name in machine.written for each in machine.inputs if each.kind == "state"):
        _fail(machine, walk, "no write to a variable was found")


def _fail(machine: Machine, walk: Walk, reason: str) -> None:
    fact = walk.registered.fact
    machine.unknowns.append(Unknown(reason, fact.kernel, fact.span))
    for storage in machine.inputs:
        if storage.kind == "state":
            machine.write(machine.own(storage), machine.not_read(fact.kernel, reason))


def _shown_sizes(states: States) -> States:
    """Sizes under the names that people see: ``#inner_dim`` is ``inner_dim``."""
    names = symbols(value for _, value in states)
    sizes = {symbol(name) for name in names if name.startswith(STRUCTURAL)}
    return replaced_states(states, {size: symbol(shown(size)) for size in sizes})


def _symbols(machine: Machine, walk: Walk) -> tuple[str, ...]:
    """The regions whose code ran."""
    ran = [(code.parsed.path, code.node.start_byte) for code in machine.ran]
    regions = (one.definition for one in walk.reached)
    return tuple(
        dict.fromkeys(
            definition.region.symbol
            for definition in regions
            if any(
                path == definition.region.span.path and definition.start <= start < definition.end
                for path, start in ran
            )
        )
    )


def _reaching(machine: Machine, states: States) -> tuple[Unknown, ...]:
    """The unknowns that taint a value; what is not understood elsewhere does no harm."""
    tainting = {(each.text, each.reason) for each in opaques(value for _, value in states)}
    noted = tuple(each for each in machine.unknowns if (each.text, each.reason) in tainting)
    rest = sorted(tainting - {(each.text, each.reason) for each in noted})
    return (*noted, *(Unknown(reason, text) for text, reason in rest))


def _duplicates(machine: Machine, device: Device) -> Duplicates:
    if machine.atomic:
        return "summed"
    # Threads that hit the same row race: what is left is not decided by the source.
    return "sequential" if device == "cpu" and not machine.concurrent else "unknown"
