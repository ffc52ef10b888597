"""The syntax of a Python region that is one function."""

import ast
from functools import lru_cache


@lru_cache(maxsize=512)
def function(text: str) -> ast.FunctionDef | None:
    """The function that a region's text defines, None where it cannot be parsed or is none."""
    inside = text[:1].isspace()
    try:
        (defined,) = ast.parse(f"class _:\n{text}" if inside else text).body
    except (SyntaxError, ValueError):
        return None
    if isinstance(defined, ast.ClassDef) and inside:
        (defined,) = defined.body
    return defined if isinstance(defined, ast.FunctionDef) else None


def after_docstring(defined: ast.FunctionDef) -> list[ast.stmt]:
    """What a function does, without what it says of itself."""
    first = defined.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return defined.body[1:] if documented else defined.body
