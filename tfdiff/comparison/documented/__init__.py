"""Which entry of the release notes documents which finding, and which speaks of something else."""

from tfdiff.comparison.documented.documenting import document, general
from tfdiff.comparison.documented.speaking import Names, names_of

__all__ = ["Names", "document", "general", "names_of"]
