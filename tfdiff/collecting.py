"""When memory that is in no use any more is given back."""

import ctypes
import gc
from contextlib import suppress


def collect_seldom(objects: int = 10_000_000) -> None:
    """Look for cycles less often.

    Reading makes millions of small objects and hardly any cycles: looking for cycles at every
    700th of them costs a tenth of a cold run. A pair of releases never gets as far as this.

    Args:
        objects: how many more there must be before cycles are looked for.
    """
    gc.set_threshold(objects, 20, 100)


def give_back() -> None:
    """Look for cycles now, and hand what they and others held back to the system.

    Between two tasks of a process that goes on: what one leaves behind would stay until a
    million objects more are made, and glibc keeps freed memory that lies between used pieces.
    """
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):  # no glibc
        ctypes.CDLL(None).malloc_trim(0)
