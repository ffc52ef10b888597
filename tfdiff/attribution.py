"""The commits behind a report, from wherever the releases came from."""

from dataclasses import replace

from tfdiff.comparison.attribution import attributed, paths_of
from tfdiff.findings import Report
from tfdiff.sources import SourceTree, patches_between


def with_commits(report: Report, old: SourceTree, new: SourceTree) -> Report:
    """The report with the commits that brought each finding; it says so where nobody can know.

    Raises:
        SourceError: the history has to be fetched and cannot be.
    """
    patches = patches_between(old, new, paths_of(report))
    if patches is not None:
        return attributed(report, patches)
    said = (
        "The commits behind the changes are not known: it takes a git repository with its history, "
        "and both releases from the same one."
    )
    return replace(report, notes=(*report.notes, said))
