"""Kernel facts of TensorFlow's releases, kept in the package for sources that carry none."""

from tfdiff.extract.snapshot.read import (
    FORMAT,
    NAME,
    Snapshot,
    SnapshotError,
    SnapshotKernels,
    bundled,
)
from tfdiff.extract.snapshot.write import Named, Writer

__all__ = [
    "FORMAT",
    "NAME",
    "Named",
    "Snapshot",
    "SnapshotError",
    "SnapshotKernels",
    "Writer",
    "bundled",
]
