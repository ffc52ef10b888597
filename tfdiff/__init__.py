"""Does my TensorFlow optimizer still do the same? Answered from the sources.

>>> import tfdiff
>>> report = tfdiff.compare("adam", "v1.2.1", "v1.4.0", repo="path/to/tensorflow")
>>> report.optimizers[0].verdict.updates
'identical'
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfdiff.findings import Report
    from tfdiff.sources.options import SourceKind

__all__ = ["__version__", "compare"]
__version__ = "0.1.0"


def compare(  # noqa: PLR0913 - the options are keyword-only
    optimizer: str | Sequence[str] | None,
    old: str,
    new: str,
    *,
    source: "SourceKind" = "auto",
    repo: str | Path | None = None,
    offline: bool = False,
    cache: str | Path | None = None,
    commits: bool = False,
) -> "Report":
    """Compare optimizers between two releases.

    Args:
        optimizer: a name, short (``adam``) or public (``tf.train.AdamOptimizer``), or several;
            None for every optimizer that either release has.
        old: a tag (``v1.4.0``, ``1.4``), a branch, a commit, or a folder.
        new: likewise.
        source: ``auto``, ``git``, ``wheel`` or ``folder``.
        repo: address or path of a git repository; None for TensorFlow's on GitHub.
        offline: use nothing but what is on this machine.
        cache: where fetched files and facts are kept; None for the user's cache folder.
        commits: find the commits that brought each finding.

    Returns:
        The same report that the command line writes; a notebook shows it as a page.

    Raises:
        TfdiffError: with a sentence that says what to do (``tfdiff.errors``).
    """
    from tfdiff import run  # noqa: PLC0415 - importing tfdiff stays quick
    from tfdiff.render.shown import shown  # noqa: PLC0415
    from tfdiff.sources.options import SourceOptions  # noqa: PLC0415

    options = SourceOptions(
        kind=source,
        repo=str(repo) if repo is not None else None,
        offline=offline,
        cache=Path(cache) if cache is not None else None,
    )
    return shown(run.compare(optimizer, old, new, options=options, commits=commits))
