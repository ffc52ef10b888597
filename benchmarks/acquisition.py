"""Bytes and seconds of tfdiff's fetch of a pair of releases, against a full clone.

Serves a repository on this machine through a proxy that adds a round-trip time, and counts
what passes through it:

    python benchmarks/acquisition.py PATH/TO/tensorflow.git

For each pair of releases there are a fetch from nothing, and what the commits between them take
more. The full clone is measured once, of the history up to v1.5.1: TensorFlow's repository lacks
two blobs from v1.6.0 on, and a clone of later history ends with an error. So the clone that
the pairs are compared with is smaller than one of today's repository would be.
"""

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from tempfile import TemporaryDirectory

from tfdiff.sources import release_version, sort_releases

_CHUNK = 1 << 16
_FETCH = """
import sys
from pathlib import Path
from tfdiff.extract.reading import candidates, folders
from tfdiff.sources import SourceOptions, open_releases
options = SourceOptions(repo=sys.argv[1], cache=Path(sys.argv[2]))
trees = open_releases(sys.argv[3:], options, candidates, folders)
"""
# The commits of all files that a finding could speak of; a report asks for fewer.
_COMMITS = """
from tfdiff.sources import patches_between
old, new = trees
patches_between(old, new, [path for tree in trees for path in candidates(tree.paths())])
"""
_PAIRS = ("v1.2.1:v1.4.0", "v1.4.0:v1.5.0", "v1.15.0:v2.0.0", "v2.3.0:v2.4.0", "v2.6.0:v2.8.0")


@dataclass(frozen=True, slots=True)
class Run:
    """One fetch: how long it took, and what came over the line."""

    seconds: float
    received: int
    connections: int


class Proxy:
    """Passes connections on to a port of this machine, each way half a round trip later."""

    def __init__(self, target: int, round_trip: float) -> None:
        self._target = target
        self._delay = round_trip / 2
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.received = 0
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            # To connect takes a round trip before the first byte can be sent.
            time.sleep(2 * self._delay)
            server = socket.create_connection(("127.0.0.1", self._target))
            self.connections += 1
            self._pipe(client, server, count=False)
            self._pipe(server, client, count=True)

    def _pipe(self, source: socket.socket, sink: socket.socket, *, count: bool) -> None:
        waiting: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

        def take() -> None:
            while chunk := _receive(source):
                if count:
                    self.received += len(chunk)
                waiting.put((time.perf_counter() + self._delay, chunk))
            waiting.put((time.perf_counter() + self._delay, b""))

        def give() -> None:
            while True:
                due, chunk = waiting.get()
                time.sleep(max(0.0, due - time.perf_counter()))
                try:
                    if not chunk:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(chunk)
                except OSError:  # the other side has hung up
                    return

        for work in (take, give):
            threading.Thread(target=work, daemon=True).start()


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(_CHUNK)
    except OSError:
        return b""


def served_copy(repository: Path, copy: Path, until: str) -> None:
    """Make a repository with the releases up to one, which borrows its objects."""
    git_dir = _git(repository, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    _git(copy.parent, "init", "--quiet", "--bare", str(copy))
    (copy / "objects/info/alternates").write_text(git_dir + "\n", encoding="utf-8")
    listed = _git(
        repository, "for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/tags"
    )
    tags = dict(line.split() for line in listed.splitlines())
    newest = release_version(until)
    chosen = [
        tag
        for tag in sort_releases(tags)
        if (version := release_version(tag)) and newest and version <= newest
    ]
    updates = "".join(f"create refs/tags/{tag} {tags[tag]}\n" for tag in chosen)
    _git(copy, "update-ref", "--stdin", given=updates)
    _git(copy, "update-ref", "refs/heads/master", f"{tags[chosen[-1]]}^{{commit}}")
    for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        _git(copy, "config", setting, "true")


def _git(folder: Path, *arguments: str, given: str = "") -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextmanager
def daemon(folder: Path) -> Iterator[int]:
    """Git's own server for the repositories in a folder; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    command = ["git", "daemon", "--export-all", f"--base-path={folder}", "--reuseaddr"]
    command += ["--listen=127.0.0.1", f"--port={port}"]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        server.terminate()
        server.wait()


def measure(proxy: Proxy, command: list[str]) -> Run:
    """Run one command and count what comes through the proxy meanwhile."""
    received, connections = proxy.received, proxy.connections
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    return Run(seconds, proxy.received - received, proxy.connections - connections)


def middle(runs: list[Run]) -> Run:
    """The medians of some runs."""
    return Run(
        median(run.seconds for run in runs),
        int(median(run.received for run in runs)),
        int(median(run.connections for run in runs)),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """What one pair of releases takes, and what its commits take beside that."""

    pair: str
    fetch: Run
    commits: Run


def measured_pair(proxy: Proxy, address: str, cache: Path, pair: str, times: int) -> Row:
    """Fetch a pair of releases several times from nothing, and then its commits."""
    fetches, commits = [], []
    for number in range(times):
        given = [address, str(cache / f"{pair}-{number}"), *pair.split(":")]
        fetches.append(measure(proxy, [sys.executable, "-c", _FETCH, *given]))
        again = measure(proxy, [sys.executable, "-c", _FETCH, *given])
        both = measure(proxy, [sys.executable, "-c", _FETCH + _COMMITS, *given])
        commits.append(replace(both, seconds=both.seconds - again.seconds))
    return Row(pair, middle(fetches), middle(commits))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("repository", type=Path, help="a full repository of TensorFlow")
    parser.add_argument("--pairs", nargs="+", default=_PAIRS, metavar="OLD:NEW")
    parser.add_argument("--until", default="v2.8.0", help="the newest release that is served")
    parser.add_argument("--round-trip", type=float, default=40.0, help="in milliseconds")
    parser.add_argument("--fetches", type=int, default=3, help="of each pair")
    parser.add_argument("--clone-until", default="v1.5.1", help="the newest release of the clone")
    parser.add_argument("--no-clone", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    clone = None
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        served_copy(given.repository, folder / "served.git", given.until)
        served_copy(given.repository, folder / "cloned.git", given.clone_until)
        with daemon(folder) as port:
            proxy = Proxy(port, given.round_trip / 1000)
            address = f"git://127.0.0.1:{proxy.port}"
            rows = [
                measured_pair(proxy, f"{address}/served.git", folder, pair, given.fetches)
                for pair in given.pairs
            ]
            if not given.no_clone:
                target = str(folder / "clone")
                clone = measure(proxy, ["git", "clone", "--bare", f"{address}/cloned.git", target])
    report(rows, clone, as_json=given.json)


def report(rows: list[Row], clone: Run | None, *, as_json: bool) -> None:
    """Print what was measured."""
    if as_json:
        print(json.dumps({"pairs": list(map(asdict, rows)), "clone": clone and asdict(clone)}))
        return
    print(f"{'pair':18} {'MB':>7} {'s':>7} {'--commits MB':>13} {'s':>7}  a full clone is")
    for row in rows:
        ratio = ""
        if clone:
            ratio = (
                f"  {clone.received / row.fetch.received:.0f} times the bytes, "
                f"{clone.seconds / row.fetch.seconds:.1f} times the seconds"
            )
        print(
            f"{row.pair:18} {row.fetch.received / 1e6:7.3f} {row.fetch.seconds:7.2f} "
            f"{row.commits.received / 1e6:13.2f} {row.commits.seconds:7.2f}{ratio}"
        )
    if clone:
        print(f"{'git clone --bare':18} {clone.received / 1e6:7.1f} {clone.seconds:7.1f}")


if __name__ == "__main__":
    main()
