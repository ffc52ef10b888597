"""Mutants of the sources themselves: each mutated line must be reported.

One operator or constant at a time is changed in the Python and C++ from which update rules are
read, one in each function and round, so that a copy of the release holds many. A mutant is
reported where a finding with an effect, or a raw change that nothing classifies, covers its line;
the verdicts of the paths that are read from its function are counted beside.

    python benchmarks/source_mutants.py PATH/TO/tensorflow.git v1.4.0 v2.3.0 --rounds 6
    python benchmarks/source_mutants.py PATH/TO/keras.git v2.12.0 v3.3.3

Ends with 1 where a mutant is not reported, and prints it.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.changed_tree import changed
from benchmarks.cosmetic import compared_all
from tfdiff.extract.reading import Reading
from tfdiff.facts import Region
from tfdiff.findings import Report
from tfdiff.run import read_releases
from tfdiff.sources import SourceOptions

OTHER: Final = {"+": "-", "-": "+", "*": "/", "/": "*"}
_TOKEN: Final = re.compile(
    r"(?P<left>[\w)\]] )(?P<op>[-+*/])(?= [\w(])"
    r"|(?<![\w.\[])(?P<number>\d+\.?\d*(?:e-?\d+)?)(?=\s*[-+*/)]\s*[\w(.]|f?\)\s*[-+*/]|\s*[-+*/])"
)
_NO_FORMULA: Final = re.compile(
    r"^\s*(//|#|\"\"\"|template|assert|raise|OP_REQUIRES)|['\"]|<.*\* |\*\*"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed place: a line of a file, and what stands there instead."""

    path: str
    line: int
    old: str
    new: str
    symbol: str


def main() -> int:
    """Run all mutants of some releases."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("releases", nargs="+")
    parser.add_argument("--keras-repo")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--rounds", type=int, default=4)
    asked = parser.parse_args()
    options = SourceOptions(
        repo=str(asked.repository), cache=asked.cache, keras_repo=asked.keras_repo
    )
    failed = 0
    for release in asked.releases:
        (reading,) = read_releases((release,), options)
        places = [list(mutants(region)) for region in formulas(reading)]
        for nth in range(asked.rounds):
            chosen = [found[nth] for found in places if nth < len(found)]
            chosen = list({(one.path, one.line): one for one in chosen}.values())
            if not chosen:
                break
            report = compared_all(reading, changed(reading, applied(chosen)))
            silent = [one for one in chosen if not reported(one, report)]
            paths = Counter(verdicts(chosen, reading, report))
            said = f"{release:>9} round {nth + 1}: {len(chosen):4} mutants, {len(silent)} silent"
            print(f"{said}; paths read from them: {dict(sorted(paths.items()))}", flush=True)
            for one in silent:
                print(f"    {one.path}:{one.line} {one.symbol}", flush=True)
                print(f"      {one.old.strip()}\n      {one.new.strip()}", flush=True)
            failed += len(silent)
    return int(failed > 0)


def formulas(reading: Reading) -> Iterator[Region]:
    """The functions from which update rules are read, each once."""
    seen: set[tuple[str, int]] = set()
    for entry in reading.catalog.entries:
        facts = reading.optimizer(entry)
        asked = {symbol for rule in facts.rules for symbol in rule.symbols}
        kernels = (region for kernel in facts.kernels for region in kernel.regions)
        for region in (*facts.regions, *kernels):
            place = region.span.path, region.span.line
            if region.symbol in asked and region.text and place not in seen:
                seen.add(place)
                yield region


def mutants(region: Region) -> Iterator[Mutant]:
    """Every operator and constant of a function's formulas, changed."""
    docstring = False
    for offset, line in enumerate(region.text.splitlines()):
        docstring ^= line.count('"""') % 2 == 1
        if docstring or _NO_FORMULA.search(line):
            continue
        for match in _TOKEN.finditer(line):
            kind = "op" if match["op"] else "number"
            by = OTHER[match["op"]] if match["op"] else f"{match['number']}1"
            new = f"{line[: match.start(kind)]}{by}{line[match.end(kind) :]}"
            yield Mutant(region.span.path, region.span.line + offset, line, new, region.symbol)


def applied(chosen: list[Mutant]) -> "Applied":
    """What makes the changed files."""
    return Applied({(one.path, one.line): one for one in chosen})


@dataclass(frozen=True, slots=True)
class Applied:
    """Puts mutants into the files that they are of."""

    places: dict[tuple[str, int], Mutant]

    def __call__(self, path: str, text: str) -> str:
        """The text of a file with its mutants."""
        lines = text.split("\n")
        for (home, number), one in self.places.items():
            if home == path and lines[number - 1].strip() == one.old.strip():
                lines[number - 1] = lines[number - 1].replace(one.old.strip(), one.new.strip())
        return "\n".join(lines)


def reported(one: Mutant, report: Report) -> bool:
    """Whether a change with an effect, or one that nothing explains, covers a mutant's line."""
    effects = {
        finding.id: finding.effect for each in report.optimizers for finding in each.findings
    }
    for region in (region for each in report.optimizers for region in each.regions):
        if region.new is None or region.new.path != one.path:
            continue
        for hunk in region.hunks:
            if hunk.new[0] <= one.line <= hunk.new[1]:
                told = hunk.account == "finding" and effects.get(hunk.finding or "") != "none"
                if told or hunk.account == "not classified":
                    return True
    return False


def verdicts(chosen: list[Mutant], reading: Reading, report: Report) -> Iterator[str]:
    """The verdict of each path that is read from a function with a mutant."""
    symbols = {one.symbol for one in chosen}
    rules = {
        (entry.path, entry.class_name, str(rule.path)): rule
        for entry in reading.catalog.entries
        for rule in reading.optimizer(entry).rules
    }
    classes = {entry.name: entry for entry in reading.catalog.entries}
    for each in report.optimizers:
        entry = classes.get(each.name)
        for path in each.paths if entry else ():
            rule = rules.get((entry.path, entry.class_name, str(path.path))) if entry else None
            if rule and symbols & set(rule.symbols):
                yield path.verdict


if __name__ == "__main__":
    sys.exit(main())
