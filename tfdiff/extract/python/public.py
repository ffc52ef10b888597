"""The public names of classes at one release: from export decorators and from packages.

TensorFlow's releases name their classes in two ways. From 1.5 on a class says so itself
(``@tf_export("train.AdamOptimizer")``); before, and in ``contrib`` always, the packages'
``__init__`` files import it. Both are read here, the second by walking from each root package
through the names that it binds. From 2.0 on ``tensorflow/python/__init__.py`` is no interface
any more, and only the exports count.
"""

import re
from collections.abc import Iterator

from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import Export, Import, Module
from tfdiff.facts import ClassRef

_MAJOR = re.compile(rb"^#define TF_MAJOR_VERSION (\d+)", re.MULTILINE)
_VERSION = "tensorflow/core/public/version.h"
_ROOT = "tensorflow/python/__init__.py"
_CONTRIB = "tensorflow/contrib/__init__.py"
# the interface's own __init__, as the repository and as an installed package keep it
_TOP = ("tensorflow/api_template.__init__.py", "tensorflow/__init__.py")
# there where version 1 of the interface is offered as tf.compat.v1 beside the present one
_COMPAT_V1 = (
    "tensorflow/compat_template_v1.__init__.py",
    "tensorflow/_api/v1/compat/v1/__init__.py",
)
# how people import a package, where that is not its own name
_SHORT = {"tensorflow_addons": "tfa"}
# implementation folders: importing them by name is nobody's interface
_INTERNAL = frozenset({"python", "src", "_impl", "impl", "ops", "internal"})
_BASE = re.compile(r"(tf\.)?(keras\.)?optimizers\.Optimizer")
_DEPTH = 6
_SECOND = 2  # TensorFlow 2: the exports are the interface, and contrib is gone

Names = dict[ClassRef, dict[str, None]]  # a dict keeps the order
Paths = tuple[str, ...]


def public_names(model: Model) -> dict[ClassRef, tuple[str, ...]]:
    """Every class with its public names, those of the release's own interface first."""
    names: Names = {}
    major = major_version(model)
    shadowed = "tensorflow/" if _keras_is_elsewhere(model) else None
    for path in model.modules:
        # the interface's generator never looks into contrib, whatever decorators stand there
        if not path.startswith("tensorflow/contrib/"):
            for export in model.module(path).exports:
                keras = export.decorator.startswith("keras")
                if keras and shadowed and path.startswith(shadowed):
                    continue
                _add(names, model, path, export.symbol, _exported(export, path, model, major))
    exporting = {path for path in model.modules if model.module(path).exports}
    for prefix, path in _roots(model, major):
        walked: Names = {}
        _walk(model, path, prefix, walked, ())
        for ref, found in walked.items():
            # a file that exports anything keeps the rest to itself
            if prefix != "tf" or ref.path not in exporting:
                names.setdefault(ref, {}).update(found)
    for ref in [*names]:
        made = _made(model, ref, names)
        if made is not None:
            names.setdefault(made, {}).update(names.pop(ref))
    return {ref: tuple(found) for ref, found in names.items()}


def _made(model: Model, ref: ClassRef, names: Names) -> ClassRef | None:
    """The class of which calling a class makes an instance, where its metaclass chooses one.

    Of several that which derives from what the release calls ``optimizers.Optimizer``.
    """
    cls = model.class_(ref.path, ref.name)
    written = cls.facts.metaclass if cls else ""
    target = model.resolve(ref.path, written) if written else None
    if target is None or target.kind != "class":
        return None
    metaclass = model.class_(target.path, target.name)
    called = metaclass.facts.method("__call__") if metaclass else None
    body = model.body(target.path, called, target.name) if called else None
    returned = (one.value for one in body.assignments if one.kind == "return") if body else ()
    found = [model.resolve(target.path, value.partition("(")[0]) for value in returned]
    own = [made for one in found if one.kind == "class"
           if (made := model.class_(one.path, one.name)) and made.ref != ref
           if made.derives_from(ref)]  # fmt: skip
    bases = [base for base, said in names.items() if any(_BASE.fullmatch(name) for name in said)]
    fitting = (one for one in own if any(one.derives_from(base) for base in bases))
    chosen = next(fitting, own[0] if own else None)
    return chosen.ref if chosen else None


def major_version(model: Model) -> int:
    """TensorFlow's major version as the tree says it; 2 for trees that are not TensorFlow."""
    said = model.tree.release.version
    if said and said.split(".")[0].isdigit() and _ROOT in model.paths:
        return int(said.split(".")[0])
    if _VERSION in model.paths:
        found = _MAJOR.search(model.tree.read(_VERSION))
        return int(found[1]) if found else 1
    return 1 if _ROOT in model.paths else 2


def _add(names: Names, model: Model, path: str, symbol: str, found: Iterator[str]) -> None:
    target = model.resolve(path, symbol)
    if target.kind == "class":
        ref = ClassRef(target.name, target.path)
        names.setdefault(ref, {}).update(dict.fromkeys(found))


