"""Whether a release and a copy of it that only looks different are said to do the same.

The copy is made by program: Python goes through ``ast.unparse`` (no comments, other line breaks),
docstrings are taken away or put in, local variables of every function renamed, imports turned
round; C++ loses its comments, its local variables are renamed, and clang-format sets it in
another width. No finding with an effect may come of it, and no verdict but the best.

    pip install clang-format
    python benchmarks/cosmetic.py PATH/TO/tensorflow.git v1.4.0 v1.15.0
    python benchmarks/cosmetic.py PATH/TO/keras.git v2.12.0 v3.3.3

Ends with 1 where anything is said to differ. What the report on the release and itself leaves
undecided too is counted, and is no failure.
"""

import argparse
import ast
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.changed_tree import changed
from benchmarks.reversal import different
from tfdiff.extract.matches import all_matches, public_names
from tfdiff.extract.notes import read_notes
from tfdiff.extract.reading import Reading
from tfdiff.findings import Place, Report
from tfdiff.run import compared, put_together, read_releases
from tfdiff.sources import SourceOptions

CXX: Final = (".cc", ".h", ".cu.cc")
RENAMED: Final = "_by_another_name"
ROW: Final = "{:>9} {:>11} {:>9} {:>7} {:>10} {:>9} {:>8}"
_TOKEN: Final = re.compile(
    r'(?P<kept>R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')'
    r"|(?P<comment>//[^\n]*|/\*(?:.|\n)*?\*/)"
)
_LOCAL: Final = re.compile(
    r"^ +(?:const )?(?:auto|Tensor|T|int|bool|float|double|Index|int64|gpuStream_t)\s*[&*]?\s*"
    r"(\w+)(?: =|;|\()",
    re.MULTILINE,
)
_BODY: Final = re.compile(r"^(?:  )?(?=[^\s#}/]).*\)[^;{}]*\{\n", re.MULTILINE)


def main() -> int:
    """Compare each release with its copy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("releases", nargs="+")
    parser.add_argument("--keras-repo")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--clang-format", default=shutil.which("clang-format"))
    parser.add_argument("--width", type=int, default=62)
    asked = parser.parse_args()
    options = SourceOptions(
        repo=str(asked.repository), cache=asked.cache, keras_repo=asked.keras_repo
    )
    print(
        ROW.format("release", "optimizers", "findings", "effect", "undecided", "wrong", "seconds")
    )
    failed = False

    def looks(path: str, text: str) -> str:
        if path.endswith(".py"):
            return other_python(text)
        if path.endswith(CXX) and asked.clang_format:
            return other_cxx(text, path, asked.clang_format, asked.width)
        return text

    for release in asked.releases:
        begun = time.perf_counter()
        (reading,) = read_releases((release,), options)
        report = compared_all(reading, changed(reading, looks))
        findings = [one for each in report.optimizers for one in each.findings]
        effective = [one for one in findings if one.effect != "none"]
        wrong, undecided = wrongs(report, compared_all(reading, reading))
        failed = failed or bool(wrong)
        row = (len(report.optimizers), len(findings), len(effective), undecided, len(wrong))
        print(ROW.format(release, *row, f"{time.perf_counter() - begun:.0f}"), flush=True)
        for line in wrong[:60]:
            print(f"    {line}", flush=True)
    return int(failed)


def compared_all(old: Reading, new: Reading) -> Report:
    """The report on all optimizers of two readings."""
    changelog = read_notes(old.tree, new.tree, new.store)
    matches = all_matches(old.catalog, new.catalog)
    named = zip(matches, public_names(matches), strict=True)
    reports = tuple(compared(match, name, old, new).report for match, name in named)
    return put_together(reports, old, new, changelog)


def wrongs(report: Report, own: Report) -> tuple[list[str], int]:
    """What is said to differ, and how much is undecided as it is for the release and itself."""
    findings = [
        f"{one.rule} {one.effect} {one.optimizer}: {one.title} "
        f"[{one.old and one.old.path}:{one.old and one.old.start}] "
        f"[{one.new and one.new.start}] {_short(one.new)}"
        for each in report.optimizers
        for one in each.findings
        if one.effect != "none"
    ]
    known = {one[:4] for one in different(own)}
    verdicts = [one for one in different(report) if one[0] != "finding"]
    others = [str(one) for one in verdicts if one[:4] not in known]
    return findings + others, len(verdicts) - len(others)


def _short(place: Place | None) -> str:
    return " ".join(place.text.split())[:120] if place else ""


def other_python(text: str) -> str:
    """The same Python with other looks."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            _other_docstring(node)
    for node in _outer_functions(tree):
        _rename(node)
    _turn_imports(tree)
    lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    return "\n".join(_commented(lines)) + "\n"


