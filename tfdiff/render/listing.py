"""Lists for the terminal: the optimizers of a release, the rules, one rule."""

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tfdiff.render.visible import one_line
from tfdiff.render.wording import counted

if TYPE_CHECKING:
    from rich.console import Console

    from tfdiff.facts import Span

_WIDEST = 100  # longer lines of prose are hard to read


def optimizers(rows: Sequence[tuple[str, str, "Span"]], console: "Console") -> None:
    """Print name, kind, and file and line of every optimizer.

    Args:
        rows: public name, kind and place of each.
        console: where to print; a pipe gets whole lines, however long.
    """
    if not rows:
        console.print("no optimizer was found", style="yellow")
        return
    if not console.is_terminal:
        for name, kind, span in rows:
            line = f"{one_line(name)}  {kind}  {one_line(span.path)}:{span.line}"
            console.print(Text(line), soft_wrap=True)
        return
    table = Table.grid(padding=(0, 2))
    for name, kind, span in rows:
        where = Text(f"{one_line(span.path)}:{span.line}", style="dim")
        table.add_row(Text(one_line(name), style="bold"), Text(kind), where)
    console.print(table)
    console.print(Text(counted(len(rows), "optimizer"), style="dim"))


def rules(rows: Iterable[tuple[str, str]], console: "Console") -> None:
    """Print id and title of every rule."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for identity, title in rows:
        table.add_row(Text(identity, style="bold"), Text(title))
    console.print(table)


def rule(
    identity: str, title: str, documentation: Iterable[tuple[str, str]], console: "Console"
) -> None:
    """Print a rule's documentation, heading by heading."""
    console.print(Text(identity, style="bold"))
    console.print(Text(title))
    width = min(console.width, _WIDEST)
    for heading, body in documentation:
        console.print()
        console.print(Text(heading, style="bold"))
        console.print(
            Text(
                fill(
                    one_line(body.replace("``", "`")),
                    width - 2,
                    initial_indent="  ",
                    subsequent_indent="  ",
                )
            )
        )
