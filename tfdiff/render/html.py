"""The report for people: one HTML file that needs nothing but itself."""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tfdiff.findings import Report
from tfdiff.render import templates, view
from tfdiff.render.detail import DETAILS
from tfdiff.render.visible import visible

ONE_LIMIT: Final = 512 * 1024
ALL_LIMIT: Final = 5_000_000
_BETWEEN_WORDS: Final = re.compile(r"(?<=\.)(?=\w)|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def page(report: Report) -> str:
    """The report as a page, with less detail where it would become too big for a ticket."""
    limit = ONE_LIMIT if len(report.optimizers) == 1 else ALL_LIMIT
    text = ""
    for detail in DETAILS:
        text = _rendered(view.page(report, detail))
        if len(text.encode()) < limit:
            break
    return text


def _rendered(page_view: view.Page) -> str:
    return one_file("report.html", page=page_view)


def one_file(template: str, **shown: object) -> str:
    """A page that needs nothing but itself: style and script stand in it, and nothing else runs.

    Args:
        template: which one; it extends ``layout.html``.
        shown: what the template speaks of.
    """
    style, script = asset("style.css"), asset("script.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return (
        environment()
        .get_template(template)
        .render(
            **shown,
            site=None,
            policy=Markup(policy),  # noqa: S704 - made above from hashes
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
        )
    )


def site_page(template: str, site: object, **shown: object) -> str:
    """A page of a site: it shares its style and scripts with the others, by relative addresses.

    Args:
        template: which one; it extends ``layout.html``.
        site: its place among the others.
        shown: what the template speaks of.
    """
    # From file:// every file has an origin of its own, which 'self' does not stand for everywhere.
    policy = (
        "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment().get_template(template).render(**shown, site=site, policy=policy)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates: escaping always on, and an undefined name an error."""
    environment = Environment(
        loader=FileSystemLoader(templates.folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["thousands"] = "{:,}".format
    environment.filters["visible"] = visible
    environment.filters["breakable"] = breakable
    return environment


def breakable(name: str) -> Markup:
    """A long name that a narrow page breaks between its words: after a dot, before a capital."""
    return Markup("<wbr>").join(_BETWEEN_WORDS.split(name))


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """The text of a stylesheet or script."""
    return (templates.folder() / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
