"""Walking expression graphs: every shared node once, and without recursion."""

from collections.abc import Container, Iterable, Mapping
from fractions import Fraction

from tfdiff.ir.expr import (
    FUNCTIONS,
    LOGIC,
    Call,
    Expr,
    Number,
    Opaque,
    Operation,
    Select,
    Symbol,
    call,
    children,
    operation,
    select,
)

States = tuple[tuple[str, Expr], ...]


def ordered(roots: Iterable[Expr], known: Container[Expr] = ()) -> list[Expr]:
    """All nodes below ``roots``, each once, operands before the nodes that use them.

    Nodes that are ``known``, and what only stands below them, are left out.
    """
    seen: set[Expr] = set()
    found: dict[Expr, None] = {}
    pending = [*roots]
    pending.reverse()
    while pending:
        node = pending[-1]
        if node in seen:
            pending.pop()
            found[node] = None
        elif node in known:
            pending.pop()
        else:
            seen.add(node)
            pending += children(node)[::-1]
    return list(found)


def rebuilt(node: Expr, operands: tuple[Expr, ...]) -> Expr:
    """The same node over other operands, in the order of ``children``."""
    match node:
        case Operation(op=op):
            return operation(op, *operands)
        case Call(function=function):
            return call(function, *operands)
        case Select():
            return select(*operands)
        case _:
            return node


def replaced(roots: Iterable[Expr], replacements: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    """Every node below ``roots`` with the given nodes replaced; what replaces is left alone."""
    result: dict[Expr, Expr] = {}
    for node in ordered(roots):
        if node in replacements:
            result[node] = replacements[node]
        else:
            result[node] = rebuilt(node, tuple(result[child] for child in children(node)))
    return result


def replaced_states(states: States, replacements: Mapping[Expr, Expr]) -> States:
    """The same states with the given nodes replaced in every value."""
    done = replaced((value for _, value in states), replacements)
    return tuple((name, done[value]) for name, value in states)


def symbols(roots: Iterable[Expr]) -> tuple[str, ...]:
    """Names of all symbols below ``roots``, sorted."""
    return tuple(sorted({node.name for node in ordered(roots) if isinstance(node, Symbol)}))


def numbers(roots: Iterable[Expr]) -> tuple[Fraction, ...]:
    """All constants below ``roots``, sorted."""
    return tuple(sorted({node.value for node in ordered(roots) if isinstance(node, Number)}))


def opaques(roots: Iterable[Expr]) -> tuple[Opaque, ...]:
    """What was not understood below ``roots``."""
    return tuple(node for node in ordered(roots) if isinstance(node, Opaque))


def unknown_calls(roots: Iterable[Expr]) -> tuple[Call, ...]:
    """Calls of functions about which nothing is known (``matmul``, ``norm``)."""
    return tuple(
        node for node in ordered(roots) if isinstance(node, Call) and node.function not in FUNCTIONS
    )


def truth_symbols(roots: Iterable[Expr]) -> frozenset[str]:
    """Names of the symbols that stand where a condition is asked for."""
    found: set[str] = set()
    for node in ordered(roots):
        asked: tuple[Expr, ...] = ()
        if isinstance(node, Select):
            asked = (node.condition,)
        elif isinstance(node, Operation) and node.op in LOGIC:
            asked = node.args
        found.update(part.name for part in asked if isinstance(part, Symbol))
    return frozenset(found)
