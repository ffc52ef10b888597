"""The optimizers of one release: found in its sources, with their public names.

``candidates`` chooses files by path alone, so that they can be fetched in one go;
``read_catalog`` finds the classes in them. Nothing is listed by hand: a class is an optimizer
by what it inherits and defines (``python.kinds``), and has the names that the release's own
packages and export decorators give it (``python.public``). Classes without a public name
(adapters, helpers, estimators' internals) are not in the catalog.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tfdiff.errors import UnknownOptimizerError
from tfdiff.extract.python.candidates import choose
from tfdiff.extract.python.kinds import Kind, is_moving_average, is_optimizer, kind_of
from tfdiff.extract.python.model import Model, ResolvedClass
from tfdiff.extract.python.public import public_names
from tfdiff.extract.store import FactStore
from tfdiff.facts import ClassRef, Span, Unknown
from tfdiff.sources.tree import SourceTree

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


_COMPAT = re.compile(r"^tf\.compat\.v[12]\.")


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

        It shares a public name, or at least one apart from ``compat.v1``.
        """
        for name in entry.public_names:
            for own in self.entries:
                if name in own.public_names:
                    return own
        for name in entry.identities:
            for own in self.entries:
                if name in own.identities:
                    return own
        return None

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
    home = _home(entry.name)[0]
    return home, entry.class_name.casefold() != wanted, entry.name


def candidates(paths: Sequence[str]) -> tuple[str, ...]:
    """The Python files (and the version header) of a tree that an extraction may read."""
    return choose(paths)


def read_catalog(tree: SourceTree, store: FactStore) -> Catalog:
    """Find the optimizers of a release.

    Reads the candidate files, and then those that the packages name as the home of a class
    called ``...Optimizer``; each step prefetches its files at once.
    """
    return catalog_of(open_model(tree, store))


def open_model(tree: SourceTree, store: FactStore) -> Model:
    """The release's Python files, linked: what the catalog and the facts are read from."""
    chosen = candidates(tree.paths())
    tree.prefetch(chosen)
    model = Model(tree, store, chosen)
    named = frozenset(_named_homes(model)) - set(chosen)
    if not named:
        return model
    tree.prefetch(named)
    return Model(tree, store, (*chosen, *sorted(named)))


def _named_homes(model: Model) -> Iterator[str]:
    """Files at hand in the tree from which a package imports a class called ``...Optimizer``."""
    everything = frozenset(model.tree.paths())
    for path in model.modules:
        for bound in model.module(path).imports:
            if bound.name.endswith("Optimizer") and path.endswith("__init__.py"):
                home = bound.module.replace(".", "/") + ".py"
                if home in everything:
                    yield home


def catalog_of(model: Model) -> Catalog:
    """The catalog of files that are already linked."""
    names = public_names(model)
    # where packages or exports give names, a class without one is private
    unnamed = not names
    found = [cls for cls in _classes(model) if is_optimizer(cls) or is_moving_average(cls)]
    entries = [
        _entry(cls, kind_of(cls, found), public)
        for cls in found
        if (public := names.get(cls.ref) or (_own_name(cls.ref) if unnamed else ()))
    ]
    unknowns = tuple(
        Unknown(error[0], "", Span(path, error[1], error[1]))
        for path in model.modules
        if (error := model.module(path).error)
    )
    return Catalog(tuple(sorted(entries, key=lambda one: one.name)), unknowns, model.paths)


def _classes(model: Model) -> Iterator[ResolvedClass]:
    for path in model.modules:
        for name in dict.fromkeys(one.name for one in model.module(path).classes):
            cls = model.class_(path, name)
            if cls is not None:
                yield cls


def _own_name(ref: ClassRef) -> tuple[str, ...]:
    """A name for a class of a tree without packages that name any: its module's."""
    if ref.name.startswith("_"):
        return ()
    module = ref.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return (f"{module}.{ref.name}",)


def _entry(cls: ResolvedClass, kind: Kind, public: Iterable[str]) -> Entry:
    ranked = sorted(public, key=_home)
    return Entry(ranked[0], tuple(ranked), cls.ref.name, cls.ref.path, kind, cls.span)


def _home(name: str) -> tuple[int, int]:
    fits = (place for place, pattern in enumerate(_PREFERENCE) if pattern.match(name))
    return next(fits), len(name)
