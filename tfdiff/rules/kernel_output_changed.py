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
from tfdiff.rules.matching.kernels import Matter, matters
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

TOGETHER = "file"


def check(pair: Pair) -> Iterator[Told]:
    """One finding for outputs, one for lifetimes of references."""
    for topic, what in (
        ("output", "Outputs and temporary values are allocated or handed on"),
        ("lifetime", "References to variables are released"),
    ):
        for found in matters(pair, topic):
            yield _told(pair, f"{topic}: {found.subject}", what, found)


def _told(pair: Pair, subject: str, what: str, found: Matter) -> Told:
    old, new = found.places()
    finding = Finding(
        rule="kernel-output-changed",
        optimizer=pair.name,
        facet="resource-variable-semantics",
        effect="memory",
        certainty="read",
        subject=subject,
        condition=None,
        title=f"{what} otherwise",
        explanation=f"{found.concerns} It acts on the memory that a step needs; the values are the "
        f"same.{found.details}",
        remedy="Nothing to do.",
        old=old,
        new=new,
    )
    return Told(finding, found.changes)
