"""One form for what Python and TensorFlow let one write in several ways.

Two statements that become the same text here do the same: what an import is called through,
Python 2 against Python 3 and ``six``, annotations, the order of keyword arguments, and the
spellings that TensorFlow itself keeps as names for one thing (``to_float(x)`` is defined as
``cast(x, float32)``, ``get_shape()`` as ``shape``, a tower was renamed to a replica).
"""

import ast
import re
from collections.abc import Mapping

_CASTS = {
    "to_float": "float32",
    "to_double": "float64",
    "to_int32": "int32",
    "to_int64": "int64",
    "to_bfloat16": "bfloat16",
}
_VIEWS = {
    "iteritems": "items",
    "itervalues": "values",
    "iterkeys": "keys",
    "viewitems": "items",
    "viewvalues": "values",
    "viewkeys": "keys",
}
_PLAIN = {
    "CheckpointableBase": "Trackable",
    "Checkpointable": "AutoTrackable",
    "xrange": "range",
    "string_types": "str",
    "basestring": "str",
    "integer_types": "int",
    "VariableV1": "Variable",
    "get_tower_context": "get_replica_context",
    "get_distribution_strategy": "get_strategy",
    "get_cross_tower_context": "get_cross_replica_context",
    "has_distribution_strategy": "has_strategy",
    "in_cross_tower_context": "in_cross_replica_context",
    "num_towers": "num_replicas_in_sync",
    "num_replicas": "num_replicas_in_sync",
    "experimental_local_results": "unwrap",
    "batch_reduce": "batch_reduce_to",
    "convert_to_tensor_v2": "convert_to_tensor",
    "convert_to_tensor_v2_with_dispatch": "convert_to_tensor",
}
# what Keras' backend calls otherwise, and defines by that one call
_BACKEND = {
    "sum": "reduce_sum",
    "prod": "reduce_prod",
    "update": "assign",
    "update_add": "assign_add",
    "update_sub": "assign_sub",
}
_MODULES = {"tensorflow.python.framework.types": "dtypes"}
# functions that call another one with what they are given, one by one or in a tuple
_HANDS_ON = re.compile(r"merge_call|update(_non_slot)?|call_for_each_\w+|(experimental_)?run(_v2)?")
_ZEROS = {"zeros_initializer", "ones_initializer"}
_KEYWORDS = {"keep_dims": "keepdims", "reduction_indices": "axis", "grouped": "group"}
_WITHOUT_OUTPUT = {":-2", ":-len(':0')"}
_COLLECTING = {"all", "any", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"}
_TRACKABLE = re.compile(r"([Cc])heckpointable")
_NEGATED = {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}


class Spelling(ast.NodeTransformer):
    """Rewrites a tree in place; names of modules are marked with ``from_import``.

    Args:
        imports: name -> what it is imported as, by its full dotted name.
    """

    def __init__(self, imports: Mapping[str, str]) -> None:
        self._imports = imports

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name by its last part, wherever it is imported from."""
        full = self._imports.get(node.id)
        if full is None:
            return ast.copy_location(ast.Name(self._name(node.id), node.ctx), node)
        last = _MODULES.get(full, full.rpartition(".")[2])
        found = ast.Name(self._name(last), node.ctx)
        found.from_import = True  # type: ignore[attr-defined]
        return ast.copy_location(found, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A member of a module by the last module of its path."""
        self.generic_visit(node)
        node.attr = self._name(node.attr)
        if isinstance(node.value, ast.Name) and node.value.id == "backend":
            node.attr = _BACKEND.get(node.attr, node.attr)
        match node.value:
            case ast.Attribute(value=ast.Name() as root, attr=module) if _is_import(root):
                if module.islower():
                    renamed = ast.copy_location(ast.Name(module, ast.Load()), root)
                    renamed.from_import = True  # type: ignore[attr-defined]
                    node.value = renamed
            case ast.Name(id="six" | "moves") as root if _is_import(root):
                plain = ast.Name(node.attr, node.ctx)
                plain.from_import = node.attr == "moves"  # type: ignore[attr-defined]
                return ast.copy_location(plain, node)
        if node.attr == "extended":
            return node.value  # a strategy's own methods were moved there
        return node

    @staticmethod
    def _name(name: str) -> str:
        return _PLAIN.get(name, _TRACKABLE.sub(lambda m: "tT"[m[1] == "C"] + "rackable", name))

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        """A keyword by the name that TensorFlow kept."""
        self.generic_visit(node)
        if node.arg in _KEYWORDS:
            renamed = _KEYWORDS[node.arg]
            node.arg = renamed
        elif node.arg:
            node.arg = self._name(node.arg)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """A parameter without its annotation."""
        node.annotation = None
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """``shape.dims[0]`` is ``shape[0]``, and a name without its output is the op's."""
        self.generic_visit(node)
        match node:
            case ast.Subscript(value=ast.Attribute(value=of, attr="dims")):
                node.value = of
            case ast.Subscript(value=ast.Attribute(value=of, attr="name"), slice=part) if (
                ast.unparse(part) in _WITHOUT_OUTPUT
            ):
                return ast.Attribute(ast.Attribute(of, "op", ast.Load()), "name", ast.Load())
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.expr:
        """``[d.value for d in x.shape]`` is ``x.shape.as_list()``."""
        self.generic_visit(node)
        return _as_list(node) or node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        """The same, where ``tuple`` collects them."""
        self.generic_visit(node)
        return _as_list(node) or node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """``not a is b`` is ``a is not b``, and not not is nothing."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Not):
            return node
        match node.operand:
            case ast.Compare(ops=[op]) if type(op) in _NEGATED:
                node.operand.ops = [_NEGATED[type(op)]()]
                return node.operand
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return inner
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """``a if not c else b`` is ``b if c else a``."""
        self.generic_visit(node)
        match node.test:
            case ast.UnaryOp(op=ast.Not(), operand=test):
                node.test, node.body, node.orelse = test, node.orelse, node.body
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """``f"{v.name}: {x:.2f}"`` is ``"{}: {:.2f}".format(v.name, x)``: names stand as names."""
        text = ""
        given: list[ast.expr] = []
        for part in node.values:
            match part:
                case ast.Constant(value=str() as plain):
                    text += plain.replace("{", "{{").replace("}", "}}")
                case ast.FormattedValue(conversion=conversion, format_spec=spec):
                    form = _plain_text(spec)
                    if form is None:
                        return node
                    shown = f"!{chr(conversion)}" if conversion > 0 else ""
                    text += f"{{{shown}{form and ':'}{form}}}"
                    given.append(self.visit(part.value))
        formatted = ast.Attribute(ast.Constant(text), "format", ast.Load())
        return ast.copy_location(ast.Call(formatted, given, []), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A call in the one form that its meaning has."""
        self.generic_visit(node)
        if _HANDS_ON.fullmatch(_last(node.func)):
            _handed_on(node)
        node.keywords.sort(key=lambda one: (one.arg is None, one.arg or ""))
        return _python_call(node) or _tensorflow_call(node) or node


def _plain_text(spec: ast.expr | None) -> str | None:
    """What a format says; None where it is computed."""
    match spec:
        case None | ast.JoinedStr(values=[]):
            return ""
        case ast.JoinedStr(values=[ast.Constant(value=str() as text)]):
            return text
    return None


def _as_list(node: ast.ListComp | ast.GeneratorExp) -> ast.expr | None:
    """The sizes of a shape, collected one by one."""
    match node.elt, node.generators:
        case (
            ast.Attribute(value=ast.Name(id=read), attr="value"),
            [ast.comprehension(target=ast.Name(id=bound), iter=ast.Attribute() as shape, ifs=[])],
        ) if read == bound and shape.attr == "shape":
            return _method(shape, "as_list")
    return None


def _handed_on(node: ast.Call) -> None:
    """``merge_call(f, args=(x,), kwargs={"k": y})`` is ``merge_call(f, x, k=y)``."""
    given = {one.arg: one.value for one in node.keywords}
    args, kwargs = given.get("args"), given.get("kwargs")
    if not isinstance(args, ast.Tuple | None) or not isinstance(kwargs, ast.Dict | None):
        return
    names = [key.value for key in kwargs.keys if isinstance(key, ast.Constant)] if kwargs else []
    values = kwargs.values if kwargs else []
    if (args is None and kwargs is None) or len(names) != len(values):
        return
    node.args += args.elts if args else []
    node.keywords = [one for one in node.keywords if one.arg not in {"args", "kwargs"}]
    node.keywords += [
        ast.keyword(str(name), value) for name, value in zip(names, values, strict=True)
    ]


def _python_call(node: ast.Call) -> ast.expr | None:
    """What Python lets one call in several ways."""
    match node:
        case ast.Call(func=ast.Name(id="super"), args=[_, _]):
            node.args = []
        case ast.Call(func=ast.Name(id=name), args=[of]) if name in _VIEWS:
            return _method(of, _VIEWS[name])
        case ast.Call(func=ast.Attribute(value=of, attr=name), args=[]) if name in _VIEWS:
            return _method(of, _VIEWS[name])
        case ast.Call(func=ast.Name(id=name), args=[ast.ListComp() as of]) if name in _COLLECTING:
            node.args = [ast.GeneratorExp(of.elt, of.generators)]
        case ast.Call(func=ast.Name(id="set"), args=[ast.List(elts=items)]) if items:
            return ast.Set(items)
    return None


def _tensorflow_call(node: ast.Call) -> ast.expr | None:
    """What TensorFlow defines by another call."""
    last = _last(node.func)
    match node:
        case ast.Call(func=ast.Attribute(value=of, attr="get_shape"), args=[], keywords=[]):
            return ast.Attribute(of, "shape", ast.Load())
        case ast.Call(func=ast.Attribute(value=of, attr="experimental_ref" | "ref"), args=[]):
            return of  # how a variable is a key, since variables compare element by element
        case ast.Call(args=[of]) if last == "dimension_value":
            return ast.Attribute(of, "value", ast.Load())
        case ast.Call(func=ast.Attribute() as func, args=[_]) if last in _CASTS:
            func.attr = "cast"
            dtypes = ast.Name("dtypes", ast.Load())
            node.args.append(ast.Attribute(dtypes, _CASTS[last], ast.Load()))
        case ast.Call(args=[], keywords=[]) if last in {"in_graph_mode", "in_eager_mode"}:
            eager = _renamed(node, "executing_eagerly")
            return eager if last == "in_eager_mode" else ast.UnaryOp(ast.Not(), eager)
    return None


def _is_import(node: ast.Name) -> bool:
    return bool(getattr(node, "from_import", False))


def _last(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _method(of: ast.expr, name: str) -> ast.Call:
    return ast.Call(ast.Attribute(of, name, ast.Load()), [], [])


def _renamed(call: ast.Call, name: str) -> ast.Call:
    match call.func:
        case ast.Attribute() as func:
            func.attr = name
        case _:
            call.func = ast.Name(name, ast.Load())
    return call
