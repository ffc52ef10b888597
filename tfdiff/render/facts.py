"""Everything read about one optimizer at one release, for the terminal."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tfdiff.render.formulas import as_text
from tfdiff.render.tables import checkpoint_key, unread, value_words
from tfdiff.render.visible import one_line
from tfdiff.render.wording import counted
from tfdiff.rules.matching.conditions import readable

_LONGEST = 160  # characters of a phrase that still reads as one

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from tfdiff.comparison.agreement import Agreement
    from tfdiff.facts import KernelFacts, OptimizerFacts, Parameter, Span, UpdateRule
    from tfdiff.sources.tree import Release


def show(
    facts: "OptimizerFacts",
    release: "Release",
    console: "Console",
    agreements: "tuple[Agreement, ...]" = (),
) -> None:
    """Print all facts: constructor, state, update rules, calls and kernels, and what is unread.

    Args:
        facts: one optimizer at one release.
        release: the release.
        console: where to print.
        agreements: how its paths compare with each other.
    """
    console.print(
        Text.assemble((one_line(facts.name), "bold"), f"  {release.ref}  {_where(facts.span)}")
    )
    if facts.public_names[1:]:
        console.print(Text(f"also {', '.join(map(one_line, facts.public_names[1:]))}", style="dim"))
    console.print(Text(" < ".join(one_line(base.name) for base in facts.ancestry), style="dim"))
    for title, parts in _sections(facts, agreements):
        shown = list(parts)
        if shown:
            console.print()
            console.print(Text(title, style="bold"))
            for part in shown:
                console.print(part)


def _sections(
    facts: "OptimizerFacts", agreements: "tuple[Agreement, ...]"
) -> "Iterator[tuple[str, Iterable[RenderableType]]]":
    yield "Constructor", _parameters(facts)
    yield "State", _slots(facts)
    yield "Update rule", _rules(facts.rules)
    yield "Do all paths follow the same rule?", _agreements(agreements)
    yield "Ops", _calls(facts)
    yield "Kernels", (_kernel(kernel) for kernel in facts.kernels)
    yield "Source it reaches", _regions(facts)
    yield "Not read", _unread(facts)


def _table(rows: Iterable[tuple[str, ...]]) -> "Iterator[Table]":
    """A grid of plain cells, indented; nothing without rows."""
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row(
            *(
                Text(("  " if not number else "") + one_line(cell))
                for number, cell in enumerate(row)
            )
        )
    if table.row_count:
        yield table


def _parameters(facts: "OptimizerFacts") -> "Iterator[Table]":
    held = dict(facts.hyperparameters)
    return _table(
        (_signature(parameter), ", ".join(f"self.{name}" for name in held.get(parameter.name, ())))
        for parameter in facts.parameters
    )


def _signature(parameter: "Parameter") -> str:
    stars = parameter.kind if parameter.kind in {"*", "**"} else ""
    if parameter.default is None:
        return f"{stars}{parameter.name}"
    shown = f"{parameter.name}={value_words(parameter.default)}"
    if parameter.effective is not None and parameter.effective != parameter.default:
        shown += f" (used: {value_words(parameter.effective)})"
    return shown


def _slots(facts: "OptimizerFacts") -> "Iterator[Table]":
    return _table(
        (
            slot.name,
            "per variable" if slot.per_variable else "once",
            f"starts as {value_words(slot.initial)}",
            checkpoint_key(slot),
            slot.condition or "",
        )
        for slot in facts.slots
    )


def _rules(rules: "tuple[UpdateRule, ...]") -> "Iterator[RenderableType]":
    """Each rule once, with all the paths that have it."""
    groups: dict[object, list[UpdateRule]] = {}
    for rule in rules:
        groups.setdefault((rule.states, rule.duplicates), []).append(rule)
    for group in groups.values():
        yield Text(f"  {', '.join(str(rule.path) for rule in group)}", style="cyan")
        shown, _ = as_text(group[0].states, group[0].states)
        if shown.rows_only:
            yield Text(
                "    for the rows in the gradient; the others keep their values", style="dim"
            )
        if shown.left_out:
            yield Text(f"    {one_line(shown.left_out)}", style="dim")
        for line in shown.lines:
            formula = f"{one_line(line.target)} = {one_line(line.value)}"
            yield Padding(Text(formula), (0, 0, 0, 4), expand=False)
        if group[0].duplicates:
            yield Text(f"    repeated indices: {group[0].duplicates}", style="dim")


_SAID = {
    "identical": "the same as {reference}",
    "equal": "the same as {reference} up to rounding",
    "conditional": "the same as {reference} except {condition}",
    "differs": "another rule than {reference}",
    "undecided": "not compared with {reference}: {reason}",
}


def _agreements(agreements: "tuple[Agreement, ...]") -> Iterator[Text]:
    """One line for the paths that compare alike with the first one."""
    for one in agreements:
        verdict = one.verdict
        condition = readable(verdict.condition) if verdict.condition else ""
        said = _SAID[verdict.verdict].format(
            reference=one.reference,
            condition=condition if condition.startswith("in rows") else f"if {condition}",
            reason=verdict.reason or "",
        )
        if verdict.verdict == "differs" and condition:
            said += f" ({condition}, as by default)"
        style = "" if verdict.verdict in {"identical", "equal"} else "yellow"
        paths = ", ".join(str(path) for path in one.paths)
        yield Text(f"  {one_line(paths)}: {one_line(said)}", style=style)
        for aspect in verdict.aspects:
            told = aspect.kind != "guard-changed" and len(aspect.phrase) < _LONGEST
            if told and verdict.verdict in {"conditional", "differs"}:
                yield Text(f"    {one_line(aspect.state)}: {one_line(aspect.phrase)}", style="dim")


def _calls(facts: "OptimizerFacts") -> "Iterator[RenderableType]":
    for call in facts.calls:
        yield Text(f"  {one_line(call.op)}  from {one_line(call.method)}")
        passed = ", ".join(f"{name}={text}" for name, text in call.arguments)
        yield Padding(Text(one_line(passed), style="dim"), (0, 0, 0, 4), expand=False)


def _kernel(kernel: "KernelFacts") -> Text:
    devices: dict[str, set[str]] = {}
    for registration in kernel.registrations:
        types = devices.setdefault(registration.device, set())
        types.update(name for _, name in registration.types)
    said = "; ".join(
        f"{device}: {', '.join(sorted(types)) or 'any type'}" for device, types in devices.items()
    )
    return Text(f"  {one_line(kernel.op.name)}  {one_line(said) or 'no kernel registered'}")


def _regions(facts: "OptimizerFacts") -> "Iterator[Table]":
    kernels = (region for kernel in facts.kernels for region in kernel.regions)
    found = dict.fromkeys((*facts.regions, *kernels))
    return _table((region.kind, region.symbol, _where(region.span)) for region in found)


def _unread(facts: "OptimizerFacts") -> Iterator[Text]:
    rules = (unknown for rule in facts.rules for unknown in rule.unknowns)
    kernels = (unknown for kernel in facts.kernels for unknown in kernel.unknowns)
    found = unread((*facts.unknowns, *kernels, *rules))
    yield from (Text(f"  the source has no {one_line(what)}") for what in facts.missing)
    for one in found:
        quoted = f"  {one_line(one.text)}" if one.text else ""
        yield Text(f"  {one_line(one.reason)}  {one_line(one.where)}{quoted}", style="magenta")
    if found:
        yield Text(f"  {counted(len(found), 'stretch', 'stretches')}", style="dim")


def _where(span: "Span") -> str:
    return f"{one_line(span.path)}:{span.line}"
