"""Where rules that are equal are written alike: all but for what one option asks for."""

from functools import lru_cache

from tfdiff.ir.expr import Expr, Select, Symbol, children, symbol
from tfdiff.ir.show import text
from tfdiff.ir.switches import conditions
from tfdiff.ir.truths import decided
from tfdiff.ir.walk import States, ordered, rebuilt, replaced, symbols


@lru_cache(maxsize=1024)
def apart_if(old: States, new: States, names: frozenset[str]) -> str | None:
    """The one test outside of which both rules are the same operations in the same order.

    None where there is no such test, among those that both make of an option.

    Args:
        old: one rule.
        new: the other; a symbol that only it reads stands for the one that only the old one reads.
        names: the states that are asked about.
    """
    rules = [tuple(value for name, value in rule if name in names) for rule in (old, new)]
    known = [set(symbols(rule)) for rule in rules]
    gone, come = sorted(known[0] - known[1]), sorted(known[1] - known[0])
    if len(gone) == len(come) == 1:
        called = replaced(rules[1], {symbol(come[0]): symbol(gone[0])})
        rules[1] = tuple(called[root] for root in rules[1])
    roots = tuple(rules)
    both = [one for one in conditions(roots[0]) if one in set(conditions(roots[1]))]
    for test in both:
        if not isinstance(test, Symbol):
            continue
        for holds in (True, False):
            if _under(roots[0], test, holds=holds) == _under(roots[1], test, holds=holds):
                return f"not {text(test)}" if holds else text(test)
    return None


def _under(roots: tuple[Expr, ...], test: Expr, *, holds: bool) -> tuple[Expr, ...]:
    """Values where a test holds, or fails: the arms of choices that are decided by it."""
    result: dict[Expr, Expr] = {}
    for node in ordered(roots):
        settled = decided(node.condition, {test: holds}) if isinstance(node, Select) else None
        if isinstance(node, Select) and settled is not None:
            result[node] = result[node.then if settled else node.other]
        else:
            result[node] = rebuilt(node, tuple(result[child] for child in children(node)))
    return tuple(result[root] for root in roots)
