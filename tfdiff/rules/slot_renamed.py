"""State of the optimizer has another name, or its checkpoint key another scope.

What it reports:
A slot that stands for another at the same place in the order of creation with the same initial
value, and a slot of the same name under another name scope.

Effect on training:
The checkpoint key differs: old checkpoints do not restore it by name, and the state silently
starts anew where a partial restore is allowed.

Not reported:
Scopes that could not be read; the verdict on state is then undecided. What only a local variable
is called: Keras 1.x keeps slots in lists, and saves them by their order.

Example:
``rms`` becomes ``root_mean_square``.
"""

import re
from collections.abc import Iterator

from tfdiff.facts import Literal, Slot
from tfdiff.findings import Certainty, Finding
from tfdiff.rules.matching.slots import kind, matched, subject
from tfdiff.rules.pair import Pair, place


def check(pair: Pair) -> Iterator[Finding]:
    """Renamed state, and state whose scope changed."""
    slots = matched(pair)
    for old, new in slots.renamed:
        if old.local and new.local:
            continue
        yield _finding(pair, old, new, (old.name, new.name), "read")
    for old, new in slots.kept:
        known = isinstance(old.scope, Literal) and isinstance(new.scope, Literal)
        if known and old.scope != new.scope:
            keys = (_key(old), _key(new))
            yield _finding(pair, old, new, keys, "proved")


def _key(slot: Slot) -> str:
    scope = slot.scope.value if isinstance(slot.scope, Literal) else None
    return f"{scope}/{slot.name}" if scope else slot.name


def _both(conditions: set[str]) -> str | None:
    """When both releases create it; of two that ask about the same, the one that says more."""
    about = {frozenset(re.findall(r"[A-Za-z_]\w*", one)) for one in conditions}
    said = sorted(conditions) if len(about) > 1 else [max(conditions, key=len, default="")]
    return " and ".join(said) or None


def _finding(
    pair: Pair, old: Slot, new: Slot, keys: tuple[str, str], certainty: Certainty
) -> Finding:
    before, after = keys
    return Finding(
        rule="slot-renamed",
        optimizer=pair.name,
        facet="slot-name",
        effect="checkpoint",
        certainty=certainty,
        subject=subject(new),
        condition=_both({one.condition for one in (old, new) if one.condition}),
        title=f"{kind(new).capitalize()} {before} is now {after}",
        explanation=f"The checkpoint key of {before} differs: a checkpoint written by the old "
        f"release does not restore it by name.",
        remedy=f"Map the key when you restore: read {before} into {after}.",
        old=place(old.span),
        new=place(new.span),
    )
