"""Facts as bytes, and back: pickles in which a fact is its class and the values of its fields.

What Python does for a frozen dataclass with slots by itself, getting and setting the fields one
by one in Python code, takes several times as long, and a report writes and reads thousands.
"""

import pickle
from collections.abc import Callable, Mapping
from copyreg import dispatch_table
from dataclasses import fields, is_dataclass
from io import BytesIO
from operator import attrgetter
from typing import Any

Reduced = tuple[type[object], tuple[object, ...]]


class _Table(dict[type[object], Callable[[object], object]]):
    """How each class is written; a dataclass that says nothing of it as its fields' values."""

    def __missing__(self, made: type[object]) -> Callable[[object], object]:
        known = fields(made) if is_dataclass(made) else ()
        own = made.__reduce__ is not object.__reduce__
        if own or not known or not all(field.init for field in known):
            raise KeyError(made)  # pickle asks the class then
        self[made] = _reduced(made, *(field.name for field in known))
        return self[made]


def _reduced(made: type[object], *names: str) -> Callable[[object], Reduced]:
    values = attrgetter(*names)
    if len(names) == 1:  # it gives the value itself then
        return lambda fact: (made, (values(fact),))
    return lambda fact: (made, values(fact))


_TABLE: Mapping[type, Callable[[Any], Any]] = _Table(dispatch_table)


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
