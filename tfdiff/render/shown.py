"""A report that notebooks show by themselves.

``findings.Report`` knows nothing of its looks, so this subclass adds the one method that
notebooks ask for. Templates are only loaded when a notebook does ask.
"""

from dataclasses import fields

from tfdiff.findings import Report


class ShownReport(Report):
    """A report with ``_repr_html_``; in all else the report that it was."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from tfdiff.render.notebook import fragment  # noqa: PLC0415 - only a notebook needs it

        return fragment(self)


def shown(report: Report) -> ShownReport:
    """The same report, for a notebook."""
    return ShownReport(**{field.name: getattr(report, field.name) for field in fields(report)})
