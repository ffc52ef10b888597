"""Imports go down only: each room knows what lies below it and nothing above."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tfdiff

ROOT = Path(tfdiff.__file__).parent

# From the roof to the ground. A module may import what stands on its own floor or below.
FLOORS = (
    ("tfdiff.cli", "tfdiff.__main__"),
    (
        "tfdiff.run",
        "tfdiff.accepted",
        "tfdiff.accounting",
        "tfdiff.attribution",
        "tfdiff.changelog",
        "tfdiff.history",
        "tfdiff.index",
        "tfdiff.render",
        "tfdiff.trackers",
        "tfdiff",
    ),
    ("tfdiff.comparison",),
    ("tfdiff.rules",),
    ("tfdiff.findings",),
    ("tfdiff.extract",),
    ("tfdiff.facts",),
    ("tfdiff.ir", "tfdiff.sources"),
    ("tfdiff.collecting", "tfdiff.errors"),
)

# Third-party packages and the only rooms that may import them.
AT_HOME = {
    "libcst": ("tfdiff.extract.python",),
    "tree_sitter": ("tfdiff.extract.cxx",),
    "tree_sitter_cpp": ("tfdiff.extract.cxx",),
    "tree_sitter_cuda": ("tfdiff.extract.cxx",),
    "git": ("tfdiff.sources",),
    "requests": ("tfdiff.sources", "tfdiff.trackers"),
    "pypi_simple": ("tfdiff.sources",),
    "jinja2": ("tfdiff.render",),
    "pygments": ("tfdiff.render",),
    "rich": ("tfdiff.render", "tfdiff.cli"),
    "flint": ("tfdiff.ir",),
    "joblib": ("tfdiff.history",),
    "distributed": ("tfdiff.history.clusters",),
    "ray": ("tfdiff.history.clusters",),
}

MODULES = sorted(ROOT.rglob("*.py"))


def _name(path: Path) -> str:
    parts = ("tfdiff", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _within(name: str, room: str) -> bool:
    return name == room or (room != "tfdiff" and name.startswith(f"{room}."))


def _floor(name: str) -> int | None:
    for number, rooms in enumerate(FLOORS):
        if any(_within(name, room) for room in rooms):
            return number
    return None


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_stands_on_a_floor(path: Path) -> None:
    assert _floor(_name(path)) is not None


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_down_only(path: Path) -> None:
    here = _floor(_name(path))
    assert here is not None
    upward = {
        name
        for name in _imports(path)
        if name.startswith("tfdiff.") and (floor := _floor(name)) is not None and floor < here
    }
    assert upward == set()


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_third_party_packages_stay_in_their_rooms(path: Path) -> None:
    name = _name(path)
    strangers = {
        module
        for module in _imports(path)
        if (rooms := AT_HOME.get(module.split(".")[0]))
        and not any(_within(name, room) for room in rooms)
    }
    assert strangers == set()


def test_what_computes_and_parses_is_loaded_only_where_something_has_to_be_read() -> None:
    program = (
        "import sys, tfdiff.cli.commands, tfdiff.run, tfdiff.comparison.optimizer\n"
        "import tfdiff.render.html, tfdiff.render.json, tfdiff.render.terminal\n"
        "slow = {'numpy', 'flint', 'libcst', 'tree_sitter', 'joblib', 'requests'}\n"
        "sys.exit(', '.join(slow & set(sys.modules)) or 0)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
