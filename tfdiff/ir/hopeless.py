"""Seeing at a glance that two values cannot be proved equal, before it is tried at length."""

from typing import Final

import numpy as np

from tfdiff.ir.domain import Domain
from tfdiff.ir.expr import Expr
from tfdiff.ir.refute import clearly_apart
from tfdiff.ir.sampling import Points, rows
from tfdiff.ir.stand_ins import with_stand_ins
from tfdiff.ir.typed import typed_states
from tfdiff.ir.walk import unknown_calls

ROWS: Final = 64


def hopeless(old: Expr, new: Expr, domain: Domain) -> bool:
    """Whether two values differ for some meaning of the functions that were not understood.

    False says nothing: the values may differ all the same.

    Args:
        old: one value, without opaque nodes.
        new: the other.
        domain: which values the symbols take.
    """
    old, new = meant(old, new)
    columns = rows([old, new], domain, ROWS)
    return clearly_apart(old, new, Points(columns, np.zeros(ROWS, np.int64), ROWS))


def meant(old: Expr, new: Expr) -> tuple[Expr, Expr]:
    """Both values with some meaning for each function that was not understood."""
    if not unknown_calls([old, new]):
        return old, new
    found = with_stand_ins([old, new])
    (states,) = typed_states((("old", found[old]), ("new", found[new])))
    (_, left), (_, right) = states
    return left, right
