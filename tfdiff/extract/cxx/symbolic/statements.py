"""Statements in order: order is semantics."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import tree_sitter

from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.parse import statements as fragment_statements
from tfdiff.extract.cxx.symbolic import branches, declarations, guards, loops
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.macros import macro_of
from tfdiff.extract.cxx.symbolic.values import Cell, Scalar, Value

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

_WHOLE: Final = frozenset({"expression_statement", "declaration", "return_statement"})
Exit = Literal["end", "next", "leave", "return"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of statements ended: ``next`` continues the loop around it, ``leave`` breaks it."""

    exit: Exit
    value: Value | None = None


Todo: TypeAlias = "tuple[tree_sitter.Node, Frame, Todo] | None"
Step: TypeAlias = "tuple[Outcome | None, Todo]"  # how the run ended, or what is left to do


def todo(machine: "Machine", nodes: Iterable[tree_sitter.Node], frame: Frame, rest: Todo) -> Todo:
    """Statements to run in a frame, then the rest."""
    chosen = list(guards.statements(list(nodes), machine.program.defined))
    for node in reversed(chosen):
        rest = (node, frame, rest)
    return rest


def execute(machine: "Machine", work: Todo) -> Outcome:
    """Run statements until they end or are left."""
    while work is not None:
        node, frame, work = work
        run = _RUNNERS.get(node.type, _not_understood)
        if node.has_error and _is_broken(node):
            run = _not_understood
        ended, work = run(machine, node, frame, work)
        if ended is not None:
            return ended
    return Outcome("end")


def _is_broken(node: tree_sitter.Node) -> bool:
    # What the grammar left out may be what counts. A block's statements are looked at one by one.
    if node.type in _WHOLE:
        return True
    broken = any(child.is_error or child.is_missing for child in node.children)
    return broken and node.type != "compound_statement"


def _not_understood(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    by = machine.opaque(node, frame, f"statement not understood ({node.type})")
    machine.taint_names(node, frame, by)
    return None, work


def _nothing(_machine: "Machine", _node: tree_sitter.Node, _frame: Frame, work: Todo) -> Step:
    return None, work


def _block(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    return None, todo(machine, guards.children(node), frame.inner(), work)


def _declaration(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    declarations.declare(machine, node, frame)
    return None, work


def _alias(_machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    declarations.alias(node, frame)
    return None, work


def _define(_machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    macro = macro_of(node, frame.parsed)
    if macro is not None:
        frame.macros[macro.name] = macro
    return None, work


def _loop(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    loops.loop(machine, node, frame)
    return None, work


def _next(_machine: "Machine", _node: tree_sitter.Node, _frame: Frame, _work: Todo) -> Step:
    return Outcome("next"), None


def _leave(_machine: "Machine", _node: tree_sitter.Node, _frame: Frame, _work: Todo) -> Step:
    return Outcome("leave"), None


def _return(machine: "Machine", node: tree_sitter.Node, frame: Frame, _work: Todo) -> Step:
    return Outcome("return", _returned(machine, node, frame)), None


def _returned(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value | None:
    inner = guards.children(node)
    if not inner:
        return None
    value = machine.evaluate(inner[0], frame)
    # A local variable's slot is gone with the function: what is returned is its content.
    return Scalar(machine.read(value)) if isinstance(value, Cell) else value


def _expression(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Step:
    inner = guards.children(node)
    if not inner:
        return None, work
    expanded = _expanded(machine, inner[0], frame)
    if expanded is not None:
        same_scope = frame.elsewhere(expanded, frame.parsed.span(node))
        return None, todo(machine, fragment_statements(expanded), same_scope, work)
    if inner[0].type != "binary_expression" or _has_effects(inner[0]):
        machine.evaluate(inner[0], frame)
    return None, work


def _expanded(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Parsed | None:
    """What a call of a macro stands for; None if it calls none."""
    called = node.child_by_field_name("function") if node.type == "call_expression" else None
    listed = node.child_by_field_name("arguments")
    if called is None or listed is None or called.type != "identifier":
        return None
    arguments = tuple(frame.parsed.text(each) for each in guards.children(listed))
    return machine.expansion(frame, frame.parsed.text(called), arguments)


def _has_effects(node: tree_sitter.Node) -> bool:
    # ``Eigen::Sizes<1> single;`` reads as a comparison; a comparison for its own sake is none.
    effects = {"call_expression", "assignment_expression", "update_expression"}
    return node.type in effects or any(map(_has_effects, node.named_children))


_RUNNERS: Final[dict[str, Callable[["Machine", tree_sitter.Node, Frame, Todo], Step]]] = {
    "compound_statement": _block,
    "expression_statement": _expression,
    "declaration": _declaration,
    "alias_declaration": _alias,
    "if_statement": branches.branch,
    "for_statement": _loop,
    "for_range_loop": _loop,
    "while_statement": _loop,
    "return_statement": _return,
    "continue_statement": _next,
    "break_statement": _leave,
    "preproc_def": _define,
    "preproc_function_def": _define,
    "preproc_call": _nothing,  # #undef, #pragma
    "using_declaration": _nothing,
    "static_assert_declaration": _nothing,
    "type_definition": _alias,
    ";": _nothing,
}
