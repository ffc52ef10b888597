"""A report as HTML, Markdown, JSON or terminal text.

Each format is a module of its own, imported when it is asked for: a report in JSON does not
wait for Jinja, and ``tfdiff query`` does not wait for Pygments.
"""

from pathlib import Path
from typing import Final
from typing import Literal as OneOf

from tfdiff.errors import UsageError
from tfdiff.findings import Report

Format = OneOf["html", "json", "markdown", "text"]

EXTENSIONS: Final[dict[str, Format]] = {
    ".html": "html",
    ".json": "json",
    ".md": "markdown",
}


def format_of(path: Path) -> Format:
    """The format that a file's extension asks for.

    Raises:
        UsageError: the extension stands for no format.
    """
    try:
        return EXTENSIONS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(EXTENSIONS)
        raise UsageError(
            f"Cannot tell the format of the report from the file name {str(path)!r}. "
            f"Give it one of these extensions: {known}."
        ) from None


def render(
    report: Report,
    format: Format,  # noqa: A002 - the word that the command line and its users say
    *,
    max_bytes: int | None = None,
    flavour: str = "plain",
) -> str:
    """The whole report in one format; the same report gives the same text.

    Args:
        report: what comparison found.
        format: ``html``, ``json``, ``markdown`` or ``text`` (80 columns, no colour).
        max_bytes: limit of a Markdown text in UTF-8 bytes; None for the flavour's own limit.
        flavour: whose Markdown it is (``tfdiff.render.markdown.FLAVOURS``).

    Raises:
        UsageError: the flavour is unknown, or the limit is too small for the answer alone.
    """
    match format:
        case "html":
            from tfdiff.render.html import page  # noqa: PLC0415 - see the module's docstring

            return page(report)
        case "json":
            from tfdiff.render.json import dumps  # noqa: PLC0415

            return dumps(report)
        case "markdown":
            from tfdiff.render.markdown import summary  # noqa: PLC0415

            return summary(report, flavour=flavour, max_bytes=max_bytes)
        case "text":
            from tfdiff.render.terminal import plain  # noqa: PLC0415

            return plain(report)


def write(
    report: Report, path: Path, *, max_bytes: int | None = None, flavour: str = "plain"
) -> None:
    """Write a report to a file in the format of its extension, whole or not at all.

    Raises:
        UsageError: the extension stands for no format.
        OutputError: the file cannot be written; what stood there before still does.
    """
    from tfdiff.render.output import replace_file  # noqa: PLC0415 - only writing needs it

    text = render(report, format_of(path), max_bytes=max_bytes, flavour=flavour)
    replace_file(path, text)
