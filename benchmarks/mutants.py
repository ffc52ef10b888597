"""Mutation test of the ladder: no mutant that differs numerically may be called the same.

Every hand-written rule is mutated at every node: operators swapped, constants changed, epsilon
moved, statements swapped, symbols confused, conditions turned. A mutant that the ladder calls
identical or equal is evaluated in ball arithmetic at fresh points, drawn by other means than
the ladder's own; one point at which the balls are apart is a failure.

    python benchmarks/mutants.py
    python benchmarks/mutants.py --of ~/tensorflow v1.15.0 --of ~/keras v3.3.3 --every 10
"""

import random
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import count
from pathlib import Path
from time import process_time
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.ir_rules import RULES
from tfdiff.ir.balls import meeting
from tfdiff.ir.decision import Decision
from tfdiff.ir.domain import kind_by_name
from tfdiff.ir.equivalence import decide
from tfdiff.ir.expr import (
    Call,
    Expr,
    Number,
    Operation,
    Select,
    Symbol,
    call,
    number,
    operation,
    select,
    symbol,
)
from tfdiff.ir.walk import States, opaques, ordered, replaced_states, symbols, truth_symbols
from tfdiff.run import read_releases
from tfdiff.sources import SourceOptions

SWAPPED: Final = {
    "add": "sub",
    "sub": "add",
    "mul": "div",
    "div": "mul",
    "lt": "ge",
    "gt": "lt",
    "le": "lt",
    "ge": "gt",
    "eq": "ne",
    "ne": "eq",
}
FUNCTIONS: Final = {"max": "min", "min": "max", "sqrt": "abs", "rsqrt": "sqrt", "abs": "sign"}
FRESH: Final = 400


def mutants(states: States) -> Iterator[tuple[str, Callable[[], States]]]:
    """All mutants of a rule that come of changing one node, and swapped statements.

    Each is built when it is called for: a rule of thousands of nodes has tens of thousands.
    """
    nodes = ordered(value for _, value in states)
    truths = truth_symbols(nodes)
    names = [name for name in symbols(nodes) if name not in truths]
    for node in nodes:
        for kind, mutant in (*_changed(node, names), *_moved(node)):
            if mutant is not node:
                yield kind, partial(replaced_states, states, {node: mutant})
    inside = {name: frozenset(ordered([value])) for name, value in states}
    for name, value in states:
        for other, _ in states:
            if other != name and not isinstance(value, Symbol):
                old = symbol(name)
                for before, after in ((value, old), (old, value)):
                    if before in inside[other]:
                        yield "statement order", partial(_in_one, states, other, before, after)


def _in_one(states: States, name: str, before: Expr, after: Expr) -> States:
    """The states with a node replaced in one of them."""
    return tuple(
        replaced_states((one,), {before: after})[0] if one[0] == name else one for one in states
    )


def _changed(node: Expr, names: list[str]) -> Iterator[tuple[str, Expr]]:
    match node:
        case Number(value=value):
            for other in (value + 1, value * 2, -value, value + Fraction(1, 1000)):
                yield "constant", number(other)
        case Symbol(name=name) if name in names:
            near = names[(names.index(name) + 1) % len(names)]
            yield "symbol", symbol(near)
            yield "constant", operation("mul", node, number("1.0001"))
        case Select(condition, then, other):
            yield "condition", select(operation("not", condition), then, other)
            yield "arm", then
            yield "arm", other
        case Operation(op=op, args=args):
            if op in SWAPPED:
                yield "operator", operation(SWAPPED[op], *args)
            yield "operand order", operation(op, *args[::-1])
            yield from (("dropped", part) for part in args)
        case Call(function=function, args=args):
            if function in FUNCTIONS:
                yield "function", call(FUNCTIONS[function], *args)
            yield from (("dropped", part) for part in args[:1])
        case _:
            return


def _moved(node: Expr) -> Iterator[tuple[str, Expr]]:
    epsilon = symbol("epsilon")
    match node:
        case Call(function="sqrt" | "rsqrt" as function, args=(Operation("add", (left, right)),)):
            if right is epsilon:
                outside = operation("add", call("sqrt", left), epsilon)
                one = operation("div", number(1), outside)
                yield "epsilon", outside if function == "sqrt" else one
        case Operation(op="add", args=(Call(function="sqrt", args=(inner,)), right)):
            if right is epsilon:
                yield "epsilon", call("sqrt", operation("add", inner, epsilon))
        case _:
            return