def _exported(export: Export, path: str, model: Model, major: int) -> Iterator[str]:
    """The names that an export gives at this release.

    A ``keras_export`` in a repository of Keras' own names both its package and ``tf.keras``.
    """
    first = path.partition("/")[0]
    if first != "tensorflow":
        for name in export.names:
            top, _, rest = name.partition(".")
            if export.decorator.startswith("keras"):
                yield f"tf.{name}"
            yield f"{first}.{rest}" if top == "keras" else name
        yield from (f"tf.compat.v1.{name}" for name in export.v1 or ())
        return
    v1 = export.names if export.v1 is None else export.v1
    if major >= _SECOND:
        yield from (f"tf.{name}" for name in export.names)
        yield from (f"tf.{alias}" for name in export.names for alias in _shortened(model, name))
        yield from (f"tf.compat.v1.{name}" for name in v1)
        return
    yield from (f"tf.{name}" for name in v1)
    if any(path in model.paths for path in _COMPAT_V1):
        yield from (f"tf.compat.v1.{name}" for name in v1)
    if export.v1 is not None:
        yield from (f"tf.compat.v2.{name}" for name in export.names if name not in v1)


def _top(model: Model) -> Module | None:
    path = next((path for path in _TOP if path in model.paths), None)
    return None if path is None else model.module(path)


def _keras_is_elsewhere(model: Model) -> bool:
    """Whether this TensorFlow takes ``tf.keras`` from the Keras package, as from 2.6 on.

    The copy under ``tensorflow/python/keras`` keeps its decorators, but nobody can name it.
    """
    top = _top(model)
    if top is None:
        return False
    # 2.16 and later choose between two packages, and say so by this name.
    loaded = any(
        one.target == "_tf_uses_legacy_keras"
        or (one.target.lstrip("_") == "keras" and "Loader" in one.value)
        for one in top.constants
    )
    return loaded and not any(
        bound.alias == "keras" and not bound.module.startswith("keras.") for bound in top.imports
    )


def _shortened(model: Model, name: str) -> Iterator[str]:
    """``optimizers.Adam`` for ``keras.optimizers.Adam``, where the top level says so."""
    package, _, rest = name.partition(".")
    head, _, member = rest.partition(".")
    top = _top(model)
    if top is not None and member:
        value = f"{package}.{head}"
        if any(one.target == head and one.value == value for one in top.constants):
            yield rest


def _roots(model: Model, major: int) -> Iterator[tuple[str, str]]:
    """The namespaces to walk, each with its public prefix."""
    if _ROOT in model.paths and major < _SECOND:
        yield "tf", _ROOT
        yield "tf.contrib", _CONTRIB
    # Keras' packages gather names for its own use: where there are exports, they are the interface
    exported = any(model.module(path).exports for path in model.modules)
    for path in model.modules:
        parts = path.split("/")
        if parts[:2] == ["tensorflow", "contrib"] and parts[3:] == ["__init__.py"]:
            if major < _SECOND:
                yield f"tf.contrib.{parts[2]}", path
        elif parts[0] != "tensorflow" and not exported and _topmost(path, model):
            name = parts[-2]
            yield from ((f"{short}", path) for short in (_SHORT.get(name), name) if short)


def _topmost(path: str, model: Model) -> bool:
    folder = path.removesuffix("/__init__.py")
    return folder != path and f"{folder.rpartition('/')[0]}/__init__.py" not in model.paths


def _walk(model: Model, path: str | None, prefix: str, names: Names, above: Paths) -> None:
    """Name every class that a namespace binds, itself or through what it imports."""
    if path is None or path not in model.paths or path in above or len(above) > _DEPTH:
        return
    module = model.module(path)
    for symbol in (*(one.name for one in module.classes), *_class_aliases(module)):
        if _visible(symbol, module):
            _add(names, model, path, symbol, iter((f"{prefix}.{symbol}",)))
    if not _is_namespace(path, module):
        return
    for bound in module.imports:
        if bound.name == "*":
            inner: Names = {}
            _walk(model, model.imported(path, bound), prefix, inner, (*above, path))
            _keep_visible(inner, prefix, module, names)
            continue
        target = model.resolve(path, bound.alias) if _visible(bound.alias, module) else None
        name = f"{prefix}.{bound.alias}"
        if target is not None and target.kind == "class":
            names.setdefault(ClassRef(target.name, target.path), {})[name] = None
        elif target is not None and target.kind == "module" and _is_public(bound):
            _walk(model, target.path, name, names, (*above, path))


def _class_aliases(module: Module) -> Iterator[str]:
    """``Name = other.Class`` at module level; lower-case aliases are Keras' string names."""
    for one in module.constants:
        if one.target[:1].isupper() and not one.target.isupper() and "." not in one.target:
            yield one.target


def _keep_visible(inner: Names, prefix: str, module: Module, names: Names) -> None:
    """What ``from module import *`` brings, as far as this namespace leaves it public."""
    for ref, found in inner.items():
        kept = [name for name in found if _visible(name.removeprefix(prefix + "."), module)]
        if kept:
            names.setdefault(ref, {}).update(dict.fromkeys(kept))


def _visible(name: str, module: Module) -> bool:
    first = name.partition(".")[0]
    return not name.startswith("_") and (module.allowed is None or first in module.allowed)


def _is_public(bound: Import) -> bool:
    return bool(bound.name) and bound.alias not in _INTERNAL


def _is_namespace(path: str, module: Module) -> bool:
    """Whether a module's imports are its interface: packages, and modules of imports only."""
    return path.endswith("__init__.py") or not (module.classes or module.functions)
