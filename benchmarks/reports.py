"""How long a report takes, beside tools that people would otherwise use, in one run.

    python benchmarks/reports.py PATH-TO-A-TENSORFLOW-REPOSITORY [OLD NEW] [--runs N]

Every command is a whole process, measured by the operating system's own accounting: CPU seconds
(user and system, children included), wall seconds, and peak memory of the largest process. The
commands take turns, so that a machine that slows down slows all of them. ``cold`` starts with an
empty cache, ``warm`` with the one that the previous run left.
"""

import argparse
import functools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PYTHON_PATHS = "tensorflow/python/training"
DIFF_PATHS = (
    PYTHON_PATHS,
    "tensorflow/core/kernels/training_ops.cc",
    "tensorflow/core/kernels/training_ops.h",
    "tensorflow/core/kernels/training_ops_gpu.cu.cc",
    "tensorflow/core/ops/training_ops.cc",
    "tensorflow/compiler/tf2xla/kernels/training_ops.cc",
)


def _nothing() -> None:
    """What most commands need before they run."""


# As installed programs run: with the bytecode that an earlier run left.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


@dataclass(frozen=True)
class Case:
    """One command, and what to do before each of its runs."""

    name: str
    command: list[str]
    prepare: Callable[[], None] = _nothing
    folder: Path | None = None


@dataclass(frozen=True)
class Measured:
    """One run: CPU and wall seconds, and peak memory in MB."""

    cpu: float
    wall: float
    memory: float


def measure(case: Case) -> Measured:
    """Run a command once."""
    case.prepare()
    start = time.perf_counter()
    process = subprocess.Popen(
        case.command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=case.folder,
        env=ENVIRONMENT,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in {0, 1}:  # griffe and git say "something differs" with 1
        raise SystemExit(f"{case.name} failed: {' '.join(case.command)}")
    return Measured(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def cases(repo: Path, old: str, new: str, scratch: Path) -> list[Case]:
    """All commands that are compared."""
    tfdiff = [sys.executable, "-m", "tfdiff", "report", old, new, "--repo", str(repo), "-q"]

    def report(name: str, *options: str, cold: bool) -> Case:
        cache = scratch / f"cache {name}"
        output = str(scratch / f"{name}.json")
        command = [*tfdiff, "--cache", str(cache), "-o", output, *options]
        clear = functools.partial(shutil.rmtree, cache, ignore_errors=True)
        return Case(f"{name}, {'cold' if cold else 'warm'}", command, clear if cold else _nothing)

    adam = ("--optimizer", "tf.train.AdamOptimizer")
    return [
        report("one optimizer", *adam, cold=True),
        report("one optimizer", *adam, cold=False),
        report("all optimizers", cold=True),
        report("all optimizers", cold=False),
        Case(
            "griffe check",
            [sys.executable, "-m", "griffe", "check", "training", "-a", old, "-b", new],
            folder=python_history(repo, old, new, scratch / "griffe"),
        ),
        Case("git diff", ["git", "-C", str(repo), "diff", old, new, "--", *DIFF_PATHS]),
    ]


def python_history(repo: Path, old: str, new: str, folder: Path) -> Path:
    """A repository with nothing but tensorflow/python/training at the two tags.

    griffe checks out a whole commit, so that it is given only what it is to compare.
    """
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    folder.mkdir()
    subprocess.run([*git, "init", "-q"], check=True)
    for tag in (old, new):
        shutil.rmtree(folder / "training", ignore_errors=True)
        archive = subprocess.run(
            ["git", "-C", str(repo), "archive", tag, PYTHON_PATHS], check=True, capture_output=True
        )
        unpack = ["tar", "-x", "-C", str(folder), "--strip-components=2"]
        subprocess.run(unpack, input=archive.stdout, check=True)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", tag], check=True)
        subprocess.run([*git, "tag", tag], check=True)
    return folder


def main() -> None:
    """Run every command in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repo", type=Path)
    parser.add_argument("old", nargs="?", default="v1.2.1")
    parser.add_argument("new", nargs="?", default="v1.4.0")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        compared = cases(arguments.repo.resolve(), arguments.old, arguments.new, Path(scratch))
        runs: dict[str, list[Measured]] = {case.name: [] for case in compared}
        for case in compared:
            measure(case)  # not counted: it leaves the bytecode
        for _ in range(arguments.runs):
            for case in compared:
                runs[case.name].append(measure(case))
    print(f"{arguments.old} -> {arguments.new}, medians of {arguments.runs} runs")
    floor = statistics.median(run.cpu for run in runs["griffe check"])
    print(f"{'':24}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'CPU / griffe':>14}")
    for name, measured in runs.items():
        cpu = statistics.median(run.cpu for run in measured)
        wall = statistics.median(run.wall for run in measured)
        memory = max(run.memory for run in measured)
        print(f"{name:24}{cpu:8.2f}{wall:8.2f}{memory:9.0f}{cpu / floor:14.2f}")


if __name__ == "__main__":
    main()
