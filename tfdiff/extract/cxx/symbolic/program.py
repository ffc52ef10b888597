"""The classes, functions and macros that the kernels of one device are written in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import tree_sitter

from tfdiff.extract.cxx.parse import Parsed
from tfdiff.extract.cxx.symbolic.guards import children, statements
from tfdiff.extract.cxx.symbolic.macros import Macro, macro_of

_CLASSES = frozenset({"class_specifier", "struct_specifier"})
_SCOPES = frozenset({"namespace_definition", "linkage_specification"})
_FUNCTION = "function_definition"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A function's parameter: its name, its declaration and the default it may have."""

    name: str
    node: tree_sitter.Node
    default: tree_sitter.Node | None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionCode:
    """A function with a body.

    Attributes:
        owner: the class it is a method of, or "".
        templates: names of its own template parameters.
    """

    name: str
    owner: str
    templates: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: tree_sitter.Node
    node: tree_sitter.Node
    parsed: Parsed

    def accepts(self, count: int) -> bool:
        """Can it be called with so many arguments?"""
        needed = sum(parameter.default is None for parameter in self.parameters)
        return needed <= count <= len(self.parameters)


@dataclass(frozen=True, slots=True, eq=False)
class ClassCode:
    """A class with a body.

    Attributes:
        pattern: the arguments of a specialization, None for a primary template.
        templates: names of its template parameters; ``defaults`` of those that have one.
    """

    name: str
    pattern: tuple[str, ...] | None
    templates: tuple[str, ...]
    defaults: dict[str, str]
    bases: tuple[tree_sitter.Node, ...]
    methods: dict[str, tuple[FunctionCode, ...]]
    members: tuple[tree_sitter.Node, ...]
    node: tree_sitter.Node
    parsed: Parsed


@dataclass(slots=True)
class Program:
    """What the build of one device sees."""

    device: str
    defined: frozenset[str]
    classes: dict[str, list[ClassCode]] = field(default_factory=dict)
    functions: dict[str, list[FunctionCode]] = field(default_factory=dict)
    constants: dict[str, tuple[Parsed, tree_sitter.Node]] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)

    def add(self, parsed: Parsed) -> None:
        """Take in one file's definitions."""
        self._walk(children(parsed.root), parsed, None)

    def _walk(
        self,
        nodes: Iterable[tree_sitter.Node],
        parsed: Parsed,
        template: tree_sitter.Node | None,
    ) -> None:
        for node in statements(list(nodes), self.defined):
            body = node.child_by_field_name("body")
            if node.type in _SCOPES and body is not None:
                self._walk(children(body), parsed, None)
            elif node.type == "template_declaration":
                parameters = node.child_by_field_name("parameters")
                inside = [each for each in children(node) if each != parameters]
                self._walk(inside, parsed, parameters)
            elif node.type in _CLASSES and body is not None:
                code = _class(node, body, parsed, template, self.defined)
                self.classes.setdefault(code.name, []).append(code)
            elif node.type == _FUNCTION:
                self._function(node, parsed, template)
            elif node.type == "declaration":
                self._constant(node, parsed)
            elif node.type in {"preproc_def", "preproc_function_def"}:
                macro = macro_of(node, parsed)
                if macro is not None:
                    self.macros[macro.name] = macro

    def _function(
        self, node: tree_sitter.Node, parsed: Parsed, template: tree_sitter.Node | None
    ) -> None:
        code = function_code(node, parsed, template_names(template, parsed))
        if code is not None and not code.owner:
            self.functions.setdefault(code.name, []).append(code)
        elif code is not None:
            self._method(code, _owner_arguments(node, parsed))

    def _method(self, code: FunctionCode, arguments: tuple[str, ...]) -> None:
        # ``void RuleOp<Device, T>::Compute(...) {...}`` outside its class.
        for known in self.classes.get(code.owner, ()):
            if arguments in (known.pattern, known.templates) or not arguments:
                known.methods[code.name] = (*known.methods.get(code.name, ()), code)
                return
        special = ClassCode(
            name=code.owner,
            pattern=arguments or None,
            templates=code.templates,
            defaults={},
            bases=(),
            methods={code.name: (code,)},
            members=(),
            node=code.node,
            parsed=code.parsed,
        )
        self.classes.setdefault(code.owner, []).append(special)

    def _constant(self, node: tree_sitter.Node, parsed: Parsed) -> None:
        for declarator in node.children_by_field_name("declarator"):
            name = declarator.child_by_field_name("declarator")
            value = declarator.child_by_field_name("value")
            if name is not None and value is not None and name.type == "identifier":
                self.constants[parsed.text(name)] = (parsed, value)


