"""Rungs of the ladder for a single value: what can be shown where nothing refutes it."""

from typing import Final

import numpy as np

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.decision import StateDecision
from tfdiff.ir.domain import Domain
from tfdiff.ir.expr import Expr
from tfdiff.ir.hopeless import hopeless, meant
from tfdiff.ir.prove import prove
from tfdiff.ir.refute import Search, searched
from tfdiff.ir.sampling import points
from tfdiff.ir.show import text
from tfdiff.ir.walk import opaques, unknown_calls

QUICK: Final = 128  # points for a mere yes or no
LITTLE: Final = 2_000  # effort for the same
SAME_OPERATIONS: Final = "same operations in the same order"
LOPSIDED: Final = "at many points only one of the rules has a value"
OVER_THE_REALS: Final = "proved equal over the reals; only rounding can differ"


def unrefuted(name: str, old: Expr, new: Expr, search: Search, domain: Domain) -> StateDecision:
    """Prove what could not be refuted."""
    if opaques([old, new]):
        return StateDecision(name, "undecided", "unknown", "", reason=unread([old, new]))
    unknown = [{call.function for call in unknown_calls([side])} for side in (old, new)]
    # no proof can get rid of a function on one side only
    if unknown[0] != unknown[1] or (unknown[0] and hopeless(old, new, domain)):
        return StateDecision(name, "undecided", "unknown", "", reason=unread([old, new]))
    proof = prove(old, new, domain)
    if proof.proved:
        return StateDecision(name, "equal", "proved", OVER_THE_REALS, proof.assumptions)
    count = int(np.count_nonzero(search.valid))
    branches = f"{search.signatures} branch signature" + "s" * (search.signatures != 1)
    seen = f"equal at {count} points in {branches}, not proved"
    if unknown_calls([old, new]):
        return StateDecision(name, "undecided", "unknown", "", reason=unread([old, new]))
    if proof.exhausted or search.lopsided or search.thin:
        reason = LOPSIDED if search.lopsided else f"{seen}: {proof.reason}"
        return StateDecision(name, "undecided", "unknown", "", reason=reason)
    return StateDecision(name, "equal", "sampled", seen)


def same(old: Expr, new: Expr, domain: Domain) -> bool:
    """Whether two values are shown to be the same at no great cost: identical, or proved equal."""
    forms = Canonical()
    old, new = forms.form(old), forms.form(new)
    if old is new:
        return not opaques([old])
    if opaques([old, new]) or hopeless(old, new, domain):
        return False
    seen = meant(old, new)
    search = searched(*seen, points(seen, domain, {}, count=QUICK))
    if search.row is not None or search.lopsided:
        return False
    return prove(old, new, domain, LITTLE).proved


def unread(roots: list[Expr]) -> str:
    """What was not understood, in words."""
    found = [f"{node.text} ({node.reason})" for node in opaques(roots)]
    found += [
        f"{text(node)} (nothing is known of {node.function})" for node in unknown_calls(roots)
    ]
    return "not understood: " + "; ".join(dict.fromkeys(found))
