"""Formulas in the notation of each format."""

from tfdiff.ir.expr import Boolean, Call, Expr, Number, Opaque, Operation, Select, Symbol


def text(expr: Expr) -> str:
    """A formula as plain text."""
    match expr:
        case Number(value):
            return str(value)
        case Boolean(value):
            return str(value).lower()
        case Symbol(name):
            return name
        case Operation(op, args) | Call(op, args):
            return f"{op}({', '.join(map(text, args))})"
        case Select(condition, then, other):
            return f"select({text(condition)}, {text(then)}, {text(other)})"
        case Opaque(source, _):
            return f"?({source})"


def latex(expr: Expr) -> str:
    """A formula as LaTeX."""
    return text(expr)
