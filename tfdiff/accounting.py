"""The account of every hunk in the files that were read for a report."""

from collections.abc import Iterable
from dataclasses import replace

from tfdiff.comparison.files import Text, compared_files
from tfdiff.extract.reading import Reading, sources
from tfdiff.findings import Report
from tfdiff.sources import SourceTree


def with_files(report: Report, before: Reading, after: Reading) -> Report:
    """The report with every hunk of the files that differ."""
    old, new = before.tree, after.tree
    regions = [region for one in report.optimizers for region in one.regions]
    left = {region.old.path for region in regions if region.old} | {*sources(old.paths())}
    right = {region.new.path for region in regions if region.new} | {*sources(new.paths())}
    paths = {path for path in left | right if old.blob_id(path) != new.blob_id(path)}
    files = compared_files(report.optimizers, _texts(old, paths), _texts(new, paths))
    return replace(report, files=files)


def _texts(tree: SourceTree, paths: Iterable[str]) -> tuple[Text, ...]:
    return tuple(
        Text(path, tree.read(path).decode("utf-8", "replace"))
        for path in sorted(paths)
        if tree.blob_id(path) is not None
    )
