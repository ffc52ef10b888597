"""Mutants of the sources themselves: each mutated line must be reported.

One operator or constant at a time is changed in the Python and C++ from which update rules are
read, one in each function and round, so that a copy of the release holds many. A mutant is
reported where a finding with an effect, or a raw change that nothing classifies, covers its line;
the verdicts of the paths that are read from its function are counted beside. One that is told as an
option of the kernel that no optimizer asks for is dormant. Any other is made again by itself: where
the rules of all optimizers and kernels have the same values as before, at points drawn at random,
it does the same; where only a kernel's own rule has others, that had to be told; else it is silent.

    python benchmarks/source_mutants.py PATH/TO/tensorflow.git v1.4.0 v2.3.0 --rounds 6
    python benchmarks/source_mutants.py PATH/TO/keras.git v2.12.0 v3.3.3

Ends with 1 where a mutant is silent, and prints it.
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
from benchmarks.mutants import differing_point
from tfdiff.extract.linking import kept_rules
from tfdiff.extract.reading import Reading
from tfdiff.facts import Region
from tfdiff.findings import Report
from tfdiff.ir.walk import States, opaques
from tfdiff.run import read_releases
from tfdiff.sources import SourceOptions

TOLD: Final = "reported"
DORMANT: Final = "dormant"
SAME: Final = "does the same"
SILENT: Final = "SILENT"
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
    failed = False
    for release in asked.releases:
        total: Counter[str] = Counter()
        (reading,) = read_releases((release,), options)
        places = [list(mutants(region)) for region in formulas(reading)]
        for nth in range(asked.rounds):
            chosen = [found[nth] for found in places if nth < len(found)]
            chosen = list({(one.path, one.line): one for one in chosen}.values())
            if not chosen:
                break
            report = compared_all(reading, changed(reading, applied(chosen)))
            fates = {one: reported(one, report) or fate(one, reading) for one in chosen}
            paths = Counter(verdicts(chosen, reading, report))
            counts = Counter(fates.values())
            total += counts
            said = f"{release:>9} round {nth + 1}: {len(chosen):4} mutants, {dict(counts)}"
            print(f"{said}; paths read from them: {dict(sorted(paths.items()))}", flush=True)
            for one, said in fates.items():
                if said not in {TOLD, DORMANT}:
                    print(f"    {said}: {one.path}:{one.line} {one.symbol}", flush=True)
                    print(f"      {one.old.strip()}\n      {one.new.strip()}", flush=True)
        print(f"{release:>9}: {total.total()} mutants, {dict(total)}", flush=True)
        failed = failed or bool(total[SILENT])
    return int(failed)


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


def reported(one: Mutant, report: Report) -> str:
    """What covers a mutant's line: a change with an effect or that nothing explains; "" if none."""
    findings = {finding.id: finding for each in report.optimizers for finding in each.findings}
    found = ""
    for region in (region for each in report.optimizers for region in each.regions):
        if region.new is None or region.new.path != one.path:
            continue
        for hunk in region.hunks:
            if hunk.new[0] <= one.line <= hunk.new[1]:
                told = findings.get(hunk.finding or "")
                if hunk.account == "not classified" or (told and told.effect != "none"):
                    return TOLD
                if told and told.rule == "kernel-option-changed":
                    found = DORMANT
    return found


def fate(one: Mutant, reading: Reading) -> str:
    """What one mutant by itself does to the rules that are read from its function."""
    other = changed(reading, applied([one]))
    entries = zip(reading.catalog.entries, other.catalog.entries, strict=True)
    ops: set[str] = set()
    for entry, mutated in entries:
        old, new = reading.optimizer(entry), other.optimizer(mutated)
        ops |= {kernel.op.name for kernel in old.kernels}
        after = {str(rule.path): rule.states for rule in new.rules}
        for rule in old.rules:
            if apart(rule.states, after.get(str(rule.path), ())):
                return TOLD if said_of(entry.name, reading, other) else SILENT
    for op in sorted(ops):
        sides = (kept_rules(each.store, each.kernels, op).rules for each in (reading, other))
        for before, then in zip(*sides, strict=True):
            if apart(before.states, then.states):
                return SILENT
    return SAME


def said_of(name: str, old: Reading, new: Reading) -> bool:
    """Whether a path of an optimizer is said to give something else."""
    return any(
        path.verdict in {"conditional", "differs", "undecided"}
        for each in compared_all(old, new).optimizers
        if each.name == name
        for path in each.paths
    )


def apart(old: States, new: States) -> bool:
    """Whether two rules have other values somewhere, or may have: what was not read counts."""
    if old == new:
        return False
    unread = opaques(value for _, value in (*old, *new))
    return bool(unread) or differing_point(old, new, seed=1) is not None


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
