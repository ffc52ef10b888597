"""The oracle's tables, in Markdown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from packaging.version import Version

from benchmarks.oracle.release import Judged
from benchmarks.oracle.verdicts import Comparison

if TYPE_CHECKING:
    from benchmarks.oracle.evaluation import Evaluation

VERDICTS: Final = ("identical", "equal", "conditional", "differs", "undecided")


def releases(judged: Sequence[Judged]) -> Iterator[str]:
    """One line per release: what ran, and how far our evaluation is from it."""
    yield from _head(
        "release", "Python", "read from", "optimizers", "runs", "evaluated", "median ULP",
        "bit for bit", "counter read late", "farther than rounding",
    )  # fmt: skip
    for item in judged:
        runs = item.evaluated
        yield _row(
            item.environment.release,
            f"3.{item.environment.minor}",
            "installed package" if item.reading.tree.release.commit is None else "repository",
            str(len({run.case.optimizer for run in runs})),
            str(len(runs) + sum(count for _, _, count in item.open)),
            str(len(runs)),
            _ulp(median(run.states[0].median for run in runs)) if runs else "",
            _share(fmean(run.states[0].exact for run in runs)) if runs else "",
            str(sum(any(run.schedule) for run in runs)),
            str(sum(run.deviates for run in runs)),
        )


def optimizers(judged: Sequence[Judged]) -> Iterator[str]:
    """One line per optimizer over all releases and paths; the weights' figures."""
    groups: dict[str, list[tuple[str, Evaluation]]] = defaultdict(list)
    for item in judged:
        for run in item.evaluated:
            groups[run.case.optimizer].append((item.environment.release, run))
    yield from _head(
        "optimizer", "releases", "runs", "median ULP", "largest ULP", "bit for bit",
        "largest error of a step", "error after the run",
    )  # fmt: skip
    for name, runs in sorted(groups.items()):
        weights = [run.states[0] for _, run in runs]
        yield _row(
            f"`{name}`",
            _span([release for release, _ in runs]),
            str(len(runs)),
            _ulp(median(item.median for item in weights)),
            _ulp(max(item.largest for item in weights)),
            _share(fmean(item.exact for item in weights)),
            f"{max(item.relative for item in weights):.0e}",
            f"{max(item.accumulated or 0 for item in weights):.0e}",
        )


def deviations(judged: Sequence[Judged]) -> Iterator[str]:
    """Every run whose evaluation is farther from the release than most, and whether rounding is."""
    groups: dict[tuple[bool, str, str, str], list[tuple[str, Evaluation]]] = defaultdict(list)
    for item in judged:
        for run in item.evaluated:
            large = [state for state in run.states if state.large]
            if large:
                worst = max(large, key=lambda state: state.relative)
                path = f"{run.case.gradient}/{run.case.variable}"
                key = (not run.deviates, run.case.optimizer, path, worst.state)
                groups[key].append((item.environment.release, run))
    if not groups:
        yield "None."
        return
    yield from _head(
        "", "optimizer", "path", "state", "releases", "runs", "error of a step", "rounding alone"
    )
    for (rounding, name, path, state), found in sorted(groups.items()):
        states = [one for _, run in found for one in run.states if one.state == state]
        yield _row(
            "rounding" if rounding else "**wrong**",
            f"`{name}`",
            path,
            f"`{state}`",
            _span([release for release, _ in found]),
            str(len(found)),
            f"{max(one.relative for one in states):.0e}",
            f"{max(one.rounding for one in states):.0e}",
        )


def pairs(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """One line per verdict: what the binaries did, over all pairs, optimizers and paths."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item in comparisons:
        counts[item.verdict][item.observed] += 1
    seen = ("bit for bit", "rounding", "different")
    yield from _head("our verdict", *(f"binaries: {name}" for name in seen))
    for verdict in VERDICTS:
        yield _row(verdict, *(str(counts[verdict][name]) for name in seen))


def steps(comparisons: Iterable[Comparison], releases: Sequence[str]) -> Iterator[str]:
    """One line per pair of consecutive releases: our verdicts, and what refutes them."""
    groups: dict[tuple[str, str], list[Comparison]] = defaultdict(list)
    for item in comparisons:
        groups[item.old, item.new].append(item)
    yield from _head("releases", "runs compared", *VERDICTS, "refuted", "not shown by a run")
    for old, new in pairwise(releases):
        found = groups[old, new]
        yield _row(
            f"{old} → {new}",
            str(sum(item.runs for item in found)),
            *(str(sum(item.verdict == verdict for item in found)) for verdict in VERDICTS),
            str(sum(item.refuted for item in found)),
            str(sum(item.not_shown for item in found)),
        )


def disagreements(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """Verdicts that the binaries refute, and differences that no run shows."""
    groups: dict[tuple[bool, str, str, str], list[Comparison]] = defaultdict(list)
    for item in comparisons:
        if item.refuted or item.not_shown:
            said = f"{item.verdict}{f': {item.condition}' if item.condition else ''}"
            groups[not item.refuted, item.optimizer, said, item.starts].append(item)
    if not groups:
        yield "None."
        return
    yield from _head("", "optimizer", "verdict", "paths", "releases", "runs", "apart", "setting")
    for (kept, name, said, _), found in sorted(groups.items()):
        worst = max(found, key=lambda item: item.relative)
        yield _row(
            "not shown" if kept else "**refuted**",
            f"`{name}`",
            said,
            ", ".join(sorted({item.path for item in found})),
            _steps(found),
            str(sum(item.runs for item in found)),
            f"{worst.relative:.0e}",
            worst.setting,
        )


def not_run(judged: Sequence[Judged]) -> Iterator[str]:
    """What a release did not run, and what could not be evaluated, with reasons."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in judged:
        for kind, entries in (("not run", item.refused), ("not evaluated", item.open)):
            for name, reason, _ in entries:
                groups[kind, reason][name].append(item.environment.release)
    yield from _head("", "reason", "optimizers (releases)")
    for (kind, reason), names in sorted(groups.items()):
        said = (f"`{name}` ({_span(releases)})" for name, releases in sorted(names.items()))
        yield _row(kind, reason.replace("|", "/"), ", ".join(said))


def _span(releases: Iterable[str]) -> str:
    """Releases in short: the first and the last of several."""
    ordered = sorted(set(releases), key=Version)
    if len(ordered) < 3:  # noqa: PLR2004 - as short as a span
        return ", ".join(ordered)
    return f"{len(ordered)} of {ordered[0]} to {ordered[-1]}"


def _steps(comparisons: Sequence[Comparison]) -> str:
    """Pairs of releases in short."""
    seen = sorted({(Version(item.old), Version(item.new)) for item in comparisons})
    shown = ", ".join(f"{old} → {new}" for old, new in seen[:3])
    return f"{shown} and {len(seen) - 3} more" if len(seen) > 3 else shown  # noqa: PLR2004


def _ulp(value: float) -> str:
    return f"{value:.2g}" if value < 1000 else f"{value:.0e}"  # noqa: PLR2004 - a matter of width


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