def _other_docstring(node: ast.FunctionDef | ast.ClassDef | ast.Module) -> None:
    """Take a docstring away; where there is none, put one in."""
    if ast.get_docstring(node, clean=False) is None:
        if not isinstance(node, ast.Module):
            node.body.insert(0, ast.Expr(ast.Constant("Does what it says.")))
    elif len(node.body) > 1 and "@@" not in (ast.get_docstring(node) or ""):
        del node.body[0]  # before 1.8 packages say with @@ in it what is public


def _outer_functions(node: ast.AST) -> Iterator[ast.FunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child
        elif isinstance(child, ast.ClassDef | ast.If | ast.Module):
            yield from _outer_functions(child)


def _rename(function: ast.FunctionDef) -> None:
    """Rename the local variables of a function that nothing else could name."""
    inside = list(ast.walk(function))
    if any(isinstance(node, ast.ClassDef) for node in inside):
        return
    if any(isinstance(node, ast.Name) and node.id in {"locals", "vars", "eval"} for node in inside):
        return
    stored = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    kept = {node.arg for node in inside if isinstance(node, ast.arg)}
    kept |= {
        n for node in inside if isinstance(node, ast.Global | ast.Nonlocal) for n in node.names
    }
    kept |= {node.name for node in inside if isinstance(node, ast.FunctionDef)}
    kept |= {node.name for node in inside if isinstance(node, ast.ExceptHandler) and node.name}
    for node in inside:
        if isinstance(node, ast.Name) and node.id in stored - kept and node.id != "_":
            node.id += RENAMED


def _turn_imports(tree: ast.Module) -> None:
    """The module's imports of names, the other way round; ``__future__`` stays first."""
    places = [
        place
        for place, node in enumerate(tree.body)
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.module != "__future__" and _plain(node))
    ]
    nodes = [tree.body[place] for place in places]
    for place, node in zip(places, reversed(nodes), strict=True):
        tree.body[place] = node


def _plain(node: ast.ImportFrom) -> bool:
    return all(alias.name != "*" for alias in node.names)


def _commented(lines: list[str]) -> Iterator[str]:
    """A comment before every return and every branch, where no string goes over lines."""
    over_lines = any('"""' in line for line in lines)
    for line in lines:
        bare = line.lstrip()
        if not over_lines and bare.startswith(("return", "if ", "def ")):
            yield f"{line[: len(line) - len(bare)]}# Nothing else."
        yield line


def other_cxx(text: str, path: str, clang_format: str, width: int) -> str:
    """The same C++ with other looks."""
    bare = _TOKEN.sub(lambda match: match["kept"] or " ", text)
    renamed = _renamed_cxx(bare)
    style = f"{{BasedOnStyle: Google, ColumnLimit: {width}, IndentWidth: 4, SortIncludes: Never}}"
    done = subprocess.run(
        [clang_format, f"--style={style}", f"--assume-filename={Path(path).stem}.cc"],
        input=renamed,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 and done.stdout else renamed


def _renamed_cxx(text: str) -> str:
    """Local variables of function bodies renamed, where nothing but the body names them."""
    found: list[str] = []
    at = 0
    for match in _BODY.finditer(text):
        if match.start() < at:
            continue
        end = _closing(text, match.end() - 2)
        body = text[match.end() : end]
        if end < 0 or "#" in body or match[0].startswith(("namespace", "class", "struct")):
            continue
        names = set(_LOCAL.findall(body)) - set(re.findall(r"\w+", match[0]))
        for name in sorted(names - {"ctx", "context"}):
            body = _outside_strings(rf"(?<![\w.:>]){name}(?!\w)", name + RENAMED, body)
        found += [text[at : match.end()], body]
        at = end
    return "".join((*found, text[at:]))


def _outside_strings(pattern: str, by: str, text: str) -> str:
    parts = re.split(r'("(?:\\.|[^"\\\n])*")', text)
    return "".join(one if nth % 2 else re.sub(pattern, by, one) for nth, one in enumerate(parts))


def _closing(text: str, start: int) -> int:
    depth = 0
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[{}]', text[start:]):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return start + match.start()
    return -1


if __name__ == "__main__":
    sys.exit(main())
