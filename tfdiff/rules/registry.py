"""The rules, found by walking this package: a new rule is a new module and nothing else.

A rule module has a docstring with the four headings of the house style and one function
``check(pair)`` that yields findings, or ``Told`` where a finding accounts for more than its own
lines. ``CATCH_ALL = True`` marks the rules that speak of what no exact rule accounted for; they
run after the others. ``PRESENCE = True`` marks those that speak of an optimizer that one release
does not have; no other rule runs on such a pair. ``TOGETHER`` marks those whose subject names
one of several things that differ alike, such as ops: in one file, or anywhere.
"""

import pkgutil
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal as OneOf

import tfdiff.rules
from tfdiff.findings import Finding
from tfdiff.rules.pair import Pair
from tfdiff.rules.told import Told

HEADINGS = ("What it reports", "Effect on training", "Not reported", "Example")
STAGES = (0, 1, 2)
_INFRASTRUCTURE = frozenset({"matching", "pair", "registry", "told"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, its documentation by heading, and its check.

    Attributes:
        stage: when it runs: 0 on facts, 1 on statements by topic, 2 on what is left.
        together: where the same is told once for all optimizers, with all their subjects.
    """

    id: str
    title: str
    documentation: tuple[tuple[str, str], ...]
    stage: int
    presence: bool
    together: OneOf["", "file", "anywhere"]
    check: Callable[[Pair], Iterable[Finding | Told]]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, exact ones first, each group in the order of the ids."""
    names = (info.name for info in pkgutil.iter_modules(tfdiff.rules.__path__))
    rules = (_rule(name) for name in names if name not in _INFRASTRUCTURE)
    return tuple(sorted(rules, key=lambda rule: (rule.stage, rule.id)))


def _rule(name: str) -> Rule:
    module = import_module(f"tfdiff.rules.{name}")
    title, sections = _sections(module.__doc__ or "")
    return Rule(
        id=name.replace("_", "-"),
        title=title,
        documentation=sections,
        stage=2 if hasattr(module, "CATCH_ALL") else int(hasattr(module, "TOPICAL")),
        presence=getattr(module, "PRESENCE", False),
        together=getattr(module, "TOGETHER", ""),
        check=module.check,
    )


def _sections(docstring: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Title and sections; a heading is a line of its own that ends with a colon."""
    headings = "|".join(HEADINGS)
    title, *parts = re.split(rf"^({headings}):$", docstring, flags=re.MULTILINE)
    bodies = (" ".join(body.split()) for body in parts[1::2])
    return " ".join(title.split()), tuple(zip(parts[::2], bodies, strict=True))
