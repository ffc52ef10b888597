"""What an atlas of all releases costs: all at once, again, with one release more; and its memory.

    python benchmarks/histories.py PATH-TO-A-TENSORFLOW-REPOSITORY [--keras-repo PATH] [--jobs N]

Every row is a whole ``tfdiff history --all``, measured from outside: CPU seconds (user and
system, children included), wall seconds, and the peak of the memory of all its processes
together (proportional set size: a page that processes share counts once).
``cold`` starts with an empty cache; each ``one more`` has the cache and the folder that were left
when the repository did not yet have that tag; ``again`` has nothing new. The floor is git reading
every blob that a history may need, once, and nothing else.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfdiff.extract.reading import candidates
from tfdiff.sources import SourceOptions, final_releases, list_tags, open_releases

# As installed programs run: with the bytecode that an earlier run left.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
_PAUSE = 0.5  # seconds between two looks at the memory


@dataclass(frozen=True)
class Measured:
    """One run: CPU and wall seconds, and peak memory of all its processes in MB."""

    cpu: float
    wall: float
    memory: float


class Watch:
    """Looks at the memory of a process and all that it started, until it ends."""

    def __init__(self, process: int) -> None:
        self.peak = 0.0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(_PAUSE):
            self.peak = max(self.peak, sum(map(_memory, _family(self._process))))

    def end(self) -> float:
        """The peak in MB."""
        self._ended.set()
        self._thread.join()
        return self.peak


def _family(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
        children.setdefault(parent, []).append(int(path.name))
    waiting = [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, ())
        yield process


def _memory(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def measure(command: Sequence[str]) -> Measured:
    """Run a command once."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    watch = Watch(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Measured(usage.ru_utime + usage.ru_stime, wall, watch.end())


@dataclass(frozen=True)
class Bench:
    """A repository that shares its objects with the one that was named, and scratch beside it."""

    origin: Path
    scratch: Path
    options: tuple[str, ...]

    @property
    def repo(self) -> Path:
        """The copy, whose tags come and go."""
        return self.scratch / "repository"

    def copy(self) -> None:
        """Make the copy; it has all tags."""
        shared = ("--bare", "--shared", str(self.origin), str(self.repo))
        subprocess.run(("git", "clone", "-q", *shared), check=True)

    def without(self, tags: Sequence[str]) -> None:
        """Let tags go."""
        forget = ("git", "-C", str(self.repo), "tag", "-d", *tags)
        subprocess.run(forget, check=True, stdout=subprocess.DEVNULL)

    def with_(self, tag: str) -> None:
        """Bring a tag back."""
        take = ("fetch", "-q", "--no-tags", str(self.origin), f"refs/tags/{tag}:refs/tags/{tag}")
        subprocess.run(("git", "-C", str(self.repo), *take), check=True)

    def atlas(self, name: str) -> Measured:
        """Write the atlas of all tags that there are, with a cache of that name."""
        where = ("--repo", str(self.repo), "--cache", str(self.scratch / f"{name}-cache"))
        output = ("-o", str(self.scratch / name))
        tfdiff = (sys.executable, "-m", "tfdiff", "history", "--all", "-q")
        return measure((*tfdiff, *output, *where, *self.options))

    def floor(self) -> Measured:
        """Read each blob that a history may need, once, with git alone."""
        options = SourceOptions(repo=str(self.repo))
        trees = open_releases(final_releases(list_tags(options)), options)
        blobs = {tree.blob_id(path) for tree in trees for path in candidates(tree.paths())}
        listed = self.scratch / "blobs"
        listed.write_text("".join(f"{blob}\n" for blob in sorted(blob for blob in blobs if blob)))
        read = f"git -C {self.repo} cat-file --batch < {listed} > {os.devnull}"
        return measure(("sh", "-c", read))


def rows(bench: Bench, more: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Every run and its name, one after the other."""
    bench.copy()
    yield "blobs alone (floor)", bench.floor()
    bench.without(more)
    yield f"cold, all but {len(more)}", bench.atlas("atlas")
    for tag in more:
        bench.with_(tag)
        yield f"one more: {tag}", bench.atlas("atlas")
    yield "again", bench.atlas("atlas")
    yield "cold, all", bench.atlas("fresh")


def main() -> None:
    """Run everything in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("repo", type=Path)
    parser.add_argument("--keras-repo")
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--more", nargs="+", default=["v2.8.0", "v1.15.0", "v2.3.0"])
    arguments = parser.parse_args()
    keras = ("--keras-repo", arguments.keras_repo) if arguments.keras_repo else ()
    floor = None
    print(f"{'':24}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'CPU / floor':>13}")
    with tempfile.TemporaryDirectory() as scratch:
        options = ("--jobs", arguments.jobs, *keras)
        bench = Bench(arguments.repo.resolve(), Path(scratch), options)
        for name, run in rows(bench, arguments.more):
            floor = floor or run.cpu
            print(
                f"{name:24}{run.cpu:8.2f}{run.wall:8.2f}{run.memory:9.0f}{run.cpu / floor:13.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
