"""Statements in order: order is semantics."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import tree_sitter

from tfdiff.extract.cxx.parse import statements as fragment_statements
from tfdiff.extract.cxx.symbolic import branches, declarations, guards, loops
from tfdiff.extract.cxx.symbolic.frames import Frame
from tfdiff.extract.cxx.symbolic.macros import macro_of
from tfdiff.extract.cxx.symbolic.values import Cell, Scalar, Value

if TYPE_CHECKING:
    from tfdiff.extract.cxx.symbolic.machine import Machine

Exit = Literal["end", "return", "next"]
_LOOPS = frozenset({"for_statement", "for_range_loop", "while_statement"})
_SILENT = frozenset(
    {
        "using_declaration",
        "static_assert_declaration",
        "preproc_call",  # #undef, #pragma
        "type_definition",
        ";",
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of statements ended: ``next`` is a ``continue`` of the loop around it."""

    exit: Exit
    value: Value | None = None


Todo: TypeAlias = "tuple[tree_sitter.Node, Frame, Todo] | None"


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
        match node.type:
            case "compound_statement":
                work = todo(machine, guards.children(node), frame.inner(), work)
            case "expression_statement":
                work = _expression(machine, node, frame, work)
            case "declaration":
                declarations.declare(machine, node, frame)
            case "if_statement":
                ended, work = branches.branch(machine, node, frame, work)
                if ended is not None:
                    return ended
            case "return_statement":
                return Outcome("return", _returned(machine, node, frame))
            case "continue_statement":
                return Outcome("next")
            case "alias_declaration":
                declarations.alias(node, frame)
            case "preproc_def" | "preproc_function_def":
                macro = macro_of(node, frame.parsed)
                if macro is not None:
                    frame.macros[macro.name] = macro
            case kind if kind in _LOOPS:
                loops.loop(machine, node, frame)
            case kind if kind in _SILENT:
                pass
            case kind:
                by = machine.opaque(node, frame, f"statement not understood ({kind})")
                machine.taint_names(node, frame, by)
    return Outcome("end")


def _returned(machine: "Machine", node: tree_sitter.Node, frame: Frame) -> Value | None:
    inner = guards.children(node)
    if not inner:
        return None
    value = machine.evaluate(inner[0], frame)
    # A local variable's slot is gone with the function: what is returned is its content.
    return Scalar(machine.read(value)) if isinstance(value, Cell) else value


def _expression(machine: "Machine", node: tree_sitter.Node, frame: Frame, work: Todo) -> Todo:
    inner = guards.children(node)
    if not inner:
        return work
    called = (
        inner[0].child_by_field_name("function") if inner[0].type == "call_expression" else None
    )
    if called is not None and called.type == "identifier":
        name = frame.parsed.text(called)
        macro = frame.macro(name) or machine.program.macros.get(name)
        if macro is not None:
            listed = inner[0].child_by_field_name("arguments")
            given = guards.children(listed) if listed is not None else []
            texts = tuple(frame.parsed.text(each) for each in given)
            expanded = machine.expansion(macro, texts)
            same_scope = frame.elsewhere(expanded, frame.parsed.span(node))
            return todo(machine, fragment_statements(expanded), same_scope, work)
    if inner[0].type != "binary_expression" or _has_effects(inner[0]):
        machine.evaluate(inner[0], frame)
    return work


def _has_effects(node: tree_sitter.Node) -> bool:
    # ``Eigen::Sizes<1> single;`` reads as a comparison; a comparison for its own sake is none.
    effects = {"call_expression", "assignment_expression", "update_expression"}
    return node.type in effects or any(map(_has_effects, node.named_children))