def template_names(parameters: tree_sitter.Node | None, parsed: Parsed) -> tuple[str, ...]:
    """The names of template parameters, in order."""
    return tuple(name for name, _ in _template_parameters(parameters, parsed))


def function_code(
    node: tree_sitter.Node, parsed: Parsed, templates: tuple[str, ...], owner: str = ""
) -> FunctionCode | None:
    """A function definition taken apart; None if it has no body or no plain name."""
    body = node.child_by_field_name("body")
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        inner = declarator.child_by_field_name("declarator")
        declarator = inner or next(iter(children(declarator)), None)
    if body is None or declarator is None:
        return None
    name = declarator.child_by_field_name("declarator")
    listed = declarator.child_by_field_name("parameters")
    if name is None or listed is None:
        return None
    if name.type == "qualified_identifier":
        scope = name.child_by_field_name("scope")
        last = name.child_by_field_name("name")
        if scope is None or last is None:
            return None
        owner = parsed.text(scope.child_by_field_name("name") or scope)
        name = last
    parameters = tuple(_parameters(listed, parsed))
    return FunctionCode(parsed.text(name), owner, templates, parameters, body, node, parsed)


def _owner_arguments(node: tree_sitter.Node, parsed: Parsed) -> tuple[str, ...]:
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "qualified_identifier":
        declarator = declarator.child_by_field_name("declarator")
    scope = declarator.child_by_field_name("scope") if declarator is not None else None
    listed = scope.child_by_field_name("arguments") if scope is not None else None
    return argument_texts(listed, parsed)


def declared_name(node: tree_sitter.Node | None) -> tree_sitter.Node | None:
    """The identifier inside a declarator (``*const x``, ``& x``, ``x[3]``)."""
    while node is not None and node.type not in {"identifier", "field_identifier"}:
        inner = node.child_by_field_name("declarator")
        node = inner or next(
            (child for child in children(node) if child.type != "type_qualifier"), None
        )
    return node


def _parameters(listed: tree_sitter.Node, parsed: Parsed) -> Iterator[Parameter]:
    for node in children(listed):
        if "parameter" not in node.type:
            continue
        name = declared_name(node.child_by_field_name("declarator"))
        default = node.child_by_field_name("default_value")
        yield Parameter(parsed.text(name) if name is not None else "", node, default)


def _template_parameters(
    parameters: tree_sitter.Node | None, parsed: Parsed
) -> Iterator[tuple[str, str | None]]:
    for node in children(parameters) if parameters is not None else ():
        default = node.child_by_field_name("default_value") or node.child_by_field_name(
            "default_type"
        )
        name = node.child_by_field_name("name") or declared_name(
            node.child_by_field_name("declarator")
        )
        if name is None:
            name = next(iter(children(node)), None)
        if name is not None:
            yield parsed.text(name), parsed.text(default) if default is not None else None


def _class(
    node: tree_sitter.Node,
    body: tree_sitter.Node,
    parsed: Parsed,
    template: tree_sitter.Node | None,
    defined: frozenset[str],
) -> ClassCode:
    named = node.child_by_field_name("name")
    name, pattern = "", None
    if named is not None and named.type == "template_type":
        name = parsed.text(named.child_by_field_name("name") or named)
        pattern = argument_texts(named.child_by_field_name("arguments"), parsed)
    elif named is not None:
        name = parsed.text(named)
    bases = tuple(
        base
        for clause in node.children
        if clause.type == "base_class_clause"
        for base in children(clause)
        if base.type != "access_specifier"
    )
    methods: dict[str, tuple[FunctionCode, ...]] = {}
    members: list[tree_sitter.Node] = []
    for member in statements(children(body), defined):
        code, own = member, None
        if member.type == "template_declaration":
            own = member.child_by_field_name("parameters")
            code = (member, *children(member))[-1]
        if code.type == _FUNCTION:
            method = function_code(code, parsed, template_names(own, parsed), name)
            if method is not None:
                methods[method.name] = (*methods.get(method.name, ()), method)
        elif code.type in {"field_declaration", "alias_declaration", "type_definition"}:
            members.append(code)
    given = dict(_template_parameters(template, parsed))
    return ClassCode(
        name,
        pattern,
        tuple(given),
        {key: value for key, value in given.items() if value is not None},
        bases,
        methods,
        tuple(members),
        node,
        parsed,
    )


def argument_texts(arguments: tree_sitter.Node | None, parsed: Parsed) -> tuple[str, ...]:
    """Template arguments as written, without comments."""
    if arguments is None:
        return ()
    return tuple(" ".join(parsed.text(each).split()) for each in children(arguments))
