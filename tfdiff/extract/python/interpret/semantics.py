"""What the interpreter's parts ask of each other, so that none has to import another."""

import ast
from typing import TYPE_CHECKING, Protocol

from tfdiff.extract.python.interpret.outcomes import Outcome
from tfdiff.extract.python.interpret.values import Scope, Value
from tfdiff.ir.expr import Expr

if TYPE_CHECKING:
    from tfdiff.extract.python.interpret.machine import Machine


class Semantics(Protocol):
    """The meaning of the syntax; handed in, so that its modules can call each other."""

    def evaluate(self, machine: "Machine", node: ast.expr, scope: Scope) -> Value:
        """The value of an expression."""

    def condition(self, machine: "Machine", node: ast.expr, scope: Scope) -> Expr:
        """Whether an expression counts as true."""

    def execute(self, machine: "Machine", node: ast.stmt, scope: Scope) -> Outcome | None:
        """Carry out a statement; None where it simply goes on to the next."""

    def call(
        self,
        machine: "Machine",
        function: Value,
        args: tuple[Value, ...],
        kwargs: dict[str, Value],
    ) -> Value:
        """Call a function."""

    def attribute(self, machine: "Machine", receiver: Value, name: str) -> Value:
        """The attribute of a value."""

    def super_of(self, machine: "Machine", args: list[Value], scope: Scope) -> Value:
        """What ``super()`` means within a scope."""

    def summed(self, value: Expr) -> Expr:
        """The value of a row whose occurrences have ``value`` each."""

    def iterate(self, machine: "Machine", value: Value) -> tuple[Value, ...] | None:
        """The elements of a value, None if they are not known."""
