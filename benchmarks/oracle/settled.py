"""A rule with its arguments settled: the branches that these never take are left out."""

from collections.abc import Mapping

from benchmarks.oracle.cases import Argument
from tfdiff.ir.expr import Boolean, Expr, Operation, boolean, children, symbol
from tfdiff.ir.walk import States, ordered, rebuilt


def settled(states: States, arguments: Mapping[str, Argument]) -> States:
    """The rule for these arguments, as far as truths and absences decide it."""
    done: dict[Expr, Expr] = {}
    for name, value in arguments.items():
        done[symbol(f"{name} is None")] = boolean(value is None)
        if isinstance(value, bool):
            done[symbol(name)] = boolean(value)
    known = dict(done)
    for node in ordered(value for _, value in states):
        if node not in known:
            done[node] = _folded(node, tuple(done[child] for child in children(node)))
    return tuple((name, done[value]) for name, value in states)


def _folded(node: Expr, operands: tuple[Expr, ...]) -> Expr:
    match node, operands:
        case Operation(op="not"), (Boolean(value=truth),):
            return boolean(not truth)
        case Operation(op="and" | "or" as op), _:
            deciding = boolean(op == "or")
            rest = tuple(one for one in operands if not isinstance(one, Boolean))
            if deciding in operands or not rest:
                return deciding if deciding in operands else boolean(op == "and")
            return rebuilt(node, rest) if len(rest) > 1 else rest[0]
        case _:
            return rebuilt(node, operands)
