"""The quick answer in the terminal: the answer first, at most a screen."""

from io import StringIO
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tfdiff.comparison.verdict import deciding
from tfdiff.render.formulas import as_text
from tfdiff.render.steps import steps
from tfdiff.render.told import Told
from tfdiff.render.visible import cut, one_line
from tfdiff.render.wording import (
    EFFECT_TONES,
    EFFECTS,
    Part,
    Tone,
    answer,
    counted,
    gravity,
    is_quiet,
    parts,
    quiet_words,
    warnings,
    worst_first,
)
from tfdiff.rules.matching.conditions import readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from tfdiff.findings import Finding, OptimizerReport, Report

COLUMNS: Final = 80
LINES: Final = 24
_LONGEST: Final = 300  # characters of a sentence, so that it leaves room for the rest
_WHY: Final = 48  # characters beside a part's verdict
_MOST_LINES: Final = 2  # of a rule that changed

STYLES: Final[dict[Tone, str]] = {
    "good": "green",
    "near": "cyan",
    "warn": "yellow",
    "bad": "bold red",
    "unknown": "magenta",
}


def plain(report: "Report") -> str:
    """The answer as text of 80 columns without colour."""
    file = StringIO()
    # A fixed height, width and no colour: the text must not depend on who asks for it.
    show(report, Console(file=file, width=COLUMNS, height=LINES, color_system=None, _environ={}))
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def show(report: "Report", console: Console) -> None:
    """Print the answer; rich takes colour away where there is no terminal or NO_COLOR is set."""
    ordered = sorted(report.optimizers, key=worst_first)
    head = [*_head(report), *(_verdicts(ordered[0]) if len(ordered) == 1 else ())]
    foot = list(_unread(report))
    room = console.height - sum(_height(part, console) for part in (*head, *foot)) - 3
    if len(ordered) > 1:
        rows = max(3, min(len(ordered), room // 2))
        head.append(_matrix(ordered, rows))
        room -= rows + 2
    for part in (*head, *_changes(ordered, max(3, room)), *foot):
        console.print(part, highlight=False)


def _height(part: "RenderableType", console: Console) -> int:
    return len(console.render_lines(part))


def _head(report: "Report") -> "Iterable[RenderableType]":
    arrow = "\N{RIGHTWARDS ARROW}"
    yield Text.assemble((_subject(report), "bold"), f"  {report.old.ref} {arrow} {report.new.ref}")
    yield Text(cut(one_line(answer(report)), _LONGEST))
    yield Text()


def _subject(report: "Report") -> str:
    match report.optimizers:
        case [only]:
            return one_line(only.name)
        case several:
            return counted(len(several), "optimizer")


def _verdicts(optimizer: "OptimizerReport") -> "Iterable[RenderableType]":
    table = Table.grid(padding=(0, 2))
    for part in parts(optimizer.verdict):
        verdict = Text(f"{part.icon} {part.verdict}", style=STYLES[part.tone])
        why = _paths(optimizer) if part.name == "updates" else _deciding(part, optimizer)
        table.add_row(Text(f"  {part.name}"), verdict, Text(why, style="dim"))
    yield table
    yield from _formulas(optimizer)


def _formulas(optimizer: "OptimizerReport") -> "Iterable[RenderableType]":
    """The lines of the first rule that changed, changed terms in ``[[ ]]``."""
    rules = ((path.old, path.new) for path in optimizer.paths if path.verdict != "identical")
    old, new = next(((old, new) for old, new in rules if old and new and old != new), ((), ()))
    table = Table.grid(padding=(0, 2))
    written = as_text(old, new)
    for side, rule in zip(("old", "new"), written, strict=True):
        for line in [line for line in rule.lines if line.changed][:_MOST_LINES]:
            formula = f"{one_line(line.target)} = {one_line(line.value)}"
            table.add_row(f"  {side}", Text(cut(formula, _LONGEST)))
    if table.row_count:
        yield Text()
        if written[0].left_out:
            yield Text(f"  {one_line(written[0].left_out)}:", style="dim")
        yield table


def _whole(text: str) -> Text:
    """One line that ends in an ellipsis where it does not fit."""
    return Text(text, no_wrap=True, overflow="ellipsis")


def _paths(optimizer: "OptimizerReport") -> str:
    """How many paths have which verdict, and where they differ if that is all there is to it."""
    counts: dict[str, int] = {}
    for step in steps(optimizer.paths):
        counts[step.verdict] = counts.get(step.verdict, 0) + len(step.paths)
    said = ", ".join(f"{verdict} on {counted(n, 'path')}" for verdict, n in counts.items())
    if optimizer.verdict.updates != "conditional":
        return said
    conditions = {path.condition for path in optimizer.paths}
    # of several the longest: where paths differ, it is in what more of it they heed
    condition = max(filter(None, conditions), key=len, default=None)
    return f"{said}: if {readable(condition)}" if condition else said


def _deciding(part: Part, optimizer: "OptimizerReport") -> str:
    """The changes for which a part has its verdict: the first, and how many more."""
    found = deciding(part.name, part.verdict, optimizer.findings)
    if not found:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return (
        shorten(one_line(found[0].title), _WHY - len(more), placeholder="\N{HORIZONTAL ELLIPSIS}")
        + more
    )


def _matrix(optimizers: "list[OptimizerReport]", room: int) -> Table:
    """A row per optimizer; words only where something is to be said."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("  optimizer", no_wrap=True, overflow="ellipsis")
    for name in ("updates", "defaults", "state", "calls", "execution"):
        table.add_column(name, no_wrap=True, min_width=len(name))
    for optimizer in optimizers[:room]:
        updates, *others = (_cell(part) for part in parts(optimizer.verdict))
        table.add_row(_whole(f"  {_short(optimizer.name, optimizers)}"), updates, *others)
    if len(optimizers) > room:
        table.add_row(Text(f"  and {len(optimizers) - room} more", style="dim"))
    return table


def _short(name: str, optimizers: "list[OptimizerReport]") -> str:
    """The class, with the module before it where that is needed to tell it from others."""
    *modules, last = one_line(name).split(".")
    alike = sum(other.name.rsplit(".", 1)[-1] == last for other in optimizers)
    return ".".join([*modules[-1:], last]) if alike > 1 else last


def _cell(part: Part) -> Text:
    quiet = part.tone in {"good", "unknown"} and part.name != "updates"
    word = "" if quiet else f" {part.verdict.split()[0]}"
    return Text(f"{part.icon}{word}", style=STYLES[part.tone])


def _changes(optimizers: "list[OptimizerReport]", room: int) -> "Iterable[RenderableType]":
    found = Told(tuple(optimizers)).findings.values()
    loud = sorted((one for one in found if not is_quiet(one)), key=gravity)
    quiet = [one for one in found if is_quiet(one)]
    more = 0
    if loud:
        yield Text()
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, min_width=max(len(_effect(one)) for one in loud[:room]))
        table.add_column()
        lines = _alike(loud, optimizers)
        for line, several in lines[:room]:
            times = f" in {len(several)} places" if len(several) > 1 else ""
            table.add_row(_effect(several[0]), _whole(f"{line}{times}"))
        yield table
        more = sum(len(several) for _, several in lines[room:])
    said = [counted(more, "more change")] if more else []
    said += [f"{counted(len(quiet), 'change')} {quiet_words(quiet)}"] if quiet else []
    if said:
        yield Text(f"  {' and '.join(said)} (-o report.html shows all)", style="dim")


def _alike(
    findings: "list[Finding]", optimizers: "list[OptimizerReport]"
) -> "list[tuple[str, list[Finding]]]":
    """What is to be said, each once, and the findings that say it."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(_title(finding, optimizers), []).append(finding)
    return [
        (f"{said}{_when(several[0])}" if len(several) == 1 else said, several)
        for said, several in found.items()
    ]


def _effect(finding: "Finding") -> Text:
    icon, _ = EFFECTS[finding.effect]
    return Text(f"  {icon} {finding.effect}", style=STYLES[EFFECT_TONES[finding.effect]])


def _title(finding: "Finding", optimizers: "list[OptimizerReport]") -> str:
    owner = f"{_short(finding.optimizer, optimizers)}: " if len(optimizers) > 1 else ""
    return one_line(f"{owner}{finding.title}")


def _when(finding: "Finding") -> str:
    return f" (if {one_line(finding.condition)})" if finding.condition else ""


def _unread(report: "Report") -> "Iterable[RenderableType]":
    """What was not looked at, always said: silence would read as 'unchanged'."""
    coverage = report.coverage
    yield Text()
    said = f"Read {coverage.parsed:,} of {coverage.regions:,} stretches of source"
    reasons = [*coverage.missing, *dict.fromkeys(unknown.reason for unknown in coverage.opaque)]
    if reasons:
        said += f"; not read: {one_line('; '.join(reasons[:3]))}"
        said += (
            f" and {counted(len(reasons) - 3, 'other')}" if len(reasons) > len(reasons[:3]) else ""
        )
    yield Text(f"{cut(said, _LONGEST)}.", style="dim")
    for warning in warnings(report):
        yield Text(one_line(warning), style=STYLES["warn"])
