"""What a name means: locals, enclosing scopes, the module, imports, Python's own."""

import ast

from tfdiff.extract.python.interpret.machine import Machine
from tfdiff.extract.python.interpret.program import Imported, SourceModule
from tfdiff.extract.python.interpret.values import Class, Foreign, Function, Module, Scope, Value


def look_up(machine: Machine, name: str, scope: Scope) -> Value:
    """The value of a name in a scope."""
    around: Scope | None = scope
    while around is not None:
        entries = machine.memory.entries(around.address)
        if name in entries:
            return machine.settle(entries[name])
        around = around.parent
    if name not in scope.module.names and scope.owner and name in scope.owner.members:
        return definition(machine, scope.owner.members[name], scope.module)  # in a default
    return in_module(machine, name, scope.module)


def in_module(machine: Machine, name: str, module: SourceModule) -> Value:
    """The value of a module's name, or of Python's own."""
    binding = module.names.get(name)
    if binding is None:
        return Foreign(name)
    if isinstance(binding, Imported):
        return imported(machine, ".".join(filter(None, (binding.module, binding.attribute))))
    return definition(machine, binding, module)


def imported(machine: Machine, dotted: str) -> Value:
    """What an imported dotted name stands for."""
    found = machine.program.look_up(dotted)
    return Module(found) if isinstance(found, str) else definition(machine, *found)


def definition(machine: Machine, node: ast.AST, module: SourceModule) -> Value:
    """The value of a top-level definition."""
    match node:
        case ast.FunctionDef():
            return Function(node, module, None, None)
        case ast.ClassDef():
            return Class(machine.program.define(node, module))
        case ast.expr():
            scope = Scope(machine.allocate({}), module, None, None)
            return machine.evaluate(node, scope)
        case _:
            return Foreign(ast.dump(node)[:40])
