"""The optimizers of a release as a list to look names up in."""

import difflib
import re
from dataclasses import dataclass, field
from operator import attrgetter

from tfdiff.errors import UnknownOptimizerError
from tfdiff.extract.python.kinds import Kind
from tfdiff.facts import Span, Unknown

# where a short name is looked for first; "adam" is tf.train's in 1.x, and tf.keras' in 2.x
# because tf.train's optimizers are tf.compat.v1's there
_PREFERENCE = tuple(
    map(
        re.compile,
        (
            r"tf\.train\.\w+$",
            r"tf\.keras\.optimizers\.\w+$",
            r"tf\.optimizers\.\w+$",
            r"tf\.(?!compat|contrib)",
            r"(?!tf\.)",
            r"tf\.compat\.v1\.train\.\w+$",
            r"tf\.compat\.v1\.",
            r"tf\.contrib\.opt\.",
            r"tf\.",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One optimizer of a release.

    Attributes:
        name: its primary public name (``tf.train.AdamOptimizer``).
        public_names: all its public names at this release, ``name`` first.
    """

    name: str
    public_names: tuple[str, ...]
    class_name: str
    path: str
    kind: Kind
    span: Span = field(compare=False)

    @property
    def identities(self) -> tuple[str, ...]:
        """Names that stay the same over the releases: those without ``compat.v1``.

        ``tf.train.AdamOptimizer`` of 1.x is ``tf.compat.v1.train.AdamOptimizer`` in 2.x.
        """
        plain = (_COMPAT.sub("tf.", name) for name in self.public_names)
        return tuple(dict.fromkeys(plain))

    @property
    def settled(self) -> tuple[str, ...]:
        """The identities as they are once a class is no experiment any more."""
        return tuple(dict.fromkeys(_EXPERIMENT.sub("", name) for name in self.identities))


_COMPAT = re.compile(r"^tf\.compat\.v[12]\.")
_EXPERIMENT = re.compile(r"\bexperimental\.")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name given by a user stands for, and what else it could have meant."""

    entry: Entry
    others: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All optimizers of one release, sorted by name.

    Attributes:
        unknowns: files that may hold optimizers and could not be read.
        paths: the files that were looked at.
    """

    entries: tuple[Entry, ...]
    unknowns: tuple[Unknown, ...]
    paths: tuple[str, ...] = field(compare=False, repr=False)

    def resolve(self, text: str) -> Resolution:
        """The optimizer that a user means by ``adam``, ``AdamOptimizer`` or a full name.

        Case does not matter. A full public name is taken as it stands; a short one is looked
        for in ``tf.train``, ``tf.keras``, ``tf.compat.v1.train``, ``tf.contrib``, in this
        order, and everything else that it fits is in ``others``.

        Raises:
            UnknownOptimizerError: no optimizer of that name; says which are similar.
        """
        wanted = text.strip().casefold()
        for fits in (_is_called, _was_called, _ends_in, _is_short_for):
            found = [entry for entry in self.entries if fits(entry, wanted)]
            if found:
                best = sorted(found, key=lambda entry: _rank(entry, wanted))
                loose = [e for e in self.entries if e not in found and _is_short_for(e, wanted)]
                return Resolution(best[0], (*best[1:], *loose))
        raise UnknownOptimizerError(self._unknown(text))

    def matching(self, entry: Entry) -> Entry | None:
        """The entry of this release that another release's entry is to be compared with.

        It shares a public name, or at least one apart from ``compat.v1``, or else from
        ``experimental``.
        """
        for names in _NAMES:
            for name in names(entry):
                for own in self.entries:
                    if name in names(own):
                        return own
        return None

    def alike(self, entry: Entry) -> tuple[str, ...]:
        """Names of this release's optimizers that are called like one that it does not have."""
        wanted = {_plain(name) for name in (*entry.public_names, entry.class_name)}
        found = [one for one in self.entries if _plain(one.class_name) in wanted]
        return tuple(one.name for one in sorted(found, key=lambda one: _rank(one, "")))

    def _unknown(self, text: str) -> str:
        if not self.entries:
            return f"There is no optimizer {text!r}: the sources at hand define none."
        names: dict[str, str] = {}
        for entry in sorted(self.entries, key=lambda one: _rank(one, "")):
            for said in (entry.name.casefold(), entry.class_name.casefold(), _plain(entry.name)):
                names.setdefault(said, entry.name)
        close = difflib.get_close_matches(text.casefold(), names, n=5, cutoff=0.5)
        suggestions = list(dict.fromkeys(names[one] for one in close))[:3]
        hint = (
            f"Did you mean {' or '.join(suggestions)}?"
            if suggestions
            else "`tfdiff optimizers` lists those of a release."
        )
        return f"There is no optimizer {text!r} at this release. {hint}"


# what entries are matched by, the surest first
_NAMES = tuple(map(attrgetter, ("public_names", "identities", "settled")))


def _is_called(entry: Entry, wanted: str) -> bool:
    return any(name.casefold() == wanted for name in entry.public_names)


def _was_called(entry: Entry, wanted: str) -> bool:
    plain = _COMPAT.sub("tf.", wanted)
    return any(name.casefold() == plain for name in entry.identities)


def _ends_in(entry: Entry, wanted: str) -> bool:
    """``keras.optimizers.Adam`` and ``AdamOptimizer``: the end of a public name, in full."""
    full = "." in wanted or wanted.endswith("optimizer")
    return full and any(name.casefold().endswith("." + wanted) for name in entry.public_names)


def _is_short_for(entry: Entry, wanted: str) -> bool:
    return (
        _plain(wanted) in {_plain(name) for name in (*entry.public_names, entry.class_name)}
        and "." not in wanted
    )


def _plain(name: str) -> str:
    """``adam`` for ``tf.train.AdamOptimizer``, ``Adam`` and ``adam_optimizer``."""
    last = name.rpartition(".")[2].casefold().replace("_", "").replace("-", "")
    return last.removesuffix("optimizer") or last


def _rank(entry: Entry, wanted: str) -> tuple[int, int, str]:
    """Sort key of the preference order; between equals, the name as typed comes first."""
    return home(entry.name)[0], entry.class_name.casefold() != wanted, entry.name


def home(name: str) -> tuple[int, int]:
    """Sort key of public names: where a short name is looked for first, then the shortest."""
    fits = (place for place, pattern in enumerate(_PREFERENCE) if pattern.match(name))
    return next(fits), len(name)
