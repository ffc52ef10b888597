"""Facts as bytes, and back: pickles in which a fact is its class and the values of its fields.

What Python does for a frozen dataclass with slots by itself, getting and setting the fields one
by one in Python code, takes several times as long, and a report writes and reads thousands.
"""

import pickle
from collections.abc import Callable
from copyreg import dispatch_table
from dataclasses import fields, is_dataclass
from functools import partial
from io import BytesIO
from operator import attrgetter

from tfdiff import facts

Reduced = tuple[type[object], tuple[object, ...]]


def _reduced(made: type[object], values: Callable[[object], object], fact: object) -> Reduced:
    found = values(fact)
    return made, found if isinstance(found, tuple) else (found,)


def _table() -> dict[type[object], Callable[[object], Reduced]]:
    known = (made for made in vars(facts).values() if isinstance(made, type))
    return {
        made: partial(_reduced, made, attrgetter(*(field.name for field in fields(made))))
        for made in known
        if is_dataclass(made)
    }


_TABLE = dispatch_table | _table()


def pickled(fact: object) -> bytes:
    """A fact as bytes."""
    written = BytesIO()
    pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(fact)
    return written.getvalue()


def unpickled(content: bytes) -> object:
    """The fact that ``pickled`` made these bytes of."""
    fact: object = pickle.loads(content)  # noqa: S301 - our own entry, its digest checked
    return fact
