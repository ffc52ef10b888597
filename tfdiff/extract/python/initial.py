"""What a slot starts with, and the names and scopes that its creation computes."""

import ast
import re
from collections.abc import Iterator

from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.construction import Construction
from tfdiff.extract.python.model import Model
from tfdiff.extract.python.module import Assignment, CallSite
from tfdiff.extract.python.reach import Reached
from tfdiff.extract.python.values import Evaluator, parsed
from tfdiff.facts import Literal, Unknown, Value

# initialisers by their own names, and what they set
_CONSTANT = {
    "zeros": 0,
    "zeros_like": 0,
    "zeros_initializer": 0,
    "Zeros": 0,
    "ones": 1,
    "ones_like": 1,
    "ones_initializer": 1,
    "Ones": 1,
}
# functions that hand their argument on: the position of the value, and its keyword
_HANDED_ON = {
    "constant_initializer": (0, "value"),
    "Constant": (0, "value"),
    "constant": (0, "value"),
    "convert_to_tensor": (0, "value"),
    "cast": (0, "x"),
    "fill": (1, "value"),
    "identity": (0, "input"),
    "full": (1, "fill_value"),
    "float": (0, "x"),
    "_call_if_callable": (0, "param"),
    "variable": (0, "value"),
}
_HYPER = frozenset({"get_hyper", "_get_hyper", "_get_hyper_tensor"})
_DEPTH = 8


