"""Hold tfdiff against real TensorFlow: evaluation in ULP, and verdicts against binaries.

    python -m benchmarks.oracle --repo ~/tensorflow --keras-repo ~/keras --work /tmp/oracle
    python -m benchmarks.oracle --repo ~/tensorflow --work /tmp/oracle --releases 1.4.0 1.5.0

Every release is installed into an environment of its own, as far as a fitting Python is at hand
(on PATH or in pyenv's folder). It runs every optimizer that it has on fixed gradients, dense and
sparse, with reference and resource variables, 200 steps each. Then (a) the update rule that tfdiff
extracts from the sources is evaluated in NumPy and held against the real states, one step from the
true state each and over the whole run, and (b) tfdiff's verdict on every pair of releases is held
against what the two binaries did. Results are kept in ``--work`` and reused.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from platform import machine
from typing import Final

from packaging.version import Version

from benchmarks.oracle import tables
from benchmarks.oracle.environments import NoEnvironmentError, environment
from benchmarks.oracle.gradients import write_gradients
from benchmarks.oracle.release import Judged, judge
from benchmarks.oracle.sources import reading
from benchmarks.oracle.verdicts import Comparison, compared, matches, report

RELEASES: Final = (
    "1.2.1", "1.4.0", "1.5.0", "1.8.0", "1.12.0", "1.15.0", "2.3.0", "2.6.0", "2.8.0", "2.10.0",
    "2.11.1", "2.12.1", "2.15.1", "2.16.2",
)  # fmt: skip
MARK: Final = "<!-- What follows is written by benchmarks.oracle. -->\n"


def main() -> int:
    """Run the oracle; 1 if a binary refutes a verdict."""
    arguments = _parser().parse_args()
    work: Path = arguments.work
    work.mkdir(parents=True, exist_ok=True)
    gradients = work / "gradients.npz"
    if not gradients.exists():
        write_gradients(gradients)
    judged = list(_judged(arguments, gradients))
    comparisons = tuple(_comparisons(judged))
    text = "\n".join(_page(judged, comparisons))
    _written(arguments.output or work / "oracle.md", text + "\n")
    return int(any(item.refuted for item in comparisons))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repo", required=True, help="TensorFlow's repository")
    parser.add_argument("--keras-repo", help="Keras' repository, for releases from 2.6 on")
    parser.add_argument("--work", type=Path, required=True, help="where results are kept")
    parser.add_argument("--environments", type=Path, help="where releases are installed")
    parser.add_argument("--cache", type=Path, help="where facts are cached")
    parser.add_argument("--releases", nargs="+", default=RELEASES)
    parser.add_argument("--only", default="", help="optimizers whose name contains this")
    parser.add_argument("--few", action="store_true", help="run three settings of each only")
    parser.add_argument("--output", type=Path, help="the Markdown to write the tables to")
    return parser


def _judged(arguments: argparse.Namespace, gradients: Path) -> Iterator[Judged]:
    for release in sorted(arguments.releases, key=Version):
        try:
            made = environment(release, arguments.environments or arguments.work / "environments")
        except NoEnvironmentError as error:
            print(f"{release}: not installed: {error}", file=sys.stderr)
            continue
        read = reading(
            release, arguments.repo, arguments.keras_repo, made.packages, arguments.cache
        )
        found = judge(
            made,
            read,
            gradients,
            arguments.work / "results" / release,
            lambda name: arguments.only in name,
            few=arguments.few,
        )
        deviating = sum(item.deviates for item in found.evaluated)
        print(
            f"{release}: {len(found.evaluated)} runs evaluated, {deviating} deviate",
            file=sys.stderr,
        )
        yield found


def _comparisons(judged: list[Judged]) -> Iterator[Comparison]:
    for old, new in combinations(judged, 2):
        refs = old.environment.release, new.environment.release
        before, after = dict(old.optimizers), dict(new.optimizers)
        for left, right in matches(old.reading, new.reading):
            if left not in before or right not in after:
                continue
            sides = (old.reading, before[left].facts), (new.reading, after[right].facts)
            yield from compared(report(right.name, *sides), before[left], after[right], refs)
        print(f"{refs[0]} -> {refs[1]}: compared", file=sys.stderr)


def _page(judged: list[Judged], comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    names = [item.environment.release for item in judged]
    when = datetime.now(tz=UTC).date().isoformat()
    yield (
        f"Run on {when} with {', '.join(names)} ({machine()}, the wheels of the package index), "
        f"rules of commit {_commit()}.\n"
    )
    sections = (
        ("Evaluation, by release", tables.releases(judged), False),
        ("Farther than rounding usually is", tables.deviations(judged), True),
        ("Evaluation, by optimizer", tables.optimizers(judged), True),
        ("Verdicts against binaries, all pairs", tables.pairs(comparisons), False),
        ("Verdicts, release by release", tables.steps(comparisons, names), False),
        ("Disagreements", tables.disagreements(comparisons), True),
        ("Not run, not evaluated", tables.not_run(judged), True),
    )
    for title, lines, folded in sections:
        yield f"## {title}\n"
        yield from _folded(lines) if folded else lines
        yield ""


def _commit() -> str:
    """Which tfdiff is judged."""
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _folded(lines: Iterable[str]) -> Iterator[str]:
    shown = list(lines)
    yield from ("<details>", f"<summary>{max(len(shown) - 2, 0)} lines</summary>", "")
    yield from (*shown, "", "</details>")


def _written(path: Path, text: str) -> None:
    """Keep what stands above the line that says where the tables begin."""
    known = path.read_text() if path.exists() else ""
    head, mark, _ = known.partition(MARK)
    path.write_text(f"{head}{mark}\n{text}" if mark else text)


if __name__ == "__main__":
    sys.exit(main())
