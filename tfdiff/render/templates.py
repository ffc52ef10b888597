"""Where the templates are: in the package once installed, else at the repository's root."""

from pathlib import Path

from tfdiff.errors import OutputError


def folder() -> Path:
    """The folder of the templates, stylesheet and script.

    Raises:
        OutputError: the installation has none.
    """
    package = Path(__file__).parent.parent
    for place in (package / "templates", package.parent / "templates"):
        if (place / "report.html").is_file():
            return place
    raise OutputError(
        f"Cannot write HTML: the templates are neither in {package} nor beside it. "
        f"Install tfdiff again."
    )