class InitialValues:
    """Evaluates expressions inside a function that creates state.

    Args:
        model: the release's files.
        cls: the optimizer.
        construction: what its attributes hold.
        one: the function that the expressions stand in.
    """

    def __init__(
        self, model: Model, cls: ResolvedClass, construction: Construction, one: Reached
    ) -> None:
        self._model = model
        self._cls = cls
        self._construction = construction
        self._evaluator = Evaluator(model, one.path, cls)
        self._one = one
        self._held = {f"self.{name}": held for name, held in construction.attributes.items()}
        self._parameters = frozenset(construction.parameters)
        self._names = {name: held.value for name, held in self._held.items()}

    def scope(self, written: str) -> Value:
        """The name scope that an expression gives: the default of ``name``, mostly."""
        return self._evaluator.value(written, self._names)

    def texts(self, written: str) -> Iterator[str]:
        """The names that an expression can give: one, or all that its loop runs through."""
        value = self._evaluator.value(written, self._names)
        if isinstance(value, Unknown):
            if self.of_hypers(written):
                yield from self._hypers()
                return
            for one in self._one.function.assignments:
                if one.target == written and one.kind in {"=", "for"}:
                    value = self._evaluator.value(one.value, self._names)
                    break
        if isinstance(value, Unknown):
            value = self._made_unique(written) or value
        if isinstance(value, Literal):
            if isinstance(value.value, str):
                yield value.value
            elif isinstance(value.value, tuple):
                yield from (name for name in value.value if isinstance(name, str))

    def of_hypers(self, written: str) -> bool:
        """Whether a name runs through those under which hyperparameters are kept."""
        loops = (one for one in self._one.function.assignments if one.kind == "for")
        return any("_hyper" in one.value and written in one.target for one in loops)

    def _made_unique(self, written: str) -> Literal | None:
        """The name that a nested function is given, where it returns it, or more behind it."""
        function = self._one.function
        match parsed(written):
            case ast.Call(func=ast.Name(id=called), args=[ast.Constant(value=str(name))]) if (
                called in function.locals
            ):
                returned = (one.value for one in function.assignments if one.kind == "return")
                kept = (re.match(r"\w+( \+ |$)", value) for value in returned)
                return Literal(name, written) if any(kept) else None
        return None

    def _hypers(self) -> Iterator[str]:
        """The names under which ``_set_hyper`` keeps hyperparameters."""
        for name in self._construction.attributes:
            if name.startswith("_hyper["):
                yield name.removeprefix("_hyper[").strip("]'\"")

    def initial(self, written: str, call: CallSite) -> Value:
        """What the state starts with: a number, or the parameter that it is taken from."""
        node = parsed(written)
        found = None if node is None else self._initial(node, call.line, 0)
        if found is None:
            return Unknown("the initial value is computed", written)
        return Literal(found.value, written)

    def _initial(self, node: ast.expr, line: int, depth: int) -> Literal | None:
        if depth > _DEPTH:
            return None
        if isinstance(node, ast.Lambda):
            return self._initial(node.body, line, depth + 1)
        if isinstance(node, ast.Call):
            return self._called(node, line, depth)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(ast.unparse(node), line, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return self._scaled(node, line, depth)
        return self._plain(ast.unparse(node))

    def _scaled(self, node: ast.BinOp, line: int, depth: int) -> Literal | None:
        """``ones(...) * x`` is ``x`` in every element."""
        left = self._initial(node.left, line, depth + 1)
        right = self._initial(node.right, line, depth + 1)
        one = Literal(1)
        return right if left == one else left if right == one else None

    def _plain(self, text: str) -> Literal | None:
        value = self._evaluator.value(text)
        if isinstance(value, Unknown):
            return None
        if isinstance(value.value, str) and value.value in _CONSTANT:
            return Literal(_CONSTANT[value.value])
        return value

    def _called(self, node: ast.Call, line: int, depth: int) -> Literal | None:
        name = ast.unparse(node.func).rpartition(".")[2]
        if name in _CONSTANT:
            return Literal(_CONSTANT[name])
        if name in _HYPER and node.args and isinstance(node.args[0], ast.Constant):
            return Literal(str(node.args[0].value))
        if name in _HANDED_ON:
            place, keyword = _HANDED_ON[name]
            given = [one.value for one in node.keywords if one.arg == keyword]
            argument = given[0] if given else node.args[place] if place < len(node.args) else None
            return None if argument is None else self._initial(argument, line, depth + 1)
        if name in {"initialized_value", "read_value", "value"}:
            return Literal("variable")
        return self._returned(node, depth)

    def _returned(self, node: ast.Call, depth: int) -> Literal | None:
        """What a method of the optimizer returns as the initial value, nested functions too."""
        head, _, name = ast.unparse(node.func).rpartition(".")
        member = self._cls.find(name) if head == "self" else None
        if member is None:
            return None
        there = Reached(member.owner.ref.path, member.owner, member.function)
        return InitialValues(self._model, self._cls, self._construction, there).result(depth)

    def result(self, depth: int = 0) -> Literal | None:
        """What the function returns, or a function nested in it; None if that is not one value."""
        function = self._one.function
        returned = [
            one
            for one in function.assignments
            if one.kind == "return" and one.value not in function.locals
        ]
        found = {self._assigned(one, depth) for one in returned}
        return found.pop() if len(found) == 1 else None

    def _named(self, name: str, line: int, depth: int) -> Literal | None:
        held = self._held.get(name)
        if held is not None and len(held.roots) == 1:
            return Literal(held.roots[0])
        before = [one for one in self._one.function.assignments if self._sets(one, name, line)]
        found = {self._assigned(one, depth) for one in _last_arms(before)}
        if len(found) == 1:
            return found.pop()
        if found:
            return None
        return self._unassigned(name, depth)

    def _unassigned(self, name: str, depth: int) -> Literal | None:
        """A nested function, the variable of a loop, a parameter, an initialiser's name."""
        function = self._one.function
        if name in function.locals:
            return self.result(depth + 1)
        if any(one.kind == "for" and one.target == name for one in function.assignments):
            return Literal("variable")
        if name in self._parameters and function.name == "__init__":
            return Literal(name)
        last = name.rpartition(".")[2]
        return Literal(_CONSTANT[last]) if last in _CONSTANT else self._plain(name)

    @staticmethod
    def _sets(one: Assignment, name: str, line: int) -> bool:
        return one.kind == "=" and one.target == name and one.line < line

    def _assigned(self, one: Assignment, depth: int) -> Literal | None:
        node = parsed(one.value)
        return None if node is None else self._initial(node, one.line, depth + 1)


def _last_arms(assignments: list[Assignment]) -> list[Assignment]:
    """The last assignment, and those of the other arms of its branch."""
    if not assignments or not assignments[-1].conditions:
        return assignments[-1:]
    return [one for one in assignments if one.conditions]
