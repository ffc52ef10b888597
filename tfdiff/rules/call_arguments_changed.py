"""A call inside passes other arguments.

What it reports:
A statement of both releases whose only difference is what one call in it is given.

Effect on training:
It depends on what is called; the finding names the call and the arguments.

Not reported:
Calls that belong to another matter, calls of private helpers that take other arguments
(internal-signature-changed), and calls on paths whose update rule was proved the same.

Example:
A table is made with ``deleted_key`` as well.
"""

import ast
from collections.abc import Iterator

from tfdiff.findings import Finding
from tfdiff.rules.matching.regions import computes_update
from tfdiff.rules.matching.topics import home, passes_on, places, quoted
from tfdiff.rules.pair import Change, Pair
from tfdiff.rules.told import Told

TOPICAL = True
_Difference = tuple[str, tuple[str, ...], tuple[str, ...]]


def check(pair: Pair) -> Iterator[Told]:
    """One finding for each statement in which one call differs in its arguments."""
    public = {method.name for method in (*pair.old.methods, *pair.new.methods)}
    for item in pair.regions:
        name = item.region.symbol.rpartition(".")[2]
        if not (item.old and item.new) or computes_update(name):
            continue
        for change in item.open:
            found = None
            if not (change.topic or passes_on(pair, change)):
                found = _difference(change, returned=name not in public)
            if found is None:
                continue
            callee, gone, come = found
            old, new = places((item, (change,)))
            said = [f"no longer {quoted(gone)}"] if gone else []
            said += [f"{quoted(come)} now"] if come else []
            yield Told(
                Finding(
                    rule="call-arguments-changed",
                    optimizer=pair.name,
                    facet="base-class-behaviour",
                    effect="api",
                    certainty="read",
                    subject=f"{home(pair, item.region.span.path)}.{name}: {callee}",
                    condition=None,
                    title=f"{name} calls {callee} with other arguments",
                    explanation=f"It passes {', and '.join(said)}.",
                    remedy=f"Look up what {callee} does with them.",
                    old=old,
                    new=new,
                ),
                (change,),
            )


def _difference(change: Change, *, returned: bool) -> _Difference | None:
    """The one call that differs: its name, the arguments that went and those that came.

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


def _in_nodes(old: ast.AST, new: ast.AST) -> _Difference | None:
    if type(old) is not type(new):
        return None
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        callee = ast.unparse(old.func)
        before, after = _arguments(old), _arguments(new)
        gone = tuple(text for text in before if text not in after)
        come = tuple(text for text in after if text not in before)
        if callee == ast.unparse(new.func) and len(gone) + len(come) != len(before) + len(after):
            return callee, gone, come
    pairs = zip(ast.iter_child_nodes(old), ast.iter_child_nodes(new), strict=False)
    differing = [(one, other) for one, other in pairs if ast.dump(one) != ast.dump(other)]
    return _in_nodes(*differing[0]) if len(differing) == 1 else None


def _arguments(call: ast.Call) -> tuple[str, ...]:
    return tuple(ast.unparse(one) for one in (*call.args, *call.keywords))
