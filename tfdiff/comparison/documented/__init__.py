"""Which entry of the release notes documents which finding, and which speaks of something else."""

from tfdiff.comparison.documented.documenting import document, general

__all__ = ["document", "general"]
