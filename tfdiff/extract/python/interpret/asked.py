"""Files outside of the interpreted ones that are asked a single question each."""

import ast
import re
from posixpath import commonpath
from typing import Final

from tfdiff.errors import MissingFileError
from tfdiff.extract.python.candidates import EPSILON_HOMES
from tfdiff.sources.tree import SourceTree

CLIPPING_FILE: Final = "tensorflow/python/ops/clip_ops.py"
HORIZON_FILE: Final = "tensorflow/python/compat/compat.py"
RESOURCE_FILE: Final = "tensorflow/python/ops/resource_variable_ops.py"
# Keras 3 has functions of its own, which say themselves what they do with a sparse gradient.
KERAS_FILES: Final = ("keras/src/backend/tensorflow/numpy.py", "keras/backend/tensorflow/numpy.py")
FILES: Final = frozenset({CLIPPING_FILE, HORIZON_FILE, RESOURCE_FILE, *KERAS_FILES})
_HORIZON: Final = re.compile(
    r"^_FORWARD_COMPATIBILITY_HORIZON = datetime\.date\((\d+), (\d+), (\d+)\)", re.MULTILINE
)
_EPSILON: Final = re.compile(r"^_EPSILON *= *([\d.]+(?:e[+-]?\d+)?)\b", re.MULTILINE)
_ON_OCCURRENCES: Final = re.compile(
    r"^@sparse\.(?:elementwise_unary|elementwise_binary_intersection|elementwise_division)\n"
    r"def (\w+)\(",
    re.MULTILINE,
)
_OTHER_NAME: Final = re.compile(r"^def (\w+)\((\w+)\):\n    return (\w+)\(\2\)$", re.MULTILINE)
_RESOURCE_BASE: Final = re.compile(r"^class ResourceVariable\((.*)\):", re.MULTILINE)


def horizon(tree: SourceTree) -> tuple[int, ...]:
    """The date until which a release promises to be readable by others, if it says so."""
    found = _HORIZON.search(_text(tree, HORIZON_FILE))
    return tuple(int(part) for part in found.groups()) if found else ()


def resource_is_variable(tree: SourceTree) -> bool:
    """Whether a resource variable is a ``Variable`` at a release; before 1.3 it is not."""
    found = _RESOURCE_BASE.search(_text(tree, RESOURCE_FILE))
    return found is None or "Variable" in found[1]


def epsilon(tree: SourceTree, near: str) -> str:
    """Keras' default epsilon as written, in the configuration nearest to a file; "" for none."""
    homes = tuple(f"/{home}" for home in (*EPSILON_HOMES, "backend.py"))
    paths = [path for path in tree.paths() if path.endswith(homes) and "keras" in path]
    for path in sorted(paths, key=lambda path: len(commonpath((path, near))), reverse=True):
        found = _EPSILON.search(_text(tree, path))
        if found:
            return found[1]
    return ""


def densifying(tree: SourceTree) -> frozenset[str]:
    """The clipping functions that know no sparse gradient, and so make it dense."""
    try:
        module = ast.parse(_text(tree, CLIPPING_FILE))
    except SyntaxError:
        return frozenset()
    return frozenset(
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef)
        and not any(
            isinstance(part, ast.Attribute) and part.attr == "IndexedSlices"
            for part in ast.walk(node)
        )
    )


def on_occurrences(tree: SourceTree) -> frozenset[str]:
    """Keras' functions that take a sparse gradient occurrence by occurrence and keep it sparse."""
    text = "\n".join(_text(tree, path) for path in KERAS_FILES)
    found = set(_ON_OCCURRENCES.findall(text))
    return frozenset(
        found | {name for name, _, known in _OTHER_NAME.findall(text) if known in found}
    )


def _text(tree: SourceTree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8", errors="replace")
    except MissingFileError:
        return ""
