"""From the interpreter's memory to update rules: names, order, devices, what was not read."""

from tfdiff.extract.python.interpret.kernels import NO_KERNEL, Kernels, Linker, devices
from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.precision import settled_numbers, tensor_names
from tfdiff.extract.python.interpret.rows import row_gradient, split
from tfdiff.extract.python.interpret.state import STATE, commit
from tfdiff.extract.python.interpret.values import EXPRESSIONS
from tfdiff.facts import Device, Duplicates, Unknown, UpdatePath, UpdateRule
from tfdiff.ir.expr import Expr, Operation, number, symbol
from tfdiff.ir.precision import unconverted
from tfdiff.ir.walk import opaques, replaced


def finished(machine: Machine, kernels: Kernels, failure: str | None) -> tuple[UpdateRule, ...]:
    """One rule for each device on which the step can be carried out."""
    for state in tuple(machine.memory.pending):
        commit(machine, state)
    if failure is not None:
        reason = f"the step ends with {failure}"
        if machine.wrapped:
            reason = f"it wraps another optimizer ({', '.join(sorted(machine.wrapped))}), {reason}"
        machine.memory.states = {f"{STATE}var": machine.not_read("apply_gradients", reason)}
    elif not machine.keeps_variable and _unchanged(machine):
        reason = "nothing that was read changes the variable"
        machine.memory.states[f"{STATE}var"] = machine.not_read("apply_gradients", reason)
    rules = (_rule(machine, kernels, device) for device in devices(machine, kernels))
    return tuple(rule for rule in rules if NO_KERNEL not in dict(rule.states).values())


def _unchanged(machine: Machine) -> bool:
    return machine.memory.states[f"{STATE}var"] is symbol(f"{STATE}var")


def _rule(machine: Machine, kernels: Kernels, device: Device) -> UpdateRule:
    states = _kept(machine)
    names = tuple(states)
    linker = Linker(machine, kernels, device)
    values = linker.link(settled_numbers(machine, tuple(states.values())))
    values = tuple(row_gradient(value) for value in values)
    if machine.gradient == "sparse":
        values = tuple(split(value) for value in values)
    (*renamed, fails), shown = _renamed(machine, names, (*values, linker.fails))
    converted = tuple(zip(shown, renamed, strict=True))
    plain = unconverted(converted)
    used = [rule for op in machine.kernels if (rule := kernels(op, device)) is not None]
    places = {(one.text, one.reason): one.span for rule in used for one in rule.unknowns}
    places |= {(node.text, node.reason): span for node, span in machine.spans.items()}
    return UpdateRule(
        path=UpdatePath(machine.gradient, machine.variable, device),
        states=plain,
        duplicates=_duplicates(machine, kernels, device),
        symbols=(*machine.regions, *_kernel_symbols(machine, kernels, device)),
        unknowns=tuple(
            Unknown(node.reason, node.text, places.get((node.text, node.reason)))
            for node in opaques(renamed)
        ),
        fails=fails,
        converted=() if plain is converted else converted,
    )


def _kernel_symbols(machine: Machine, kernels: Kernels, device: Device) -> tuple[str, ...]:
    """The C++ that the step's ops were read from, each region once."""
    rules = (kernels(op, device) for op in machine.kernels)
    return tuple(dict.fromkeys(symbol for rule in rules if rule for symbol in rule.symbols))


def _kept(machine: Machine) -> dict[str, Expr]:
    """The trained variable and the states that the step changes, in creation order."""
    now = machine.memory.states
    order = [f"{STATE}var", *(name for name in machine.created if name in now)]
    return {
        name: now[name]
        for name in order
        if name == f"{STATE}var" or now[name] is not symbol(name) or _slot(machine, name)
    }


def _slot(machine: Machine, name: str) -> bool:
    return name in machine.created and not machine.created[name].scalar


def _renamed(
    machine: Machine, names: tuple[str, ...], values: tuple[Expr, ...]
) -> tuple[tuple[Expr, ...], tuple[str, ...]]:
    """The values of the states, and what else there is, under the names that a reader knows.

    A variable that no step changes is the hyperparameter it was made from. One that counts is
    ``step``. A slot called like a hyperparameter becomes ``slot:momentum``.
    """
    taken = {node.name for node in machine.parameters if hasattr(node, "name")}
    replacements: dict[Expr, Expr] = tensor_names(machine)
    shown: dict[str, str] = {}
    for name in machine.created:
        initial = machine.created[name].initial
        if name not in names and machine.memory.states.get(name) is symbol(name):
            if isinstance(initial, EXPRESSIONS):
                (replacements[symbol(name)],) = settled_numbers(machine, (initial,))
            elif isinstance(initial, int | float):
                replacements[symbol(name)] = number(str(initial))
            else:
                replacements[symbol(name)] = symbol(name.partition(":")[2])
    counters = [n for n, v in zip(names, values, strict=False) if _counts(machine, n, v)]
    for name in names:
        plain = name.partition(":")[2]
        if counters and name == counters[0]:
            plain = "step"
        shown[name] = f"slot:{plain}" if plain in taken | set(shown.values()) else plain
        replacements[symbol(name)] = symbol(shown[name])
    done = replaced(values, _closed(replacements))
    return tuple(done[value] for value in values), tuple(shown[name] for name in names)


def _closed(replacements: dict[Expr, Expr]) -> dict[Expr, Expr]:
    """The same replacements with what they bring in replaced as well."""
    for _ in range(3):
        done = replaced(replacements.values(), replacements)
        replacements = {old: done[new] for old, new in replacements.items()}
    return replacements


def _counts(machine: Machine, name: str, value: Expr) -> bool:
    made = machine.created.get(name)
    return (
        made is not None
        and made.scalar
        and made.initial in {0, None}
        and isinstance(value, Operation)
        and value.op == "add"
        and set(value.args) == {symbol(name), number(1)}
    )


def _duplicates(machine: Machine, kernels: Kernels, device: Device) -> Duplicates | None:
    """What repeated rows do: summed, unless single occurrences reach a kernel or a scatter."""
    if machine.gradient == "dense":
        return None
    found: set[Duplicates] = set()
    for mark in machine.duplicates:
        if mark.startswith("kernel "):
            rule = kernels(mark.removeprefix("kernel "), device)
            found.add(rule.duplicates or "unknown" if rule else "unknown")
        else:
            known: dict[str, Duplicates] = {"summed": "summed", "last": "last"}
            found.add(known.get(mark, "unknown"))
    if len(found) > 1:
        return "unknown"
    return next(iter(found), "summed")
