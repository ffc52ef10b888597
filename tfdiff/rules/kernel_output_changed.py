"""A kernel allocates or hands on tensors otherwise.

What it reports:
How a kernel makes room for its output and temporary values, and whether it hands its input on.

Effect on training:
Memory. The values are the same.

Not reported:
Copies of the variable before an update, which ``variable-access-changed`` reports.

Example:
``forward_ref_input_to_ref_output`` becomes ``MaybeForwardRefInputToRefOutput``.
"""

from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.kernels import matter
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told


def check(pair: Pair) -> Iterator[Told]:
    """One finding for outputs, one for lifetimes of references."""
    for topic, what in (
        ("output", "outputs and temporary values are allocated or handed on"),
        ("lifetime", "references to variables are released"),
    ):
        found = matter(pair, topic)
        if found is None:
            continue
        old, new = found.places()
        finding = Finding(
            rule="kernel-output-changed",
            optimizer=pair.name,
            facet="resource-variable-semantics",
            effect="memory",
            certainty="read",
            subject=f"{topic}: {found.regions[0].region.symbol}",
            condition=None,
            title=f"{what[:1].upper()}{what[1:]} otherwise",
            explanation=f"It concerns {found.names}. It acts on the memory that a step needs; the "
            f"values are the same.",
            remedy="Nothing to do.",
            old=old,
            new=new,
        )
        yield Told(finding, found.changes)
