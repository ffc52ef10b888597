"""Which classes are optimizers, and of what kind, judged by what they inherit and define."""

import re
from collections.abc import Iterable
from typing import Literal as OneOf

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.module import Class

Kind = OneOf["optimizer", "wrapper", "moving average", "base"]

# what only optimizers define, in all the base classes from tf.train to Keras 3
_STEPS = frozenset({"apply_gradients", "compute_gradients", "get_updates", "update_step"})
_UPDATES = (
    "_apply_dense",
    "_resource_apply_dense",
    "_apply_sparse",
    "_resource_apply_sparse",
    "update_step",
    "get_updates",
)
_NAMED = re.compile(r"Optimizer(V\d+|Wrapper|Interface)?$")
_STAGE = re.compile(r"\.(legacy|experimental)\.")
_WRAPS = re.compile(r"^(opt|\w*_?optimizers?|inner_opt|base_opt)$")


def is_optimizer(cls: ResolvedClass) -> bool:
    """Whether a class moves weights: it, or a base, defines a step or is named for it."""
    return any(_steps(base.facts) for base in cls.mro) or _foreign(cls)


def _foreign(cls: ResolvedClass) -> bool:
    """Whether a base that no file at hand defines is an optimizer by its name.

    ``tf.keras.optimizers.legacy.Adam`` is one of the optimizers, a schedule beside them is not.
    """
    plain = (_STAGE.sub(".", name) for name in cls.externals)
    return any("optimizer" in ".".join(name.split(".")[-2:]).lower() for name in plain)


def _steps(facts: Class) -> bool:
    return _NAMED.search(facts.name) is not None or _own_step(facts)


def _own_step(facts: Class) -> bool:
    return any(
        method.name in _STEPS or method.name.startswith("minimize") for method in facts.methods
    )


def is_moving_average(cls: ResolvedClass) -> bool:
    """Whether a class keeps averages of weights without being an optimizer itself."""
    return (
        "MovingAverage" in cls.ref.name and not is_optimizer(cls) and cls.find("apply") is not None
    )


def kind_of(cls: ResolvedClass, classes: Iterable[ResolvedClass]) -> Kind:
    """What an optimizer class is to its users.

    A wrapper takes another optimizer. A base is one that others derive from without being an
    optimizer's child itself, or that leaves every update to its children.
    """
    if is_moving_average(cls):
        return "moving average"
    constructor = cls.find("__init__")
    for parameter in constructor.head.parameters[1:] if constructor else ():
        required = parameter.default is None and parameter.kind == "positional"
        if required and _WRAPS.match(parameter.name):
            return "wrapper"
    root = not _foreign(cls) and not any(is_optimizer(base) for base in cls.mro[1:])
    updates = [found for name in _UPDATES if (found := cls.find(name)) is not None]
    leaves_all = bool(updates) and all(found.head.abstract for found in updates)
    has_children = any(other is not cls and other.derives_from(cls.ref) for other in classes)
    if has_children and (root or leaves_all):
        return "base"
    return "base" if leaves_all and not _overrides_step(cls) else "optimizer"


def _overrides_step(cls: ResolvedClass) -> bool:
    """Whether the class replaces an inherited step: it then works without those methods."""
    return any(
        method.name in _STEPS
        and (inherited := cls.find(method.name, after=cls)) is not None
        and is_optimizer(inherited.owner)
        for method in cls.facts.methods
    )
