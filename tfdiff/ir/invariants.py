"""Signs that a rule keeps: an accumulator that starts at least at zero stays there.

Nothing is told from a state's name. All states are first taken to be in [0, 1); what one step
is not shown to keep is dropped, until the rest keeps itself. By induction over the steps it
then holds whenever it holds at the start.
"""

from collections.abc import Mapping

import numpy as np

from tfdiff.ir.abstraction import at_least_zero, below_one
from tfdiff.ir.domain import Domain, Kind
from tfdiff.ir.evaluate import compiled
from tfdiff.ir.expr import Expr
from tfdiff.ir.sampling import points
from tfdiff.ir.walk import opaques


def kept_signs(states: Mapping[str, Expr], domain: Domain, visible: str) -> dict[str, Kind]:
    """States that stay in [0, 1) or at least at zero, if they start there.

    Args:
        states: state -> value after one step.
        domain: what is known of the other symbols.
        visible: the weights, which have no sign to keep.
    """
    kept: dict[str, Kind] = {
        name: "unit"
        for name, value in states.items()
        if name != visible and domain.kind(name) == "real" and not opaques([value])
    }
    kept = _not_refuted(states, kept, domain)
    while True:
        known = domain.having(kept)
        failing = [name for name, kind in kept.items() if not _keeps(states[name], kind, known)]
        if not failing:
            return kept
        for name in failing:
            if kept.pop(name) == "unit":
                kept[name] = "nonnegative"


def _keeps(value: Expr, kind: Kind, domain: Domain) -> bool:
    return at_least_zero(value, domain) and (kind != "unit" or below_one(value, domain))


def _not_refuted(
    states: Mapping[str, Expr], kept: dict[str, Kind], domain: Domain
) -> dict[str, Kind]:
    """The same claims without those that fail at a few points, which saves their proofs."""
    claims = dict(kept)
    while True:
        values = tuple((name, states[name]) for name in claims)
        drawn = points([value for _, value in values], domain.having(claims), {}, count=128)
        program = compiled(values)
        with np.errstate(all="ignore"):
            results = program.step(program.start({}, np.float64), drawn.columns)
        weakened: dict[str, Kind] = {}
        for name, kind in claims.items():
            if np.any(np.less(results[name], 0)):
                continue
            too_large = bool(np.any(np.greater_equal(results[name], 1)))
            weakened[name] = "nonnegative" if too_large else kind
        if weakened == claims:
            return claims
        claims = weakened
