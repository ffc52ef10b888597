"""The public names of one class at both releases."""

from dataclasses import dataclass

from tfdiff.rules.pair import Pair

_FIRST = "tf.compat.v1."
_SECOND = "tf.compat.v2."


@dataclass(frozen=True, slots=True)
class Names:
    """Which names the class kept, lost and got, each in the order of its release."""

    kept: tuple[str, ...]
    gone: tuple[str, ...]
    came: tuple[str, ...]


def names(pair: Pair) -> Names:
    """The names of both sides, without those that say nothing new.

    TensorFlow 2 is what ``tf.compat.v2`` was before; and that ``tf.compat.v1`` offers what
    version 1 has, or still has, under the same name is no news of the optimizer.
    """
    old, new = pair.old.public_names, pair.new.public_names
    gone = tuple(name for name in old if name not in new and _plain(name, _SECOND) not in new)
    came = tuple(name for name in new if name not in old and not _offered(name, old))
    return Names(tuple(name for name in old if name in new), gone, came)


def _offered(name: str, old: tuple[str, ...]) -> bool:
    """Whether the old release had it, as what this name is a copy of or takes the place of."""
    plain = _plain(name, _FIRST)
    return (plain != name and plain in old) or name.replace("tf.", _SECOND, 1) in old


def _plain(name: str, prefix: str) -> str:
    return f"tf.{name.removeprefix(prefix)}" if name.startswith(prefix) else name
