"""Memory while a kernel runs: what every slot holds now, and branches that run apart."""

from dataclasses import dataclass, field

from tfdiff.extract.cxx.symbolic.values import Anywhere, Scalar, Value
from tfdiff.ir.expr import Expr, opaque, select, symbol
from tfdiff.ir.walk import replaced, symbols

CELL = "@"


def cell_symbol(slot: int) -> Expr:
    """What stands in a lazy expression for the content of a slot."""
    return symbol(f"{CELL}{slot}")


@dataclass(slots=True)
class Store:
    """What the slots hold; None is declared but not set yet.

    Attributes:
        initial: what the cells of the op's inputs held at the start; shared by all branches.
    """

    values: dict[int, Value | None] = field(default_factory=dict)
    initial: dict[int, Value | None] = field(default_factory=dict)

    def fork(self) -> "Store":
        """A copy that a branch can change."""
        return Store(dict(self.values), self.initial)

    def get(self, slot: int) -> Value | None:
        """What a slot holds."""
        return self.values.get(slot, self.initial.get(slot))

    def number(self, slot: int) -> Expr:
        """The number in a slot."""
        value = self.get(slot)
        if isinstance(value, Scalar):
            return value.expr
        reason = "read before it was set" if value is None else "not a number"
        return opaque("" if value is None else str(value), reason)

    def force(self, lazy: Expr) -> Expr:
        """A lazy expression with what its cells hold now."""
        contents = {
            symbol(name): self.number(int(name.removeprefix(CELL)))
            for name in symbols((lazy,))
            if name.startswith(CELL)
        }
        return replaced((lazy,), contents)[lazy]

    def join(self, condition: Expr, then: "Store", other: "Store") -> None:
        """Take over what two branches of ``condition`` left, slot by slot."""
        # What only one branch knows is local to it.
        both = then.values.keys() & other.values.keys()
        either = then.values.keys() | other.values.keys()
        for slot in sorted(both | (either & self.initial.keys())):
            left, right = then.get(slot), other.get(slot)
            self.values[slot] = left if left == right else _chosen(condition, left, right)


def _chosen(condition: Expr, then: Value | None, other: Value | None) -> Value:
    for value in (then, other):
        if value is not None and not isinstance(value, Scalar):
            return Anywhere(type(value).__name__, "differs by branch")
    unset = opaque("", "read before it was set")
    numbers = [value.expr if isinstance(value, Scalar) else unset for value in (then, other)]
    return Scalar(select(condition, *numbers))
