"""What a rule does to the gradient before the step proper: clipping, above all.

A base class prepares the gradients of all its optimizers in the same way, and what each of them
makes of a prepared gradient is its own. Apart, each is decided once and for what it is; together,
the options of one hide those of the other, and every term is as long as both.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from tfdiff.ir.decision import Decision
from tfdiff.ir.expr import Expr, Select, Symbol, children, symbol
from tfdiff.ir.walk import States, ordered, replaced_states, symbols

GRADIENT: Final = "the gradient"
"""What a prepared gradient is called where states are named."""

_NAME: Final = "grad"
_RAW: Final = symbol(_NAME)
_OF_ROWS: Final = frozenset({"touched", "step"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """Two rules, each in two parts.

    Attributes:
        gradients: what each makes of the gradient, whatever it is a gradient of.
        steps: the rules in terms of the gradient so prepared, which is called ``grad``.
    """

    gradients: tuple[States, States]
    steps: tuple[States, States]

    @property
    def alike(self) -> bool:
        """Whether both prepare the gradient by the same operations."""
        return self.gradients[0] == self.gradients[1]


def prepared(rules: tuple[States, States]) -> Prepared | None:
    """Both rules with the preparation of the gradient apart; None where neither has one."""
    states = frozenset(name for rule in rules for name, _ in rule)
    gradients = tuple(_preparation(rule, states) for rule in rules)
    if all(one is _RAW for one in gradients):
        return None
    old, new = (
        replaced_states(rule, {gradient: _RAW})
        for rule, gradient in zip(rules, gradients, strict=True)
    )
    before, after = (((GRADIENT, gradient),) for gradient in gradients)
    return Prepared((before, after), (old, new))


def _preparation(rule: States, states: Collection[str]) -> Expr:
    """The last choice that all of the gradient goes through, made of it and options alone."""
    nodes = ordered(value for _, value in rule)
    own = _of_gradient(nodes, states)
    choices = [node for node in nodes if isinstance(node, Select) and node in own]
    return next((one for one in reversed(choices) if _is_passed(rule, one)), _RAW)


def _of_gradient(nodes: Collection[Expr], states: Collection[str]) -> set[Expr]:
    """The nodes that read the gradient and nothing that a step starts from besides."""
    started = _OF_ROWS.union(states)
    besides: set[Expr] = set()
    reading: set[Expr] = {_RAW}
    for node in nodes:
        below = children(node)
        if (isinstance(node, Symbol) and node.name in started) or any(
            one in besides for one in below
        ):
            besides.add(node)
        elif any(one in reading for one in below):
            reading.add(node)
    return reading


def _is_passed(rule: States, node: Expr) -> bool:
    """Whether nothing of the gradient gets into the rule but through this node."""
    marked = replaced_states(rule, {node: symbol(GRADIENT)})
    return _NAME not in symbols(value for _, value in marked)


def both(gradient: Decision, step: Decision) -> Decision:
    """The decision on whole rules from those on their parts.

    Args:
        gradient: of what is made of the gradient; at worst conditional.
        step: of the step with a gradient that both have.
    """
    states = (*step.states, *gradient.states)
    said = tuple(dict.fromkeys((*step.assumptions, *gradient.assumptions)))
    whole = replace(step, states=states, assumptions=said)
    if step.verdict == "undecided" or gradient.verdict == "identical":
        return whole
    always = step.verdict == "differs" and step.condition is None
    if always:
        return whole
    if gradient.verdict == "equal":
        return replace(whole, verdict="equal") if step.verdict == "identical" else whole
    conditions = (step.condition, gradient.condition)
    return replace(
        whole,
        verdict="differs" if step.verdict == "differs" else "conditional",
        proof="; ".join(dict.fromkeys((step.proof, gradient.proof))),
        condition=" or ".join(filter(None, conditions)),
        reason=step.reason or gradient.reason,
    )
