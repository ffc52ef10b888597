"""Histories: in the terminal, and as a file in the format of its extension."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import tfdiff
from tfdiff.render import format_of
from tfdiff.render.blocks import finding_block
from tfdiff.render.escape import prose
from tfdiff.render.json import FORMAT, finding_document
from tfdiff.render.visible import one_line
from tfdiff.render.wording import is_quiet, parts

if TYPE_CHECKING:
    from rich.console import Console

    from tfdiff.history import History, Step
    from tfdiff.render.wording import Part


def write(history: "History", path: Path) -> None:
    """Write a history to a file in the format of its extension, whole or not at all.

    Raises:
        UsageError: the extension stands for no format.
        OutputError: the file cannot be written; what stood there before still does.
    """
    from tfdiff.render.output import replace_file  # noqa: PLC0415 - only writing needs it

    match format_of(path):
        case "html":
            from tfdiff.render.history_page import page  # noqa: PLC0415 - it loads slowly

            text = page(history)
        case "json":
            text = document(history)
        case _:
            text = markdown(history)
    replace_file(path, text)


def show(history: "History", console: "Console") -> None:
    """Print every step that changed something: its verdicts, then its changes."""
    from rich.text import Text  # noqa: PLC0415 - files need no terminal

    console.print(Text(one_line(history.name), style="bold"))
    quiet = 0
    for step in history.steps:
        if not _changed(step):
            quiet += 1
            continue
        console.print()
        said = "  ".join(f"{part.icon} {part.name} {part.verdict}" for part in _told(step))
        console.print(Text(f"{step.old.ref} -> {step.new.ref}", style="bold"), Text(said))
        told = [one for one in step.report.findings if one.effect != "none"]
        for line in dict.fromkeys(f"  {one.effect}: {one_line(one.title)}" for one in told):
            console.print(Text(line))  # each once, however many places it has
    console.print()
    console.print(Text(f"{quiet} of {len(history.steps)} steps change nothing."))
    if history.absent:
        console.print(Text(f"No such optimizer in {', '.join(history.absent)}."))


def _changed(step: "Step") -> bool:
    return any(not is_quiet(finding) for finding in step.report.findings) or any(_told(step))


def _told(step: "Step") -> "Iterator[Part]":
    """The parts that are not the same."""
    return (part for part in parts(step.report.verdict) if part.tone != "good")


def document(history: "History") -> str:
    """The history as JSON: one entry a step, with the five verdicts and the findings."""
    body = {
        "format": FORMAT,
        "tool": f"tfdiff {tfdiff.__version__}",
        "optimizer": history.name,
        "releases": [release.ref for release in history.releases],
        "absent": list(history.absent),
        "steps": [_step(step) for step in history.steps],
    }
    return json.dumps(body, indent=2) + "\n"


def _step(step: "Step") -> dict[str, object]:
    report = step.report
    return {
        "old": step.old.ref,
        "new": step.new.ref,
        "summary": report.verdict.summary,
        "verdict": {part.name: part.verdict for part in parts(report.verdict)},
        "findings": [finding_document(finding) for finding in report.findings],
    }


def markdown(history: "History") -> str:
    """The history as Markdown: a table of the steps that changed something, then each of them."""
    told = [step for step in history.steps if _changed(step)]
    lines = [f"## When did {prose(history.name)} change?", ""]
    if told:
        lines += ["| from | to | what is not the same | changes |", "|---|---|---|---|"]
        lines += map(_row, told)
    else:
        lines.append("It did not.")
    lines += ["", f"{len(history.steps) - len(told)} of {len(history.steps)} steps change nothing."]
    if history.absent:
        lines.append(f"No such optimizer in {prose(', '.join(history.absent))}.")
    return "\n".join([*lines, "", *map(_section, told)])


def _row(step: "Step") -> str:
    said = ", ".join(f"{part.icon} {part.name} **{part.verdict}**" for part in _told(step))
    count = sum(not is_quiet(finding) for finding in step.report.findings)
    return f"| {prose(step.old.ref)} | {prose(step.new.ref)} | {said} | {count} |"


def _section(step: "Step") -> str:
    blocks = [finding_block(one, "####") for one in step.report.findings if not is_quiet(one)]
    quiet = [f"- {prose(one.title)}" for one in step.report.findings if is_quiet(one)]
    if quiet:
        blocks.append("\n".join(["#### Without effect on training", "", *quiet, ""]))
    title = f"### {prose(step.old.ref)} to {prose(step.new.ref)}"
    return "\n".join([title, "", f"{prose(step.report.verdict.summary)}\n", *blocks])


def facts(stretches: Sequence[tuple[str, str, str | None]], console: "Console") -> None:
    """Print a property's value over the releases, one line a stretch with the same value."""
    from rich.table import Table  # noqa: PLC0415 - files need no terminal

    table = Table.grid(padding=(0, 2))
    for first, last, value in stretches:
        said = "(no such thing)" if value is None else one_line(value)
        table.add_row(_releases(first, last), said)
    console.print(table)


def _releases(first: str, last: str) -> str:
    return first if first == last else f"{first} ... {last}"


def alike(steps: "Sequence[Step]", console: "Console") -> None:
    """Print which releases are like one, one line a stretch of which the same is to be said."""
    from rich.table import Table  # noqa: PLC0415 - files need no terminal

    table = Table.grid(padding=(0, 2))
    for different, stretch in groupby(steps, _different):
        releases = [step.new.ref for step in stretch]
        table.add_row(_releases(releases[0], releases[-1]), different or "the same")
    console.print(table)


def _different(step: "Step") -> str:
    return ", ".join(f"{part.name} {part.verdict}" for part in _told(step))
