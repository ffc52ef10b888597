"""Arguments that are left out of a formula because nobody has to pass them.

Clipping stands in every place of the gradient and hides the rule. Where an argument is None the
gradient is taken as it is: the formula is shown for that case, and says so.
"""

from collections.abc import Iterator

from tfdiff.ir.canonical import Canonical
from tfdiff.ir.defaults import ABSENT, without_absent
from tfdiff.ir.expr import Expr, Number, Operation, Select, Symbol
from tfdiff.ir.walk import States, ordered, symbols, truth_symbols


def without_optional(old: States, new: States) -> tuple[States, States, tuple[str, ...]]:
    """Both rules for who passes no such argument, and the arguments.

    Nothing is left out where that would hide all that tells the rules apart.
    """
    roots = [value for rule in (old, new) for _, value in rule]
    names = tuple(sorted(set(_optional(roots))))
    absent = {f"{name}{ABSENT}": True for name in names}
    before, after = without_absent(old, absent), without_absent(new, absent)
    if not names or (_differ(old, new) and not _differ(before, after)):
        return old, new, ()
    return before, after, names


def _optional(roots: list[Expr]) -> Iterator[str]:
    """Arguments that only come in where they are passed; a default that stands for one stays."""
    kept = {name for node in ordered(roots) for name in _stands_for(node)}
    for truth in truth_symbols(roots):
        name = truth.removesuffix(ABSENT)
        if name != truth and name not in kept:
            yield name


def _stands_for(node: Expr) -> Iterator[str]:
    """The argument that a choice puts a number, or another argument, in the place of."""
    if not isinstance(node, Select):
        return
    condition, absent, passed = node.condition, node.then, node.other
    if isinstance(condition, Operation) and condition.op == "not":
        condition, absent, passed = condition.args[0], passed, absent
    if isinstance(condition, Symbol) and condition.name.endswith(ABSENT):
        name = condition.name.removesuffix(ABSENT)
        itself = isinstance(passed, Symbol) and passed.name == name
        if itself or isinstance(absent, Number) or name in symbols([absent]):
            yield name


def _differ(old: States, new: States) -> bool:
    forms = Canonical()
    left, right = ({name: forms.form(value) for name, value in rule} for rule in (old, new))
    return left != right
