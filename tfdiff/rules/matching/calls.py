"""The one call in which two statements differ."""

import ast

from tfdiff.rules.pair import Change

Calls = tuple[ast.Call, ast.Call]


def differing(change: Change, *, returned: bool) -> Calls | None:
    """The call that differs, on both sides; None where more differs than one call.

    Args:
        change: the statement on both sides.
        returned: whether it may be what the function returns.
    """
    if change.before is None or change.after is None:
        return None
    try:
        old, new = ast.parse(change.before.said), ast.parse(change.after.said)
    except SyntaxError:
        return None  # the head of a block
    if not returned and any(isinstance(one, ast.Return) for one in ast.walk(old)):
        return None
    return _in_nodes(old, new)


def _in_nodes(old: ast.AST, new: ast.AST) -> Calls | None:
    if type(old) is not type(new):
        return None
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        shared = set(arguments(old)) & set(arguments(new))
        if callee(old) == callee(new) and (shared or not (arguments(old) and arguments(new))):
            return old, new
        if callee(old) == callee(new):
            return _in_parts(old, new) or (old, new)
        if callee(old) != callee(new) and arguments(old) == arguments(new):
            return old, new
    return _in_parts(old, new)


def _in_parts(old: ast.AST, new: ast.AST) -> Calls | None:
    pairs = zip(ast.iter_child_nodes(old), ast.iter_child_nodes(new), strict=False)
    differ = [(one, other) for one, other in pairs if ast.dump(one) != ast.dump(other)]
    return _in_nodes(*differ[0]) if len(differ) == 1 else None


def callee(call: ast.Call) -> str:
    """What is called, as written."""
    return ast.unparse(call.func)


def arguments(call: ast.Call) -> tuple[str, ...]:
    """What it is given, as written."""
    return tuple(ast.unparse(one) for one in (*call.args, *call.keywords))
