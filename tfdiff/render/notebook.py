"""A report that a notebook shows as HTML: the answer in place, the whole page folded below."""

from dataclasses import fields

from tfdiff.findings import Report
from tfdiff.render import html, view
from tfdiff.render.detail import DETAILS


class ShownReport(Report):
    """A report with the method that notebooks look for; in all else the report that it was."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return fragment(self)


def shown(report: Report) -> ShownReport:
    """The same report, for a notebook."""
    return ShownReport(**{field.name: getattr(report, field.name) for field in fields(report)})


def fragment(report: Report) -> str:
    """A piece of HTML: question, answer and verdicts, and the page in a sandboxed frame."""
    template = html.environment().get_template("notebook.html")
    return template.render(page=view.page(report, DETAILS[-1]), document=html.page(report))
