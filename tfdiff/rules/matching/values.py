"""How a value is written in a sentence."""

from tfdiff.facts import Literal, Value


def shown(value: Value | None) -> str:
    """A default as a reader would write it in a call."""
    match value:
        case None:
            return "no default"
        case Literal(value=known):
            return repr(known)
        case _:
            return value.text or "a value that was not read"
