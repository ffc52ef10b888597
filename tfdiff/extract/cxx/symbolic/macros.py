"""Function-like macros inside functions: a formula's text, put in and parsed where it is called."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfdiff.extract.cxx.parse import Parsed, is_cuda, parse_statements
from tfdiff.extract.cxx.symbolic.guards import children

if TYPE_CHECKING:
    import tree_sitter

_CONTINUED = re.compile(r"\\\r?\n")
_PASTE = re.compile(r"\s*##\s*")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, eq=False)
class Macro:
    """A macro definition; ``parameters`` is None for one without parentheses."""

    name: str
    parameters: tuple[str, ...] | None
    body: str
    parsed: Parsed


def macro_of(node: "tree_sitter.Node", parsed: Parsed) -> Macro | None:
    """The macro that a ``preproc_def`` or ``preproc_function_def`` node defines."""
    name = node.child_by_field_name("name")
    value = node.child_by_field_name("value")
    if name is None or value is None:
        return None
    listed = node.child_by_field_name("parameters")
    parameters = None if listed is None else tuple(parsed.text(each) for each in children(listed))
    body = _CONTINUED.sub("\n", parsed.text(value))
    return Macro(parsed.text(name), parameters, body, parsed)


def expand(macro: Macro, arguments: tuple[str, ...]) -> Parsed:
    """The macro's body with the arguments put in, parsed as statements."""
    given = dict(zip(macro.parameters or (), arguments, strict=False))
    text = _WORD.sub(lambda word: given.get(word[0], word[0]), macro.body)
    text = _PASTE.sub("", text)
    return parse_statements(text + ";", cuda=is_cuda(macro.parsed.path), path=macro.parsed.path)
