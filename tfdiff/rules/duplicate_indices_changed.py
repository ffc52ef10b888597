"""Repeated indices of sparse gradients are treated otherwise.

What it reports:
Code that sums or keeps repeated indices of sparse gradients, where it came, went or changed.

Effect on training:
Rows that occur more than once in a gradient (embeddings) may move by another amount; distinct
indices are not affected.

Not reported:
Kernels that treat repeated indices otherwise; they are part of the update rule.

Example:
``_deduplicate_indexed_slices`` is called before ``_apply_sparse``.
"""

from collections.abc import Iterator

from tfdiff.rules.matching.topics import Matter, told
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOPICAL = True
_MATTER = Matter(
    rule="duplicate-indices-changed",
    topic="duplicates",
    facet="update-rule-sparse-python",
    effect="numeric-conditional",
    condition="an index occurs more than once in a sparse gradient",
    came="Repeated indices of a sparse gradient are summed first",
    went="Repeated indices of a sparse gradient are no longer summed first",
    changed="Repeated indices of a sparse gradient are treated otherwise",
    meaning="Rows that occur more than once in a gradient (embeddings) may move by another "
    "amount; distinct indices are not affected.",
    remedy="Sum repeated indices yourself before you apply the gradients where the "
    "releases must agree.",
)


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each file in which it changed."""
    return told(pair, _MATTER)
