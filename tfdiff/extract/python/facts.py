"""Everything read about one optimizer from Python: all of its facts but kernels and rules."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.constructor import read_constructor
from tfdiff.extract.python.methods import public_methods
from tfdiff.extract.python.model import Definition, Model
from tfdiff.extract.python.ops import calls, plain_ops, signatures
from tfdiff.extract.python.reach import Reach, Reached, reach
from tfdiff.extract.python.slots import read_slots
from tfdiff.extract.python.strings import string_names
from tfdiff.facts import ClassRef, OpCall, OptimizerFacts, Region, Span, Unknown

_WORD = re.compile(r"[A-Za-z_]\w*")


def read_python_facts(model: Model, ref: ClassRef) -> OptimizerFacts:
    """Read one optimizer, given by its class and called by its name.

    Hyperparameters set by ``_set_hyper`` have attributes such as ``_hyper['learning_rate']``.

    Args:
        model: the release's files (``catalog.open_model``).
        ref: the class, such as a catalog entry's ``class_name`` and ``path``.
    """
    cls = model.class_(ref.path, ref.name)
    if cls is None:
        raise LookupError(f"{ref.path} defines no class {ref.name}")
    construction = read_constructor(model, cls)
    reached = reach(model, cls)
    state = read_slots(model, cls, construction, reached.functions)
    known = signatures(model)
    called = [found for one in reached.functions for found in calls(model, one, known)]
    return OptimizerFacts(
        name=cls.ref.name,
        public_names=(),
        class_name=cls.ref.name,
        span=cls.span,
        ancestry=tuple(base.ref for base in cls.mro),
        parameters=tuple(construction.parameters.values()),
        hyperparameters=construction.hyperparameters,
        slots=state.slots,
        regions=tuple(_distinct(_regions(model, cls, reached))),
        calls=tuple(one for one in called if isinstance(one, OpCall)),
        kernels=(),
        rules=(),
        unknowns=(
            *_missing_bases(cls),
            *construction.unknowns,
            *state.unknowns,
            *(one for one in called if isinstance(one, Unknown)),
        ),
        methods=public_methods(model, cls),
        further=construction.further,
        strings=string_names(model, cls),
        plain_ops=plain_ops(reached.functions),
    )


def _missing_bases(cls: ResolvedClass) -> Iterator[Unknown]:
    for name in cls.externals:
        if "ptimizer" in name:
            yield Unknown("the base class is not at hand", name, cls.span)


def _regions(model: Model, cls: ResolvedClass, reached: Reach) -> Iterator[Region]:
    """The class and its bases, each with the methods reached; then helpers, then constants."""
    for base in _owners(cls, reached.functions):
        yield _class_region(model, cls, base)
    for one in reached.functions:
        yield _function_region(model, cls, one)
    for constant in reached.constants:
        yield _constant_region(model, constant)


def _distinct(regions: Iterable[Region]) -> Iterator[Region]:
    """Tell a class from a base of the same name (``Adam(adam.Adam)``) by the base's module."""
    homes: dict[str, str] = {}
    for region in regions:
        home = region.span.path
        if homes.setdefault(f"{region.kind} {region.symbol}", home) == home:
            yield region
        else:
            module = home.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
            yield replace(region, symbol=f"{module}.{region.symbol}")


def _owners(cls: ResolvedClass, functions: Iterable[Reached]) -> Iterator[ResolvedClass]:
    yield cls
    others = dict.fromkeys(one.owner for one in functions if one.owner is not None)
    yield from (owner for owner in others if owner is not cls)


def _class_region(model: Model, cls: ResolvedClass, base: ResolvedClass) -> Region:
    """A class's head: its text runs to the first method, its hash takes in all the body."""
    end = min([base.facts.end_line, *(one.line - 1 for one in base.facts.methods)])
    span = Span(base.ref.path, base.facts.line, max(end, base.facts.line))
    owner = "" if base is cls else base.ref.name
    return Region("class", base.ref.name, "python", base.body.tokens, base.body.docs,
                  owner, model.text(span), span, _imports(model, span))  # fmt: skip


def _imports(model: Model, span: Span) -> tuple[tuple[str, str], ...]:
    """What the imported names of a stretch of source stand for."""
    words = set(_WORD.findall(model.text(span)))
    return tuple(
        (one.alias, ".".join(part for part in (one.module, one.name) if part).lstrip("."))
        for one in model.module(span.path).imports
        if one.alias in words and (one.name or "." not in one.module or one.alias not in one.module)
    )


def _function_region(model: Model, cls: ResolvedClass, one: Reached) -> Region:
    function = one.function
    span = Span(one.path, function.line, function.end_line)
    kind = "function" if one.owner is None else "method"
    owner = "" if one.owner is None or one.owner is cls else one.owner.ref.name
    return Region(kind, one.symbol, "python", function.tokens, function.docs,  # type: ignore[arg-type]
                  owner, model.text(span), span, _imports(model, span))  # fmt: skip


def _constant_region(model: Model, constant: Definition) -> Region:
    assigned = model.module(constant.path).constants
    values = [one for one in assigned if one.target == constant.name]
    said = sha256("\0".join(one.value for one in values).encode()).hexdigest()[:16]
    span = Span(constant.path, values[0].line, values[0].end_line)
    return Region("module", constant.name, "python", said, "", "", model.text(span), span,
                  _imports(model, span))  # fmt: skip
