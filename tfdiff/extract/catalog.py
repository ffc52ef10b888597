"""The optimizers of one release: found in its sources, with their public names.

``candidates`` chooses files by path alone, so that they can be fetched in one go;
``read_catalog`` finds the classes in them. Nothing is listed by hand: a class is an optimizer
by what it inherits and defines (``python.kinds``), and has the names that the release's own
packages and export decorators give it (``python.public``). Classes without a public name
(adapters, helpers, estimators' internals) are not in the catalog.
"""

from collections.abc import Iterable, Iterator, Sequence

from tfdiff.extract.python.candidates import choose
from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.entries import Catalog, Entry, Resolution, home
from tfdiff.extract.python.kinds import Kind, is_moving_average, is_optimizer, kind_of
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.public import public_names
from tfdiff.extract.store import FactStore
from tfdiff.extract.trace import Journal
from tfdiff.facts import ClassRef, Span, Unknown
from tfdiff.sources.tree import SourceTree

__all__ = [
    "Catalog",
    "Entry",
    "Resolution",
    "candidates",
    "catalog_of",
    "open_model",
    "read_catalog",
]


def candidates(paths: Sequence[str]) -> tuple[str, ...]:
    """The Python files (and the version header) of a tree that an extraction may read."""
    return choose(paths)


def read_catalog(tree: SourceTree, store: FactStore) -> Catalog:
    """Find the optimizers of a release.

    Reads the candidate files, and then those that the packages name as the home of a class
    called ``...Optimizer``; each step prefetches its files at once.
    """
    return catalog_of(open_model(tree, store))


def open_model(tree: SourceTree, store: FactStore, journal: Journal | None = None) -> Model:
    """The release's Python files, linked: what the catalog and the facts are read from.

    Args:
        tree: the release.
        store: keeps what is read from each file.
        journal: hears of every question that readers ask of the release.
    """
    chosen = candidates(tree.paths())
    tree.prefetch(chosen)
    model = Model(tree, store, chosen, journal)
    named = frozenset(_named_homes(model)) - set(chosen)
    if not named:
        return model
    tree.prefetch(named)
    return Model(tree, store, (*chosen, *sorted(named)), journal)


def _named_homes(model: Model) -> Iterator[str]:
    """Files at hand in the tree from which a package imports a class called ``...Optimizer``."""
    for path in model.modules:
        for bound in model.module(path).imports:
            if bound.name.endswith("Optimizer") and path.endswith("__init__.py"):
                home = bound.module.replace(".", "/") + ".py"
                if model.tree.blob_id(home) is not None:
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
    ranked = sorted(public, key=home)
    return Entry(ranked[0], tuple(ranked), cls.ref.name, cls.ref.path, kind, cls.span)
