"""Which registrations of a kernel serve variables that are trained."""

from tfdiff.facts import Registration

_FLOATS = frozenset({"half", "bfloat16", "float", "double"})


def of_floats(registration: Registration) -> bool:
    """Whether a kernel is for variables that can be trained."""
    return all(name in _FLOATS for attr, name in registration.types if attr in {"T", "dtype"})
