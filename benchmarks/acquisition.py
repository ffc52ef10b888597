"""Bytes and seconds of tfdiff's fetch of a pair of releases, against a full clone.

Serves a repository on this machine through a proxy that adds a round-trip time, and counts
what passes through it:

    python benchmarks/acquisition.py PATH/TO/tensorflow.git

The history up to v1.5.1 is served, since TensorFlow's repository lacks two blobs from v1.6.0 on
and a full clone of later history ends with an error. So the clone it is compared with is
smaller than one of today's repository would be.
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
from dataclasses import dataclass
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


def served_copy(repository: Path, folder: Path, until: str) -> Path:
    """A repository with the releases up to one, which borrows its objects."""
    copy = folder / "served.git"
    git_dir = _git(repository, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    _git(folder, "init", "--quiet", "--bare", str(copy))
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
    return copy


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


def main() -> None:
    """Measure, and print a table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("repository", type=Path, help="a full repository of TensorFlow")
    parser.add_argument("--pair", nargs=2, default=["v1.2.1", "v1.4.0"], metavar="TAG")
    parser.add_argument("--until", default="v1.5.1", help="the newest release that is served")
    parser.add_argument("--round-trip", type=float, default=40.0, help="in milliseconds")
    parser.add_argument("--fetches", type=int, default=5)
    parser.add_argument("--clones", type=int, default=3, help="0 leaves the full clone out")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found: dict[str, Run] = {}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        served_copy(given.repository, folder, given.until)
        with daemon(folder) as port:
            proxy = Proxy(port, given.round_trip / 1000)
            address = f"git://127.0.0.1:{proxy.port}/served.git"
            fetches, clones = [], []
            for number in range(given.fetches):
                cache = str(folder / f"cache{number}")
                fetches.append(
                    measure(proxy, [sys.executable, "-c", _FETCH, address, cache, *given.pair])
                )
            for number in range(given.clones):
                target = str(folder / f"clone{number}")
                clones.append(measure(proxy, ["git", "clone", "--bare", address, target]))
            found["tfdiff"] = middle(fetches)
            if clones:
                found["git clone --bare"] = middle(clones)
    report(found, as_json=given.json)


def report(found: dict[str, Run], *, as_json: bool) -> None:
    """Print what was measured."""
    if as_json:
        print(json.dumps({name: [run.seconds, run.received] for name, run in found.items()}))
        return
    for name, run in found.items():
        print(
            f"{name:18} {run.seconds:8.2f} s {run.received / 1e6:10.3f} MB received "
            f"in {run.connections} connections"
        )
    if len(found) > 1:
        ours, clone = found.values()
        print(
            f"a full clone takes {clone.seconds / ours.seconds:.0f} times as long and "
            f"{clone.received / ours.received:.0f} times the bytes"
        )


if __name__ == "__main__":
    main()
