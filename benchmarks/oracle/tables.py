"""The oracle's tables, in Markdown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, median

from benchmarks.oracle.evaluation import Evaluation
from benchmarks.oracle.release import Judged
from benchmarks.oracle.verdicts import Comparison


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
    """One line per optimizer and path over all releases; the weights' figures."""
    groups: dict[tuple[str, str], list[tuple[str, Evaluation]]] = defaultdict(list)
    for item in judged:
        for run in item.evaluated:
            gradient = "dense" if run.case.gradient == "dense" else "sparse"
            path = f"{gradient}/{run.case.variable}"
            groups[run.case.optimizer, path].append((item.environment.release, run))
    yield from _head(
        "optimizer", "path", "releases", "runs", "median ULP", "largest ULP", "bit for bit",
        "largest error of a step", "error after the run",
    )  # fmt: skip
    for (name, path), runs in sorted(groups.items()):
        weights = [run.states[0] for _, run in runs]
        yield _row(
            f"`{name}`",
            path,
            str(len({release for release, _ in runs})),
            str(len(runs)),
            _ulp(median(item.median for item in weights)),
            _ulp(max(item.largest for item in weights)),
            _share(fmean(item.exact for item in weights)),
            f"{max(item.relative for item in weights):.0e}",
            f"{max(item.accumulated or 0 for item in weights):.0e}",
        )


def pairs(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """One line per verdict: what the binaries did, over all pairs, optimizers and paths."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item in comparisons:
        counts[item.verdict][item.observed] += 1
    seen = ("bit for bit", "rounding", "different")
    yield from _head("our verdict", *(f"binaries: {name}" for name in seen))
    for verdict in ("identical", "equal", "conditional", "differs", "undecided"):
        yield _row(verdict, *(str(counts[verdict][name]) for name in seen))


def deviations(judged: Sequence[Judged]) -> Iterator[str]:
    """Every run whose evaluation is farther from the release than rounding explains."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in judged:
        for run in item.evaluated:
            if run.deviates:
                worst = max(run.states, key=lambda state: state.relative)
                path = f"{run.case.gradient}/{run.case.variable}"
                key = (run.case.optimizer, path, _setting(run))
                groups[key].append(
                    f"{item.environment.release} ({worst.state} {worst.relative:.0e})"
                )
    yield from _head("optimizer", "path", "arguments", "releases, state, error of a step")
    for (name, path, setting), found in sorted(groups.items()):
        yield _row(f"`{name}`", path, setting, ", ".join(found))


def disagreements(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """Verdicts that the binaries refute, and differences that no run shows."""
    yield from _head("", "optimizer", "path", "releases", "verdict", "runs", "apart", "setting")
    for item in sorted(comparisons, key=lambda item: (not item.refuted, item.optimizer, item.path)):
        if item.refuted or item.not_shown:
            yield _row(
                "**refuted**" if item.refuted else "not shown",
                f"`{item.optimizer}`",
                item.path,
                f"{item.old} → {item.new}",
                f"{item.verdict}{f' ({item.condition})' if item.condition else ''}",
                str(item.runs),
                f"{item.relative:.0e}",
                item.setting,
            )


def not_run(judged: Sequence[Judged]) -> Iterator[str]:
    """What a release did not run, and what could not be evaluated, with reasons."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for item in judged:
        for kind, entries in (("not run", item.refused), ("not evaluated", item.open)):
            for name, reason, count in entries:
                groups[kind, name, reason].append(f"{item.environment.release} ({count})")
    yield from _head("", "optimizer", "reason", "releases (runs)")
    for (kind, name, reason), found in sorted(groups.items()):
        yield _row(kind, f"`{name}`", reason.replace("|", "/"), ", ".join(found))


def _setting(run: Evaluation) -> str:
    return ", ".join(f"{name}={value}" for name, value in run.case.arguments) or "defaults"


def _ulp(value: float) -> str:
    return f"{value:.2g}" if value < 1000 else f"{value:.0e}"  # noqa: PLR2004 - a matter of width


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
