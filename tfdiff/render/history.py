"""Histories in the terminal and as JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tfdiff.render.visible import one_line
from tfdiff.render.wording import parts

if TYPE_CHECKING:
    from rich.console import Console

    from tfdiff.history import Compared, History, Step
    from tfdiff.render.wording import Part


def show(history: "History", console: "Console") -> None:
    """Print every step that changed something: its verdicts, then its changes."""
    console.print(Text(one_line(history.name), style="bold"))
    quiet = 0
    for step in history.steps:
        if not _changed(step.compared):
            quiet += 1
            continue
        console.print()
        said = "  ".join(f"{part.icon} {part.name} {part.verdict}" for part in _told(step.compared))
        console.print(Text(f"{step.old} -> {step.new}", style="bold"), Text(said))
        for finding in step.compared.changes:
            if finding.effect != "none":
                console.print(Text(f"  {finding.effect}: {one_line(finding.title)}"))
    console.print()
    console.print(Text(f"{quiet} of {len(history.steps)} steps change nothing."))
    if history.absent:
        console.print(Text(f"No such optimizer in {', '.join(history.absent)}."))


def _changed(compared: "Compared") -> bool:
    return any(finding.effect != "none" for finding in compared.changes) or any(_told(compared))


def _told(compared: "Compared") -> "Iterator[Part]":
    """The parts that are not the same."""
    return (part for part in parts(compared.verdict) if part.tone != "good")


def document(history: "History") -> str:
    """The history as JSON: one entry a step, with the five verdicts and the findings' ids."""
    steps = [_step(step) for step in history.steps]
    body = {"optimizer": history.name, "absent": list(history.absent), "steps": steps}
    return json.dumps(body, indent=2) + "\n"


def _step(step: "Step") -> dict[str, object]:
    return {
        "old": step.old,
        "new": step.new,
        "verdict": {part.name: part.verdict for part in parts(step.compared.verdict)},
        "findings": [
            {
                "id": finding.id,
                "rule": finding.rule,
                "effect": finding.effect,
                "title": finding.title,
            }
            for finding in step.compared.changes
        ],
    }


def facts(stretches: Sequence[tuple[str, str, str | None]], console: "Console") -> None:
    """Print a property's value over the releases, one line a stretch with the same value."""
    table = Table.grid(padding=(0, 2))
    for first, last, value in stretches:
        releases = first if first == last else f"{first} ... {last}"
        table.add_row(releases, "(no such thing)" if value is None else one_line(value))
    console.print(table)


def alike(told: "Sequence[tuple[str, Compared]]", console: "Console") -> None:
    """Print which releases move the weights the same way with the same defaults."""
    table = Table.grid(padding=(0, 2))
    for release, compared in told:
        different = ", ".join(f"{part.name} {part.verdict}" for part in _told(compared))
        table.add_row(release, different or "the same")
    console.print(table)
