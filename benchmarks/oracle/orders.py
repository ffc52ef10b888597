"""The orders in which the reads and writes of a step may be carried out.

Graphs that Keras makes until 1.15 hold no order between the updates: whether a counter is read
before or after its increment is decided as they run, at each read and in each step anew.
"""

from dataclasses import replace
from itertools import combinations

from tfdiff.facts import OptimizerFacts, UpdateRule
from tfdiff.ir.expr import Expr, children, symbol
from tfdiff.ir.walk import States, ordered, rebuilt, replaced, symbols


def orders(facts: OptimizerFacts, rule: UpdateRule) -> tuple[UpdateRule, ...]:
    """A rule, and what else it may be: each read of what no gradient changes early or late."""
    offered = {method.name for method in facts.methods}
    if "get_updates" not in offered or "apply_gradients" in offered:
        return (rule,)
    late: dict[Expr, Expr] = {}
    for name, after in rule.states:
        if name != "var" and not {"grad", "touched"} & {*symbols([after])}:
            old = symbol(name)
            late |= {old: after, after: replaced((after,), {old: after})[after]}
    reads = [
        node
        for node in ordered(value for _, value in rule.states if value not in late)
        if node not in late and any(child in late for child in children(node))
    ]
    chosen = (some for many in range(len(reads) + 1) for some in combinations(reads, many))
    return tuple(replace(rule, states=_reading(rule.states, some, late)) for some in chosen)


def _reading(states: States, chosen: tuple[Expr, ...], late: dict[Expr, Expr]) -> States:
    """A rule of which the chosen nodes read late; what is read keeps its own update."""
    result: dict[Expr, Expr] = {}
    for node in ordered(value for _, value in states):
        result[node] = rebuilt(
            node,
            tuple(
                late[child] if node in chosen and child in late else result[child]
                for child in children(node)
            ),
        )
    return tuple((name, value if value in late else result[value]) for name, value in states)