def differing_point(old: States, new: States, seed: int) -> dict[str, Fraction | bool] | None:
    """A point at which two rules differ in a common state, looked for by plain chance."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    values = [value for states in (old, new) for _, value in states]
    truths = truth_symbols(values)
    target = dict(new)
    for _ in range(FRESH):
        point: dict[str, Fraction | bool] = {}
        for name in symbols(values):
            point[name] = chance.choice([True, False]) if name in truths else _drawn(name, chance)
        for name, value in old:
            if name in target and meeting(value, target[name], point).verdict == "apart":
                return point
    return None


def _drawn(name: str, chance: random.Random) -> Fraction:
    size = Fraction(round(chance.uniform(0.01, 2), 3))
    match kind_by_name(name):
        case "unit":
            return Fraction(round(chance.uniform(0.01, 0.98), 3))
        case "nonpositive":
            return chance.choice([Fraction(-1, 2), -size])
        case "count":
            return Fraction(chance.randint(0, 20))
        case "real" if name in {"grad", "var", "linear", "m", "mg", "mom"}:
            return size * chance.choice([1, -1])
        case "real" if name.endswith("_power") or name == "m_schedule":
            return Fraction(round(chance.uniform(0.01, 0.98), 3))
        case _:
            return size


def main(arguments: list[str]) -> int:
    """Run all mutants; the exit code is 1 if one was wrongly called the same."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument(
        "--of",
        nargs=2,
        action="append",
        metavar=("REPO", "RELEASE"),
        help="mutate the rules read from this release instead of those of the tests",
    )
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th mutant only")
    options = parser.parse_args(arguments)
    rules = real_rules(options.of, options.cache) if options.of else hand_written()
    numbered = count()
    tallies = [_tallied(name, states, options.every, numbered) for name, states in rules]
    counts = sum((tally.counts for tally in tallies), Counter[str]())
    print(f"{'all':44}", dict(sorted(counts.items())), f"= {counts.total()} mutants")
    spent = sum(tally.seconds for tally in tallies)
    slowest = max(tally.slowest for tally in tallies)
    each = spent / counts.total()
    print(f"{each * 1e3:.1f} ms of CPU each, the slowest {slowest[0]:.2f} s: {slowest[1]}")
    wrong = [line for tally in tallies for line in tally.wrong]
    print("\n".join(wrong) or "none was wrongly called the same")
    return 1 if wrong else 0


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one rule's mutants."""

    counts: Counter[str]
    wrong: tuple[str, ...]
    seconds: float
    slowest: tuple[float, str]


def hand_written() -> list[tuple[str, States]]:
    """The rules that the tests use."""
    return [(name, build()) for name, build in RULES.items()]


def real_rules(releases: list[tuple[str, str]], cache: Path | None) -> list[tuple[str, States]]:
    """Every rule of some releases that was read without an opaque part, each once."""
    found: dict[States, str] = {}
    for repo, release in releases:
        (reading,) = read_releases((release,), SourceOptions(repo=repo, cache=cache))
        for entry in reading.catalog.entries:
            facts = reading.optimizer(entry)
            for rule in facts.rules:
                if not opaques(value for _, value in rule.states):
                    found.setdefault(rule.states, f"{facts.name} {release} {rule.path}")
    return [(name, states) for states, name in found.items()]


def _tallied(rule: str, states: States, every: int, numbered: Iterator[int]) -> Tally:
    """Decide every n-th mutant; the numbers go on from rule to rule, so that all kinds come."""
    seen: set[States] = {states}
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    seconds, slowest = 0.0, (0.0, "")
    for number_, (kind, build) in zip(numbered, mutants(states), strict=False):
        if number_ % every or (mutant := build()) in seen:
            continue
        seen.add(mutant)
        before = process_time()
        decision = decide(states, mutant)
        spent = process_time() - before
        seconds, slowest = seconds + spent, max(slowest, (spent, f"{rule}: {kind}"))
        counts[_label(decision)] += 1
        if decision.verdict in {"identical", "equal"}:
            point = differing_point(states, mutant, number_)
            if point is not None:
                wrong.append(f"{rule}: {kind}: called {decision.verdict}, differs at {point}")
    if counts:
        print(f"{rule:44}", dict(sorted(counts.items())), flush=True)
    return Tally(counts, tuple(wrong), seconds, slowest)


def _label(decision: Decision) -> str:
    sampled = decision.verdict == "equal" and decision.certainty != "proved"
    return "equal (not proved)" if sampled else decision.verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
