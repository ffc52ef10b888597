"""A report as a piece of HTML for a notebook: the answer in place, the page folded below."""

from tfdiff.findings import Report
from tfdiff.render import html, view
from tfdiff.render.detail import DETAILS


def fragment(report: Report) -> str:
    """Question, answer and verdicts, and the whole page in a frame that runs nothing."""
    template = html.environment().get_template("notebook.html")
    return template.render(page=view.page(report, DETAILS[-1]), document=html.page(report))
