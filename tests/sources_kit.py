"""Small repositories, wheels and servers that stand in for TensorFlow's."""

import io
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZIP_DEFLATED, ZipFile

ADAM = "tensorflow/python/training/adam.py"
KERNEL = "tensorflow/core/kernels/training_ops.cc"
HEADER = "tensorflow/core/public/version.h"


def version_header(version: str) -> str:
    major, minor, patch = version.split(".", 2)
    return (
        f"#define TF_MAJOR_VERSION {major}\n#define TF_MINOR_VERSION {minor}\n"
        f'#define TF_PATCH_VERSION {patch}\n#define TF_VERSION_SUFFIX ""\n'
    )


def run_git(folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": "2017-07-01T12:00:00+00:00",
        "GIT_COMMITTER_DATE": "2017-07-01T12:00:00+00:00",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str], subject: str) -> str:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--allow-empty", "-m", subject)
    return run_git(folder, "rev-parse", "HEAD")


def make_repository(folder: Path) -> Path:
    """A work tree with the tags 0.6.0, v0.6.0, v1.2.1, v1.4.0-rc0, v1.4.0 and v1.12.1."""
    folder.mkdir(parents=True)
    run_git(folder, "init", "--quiet", "--initial-branch=master")
    run_git(folder, "config", "uploadpack.allowFilter", "true")
    run_git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    commit(folder, {HEADER: version_header("0.6.0"), ADAM: "bare = 1\n"}, "Start")
    run_git(folder, "tag", "0.6.0")
    commit(folder, {ADAM: "with_v = 1\n"}, "Go on")
    run_git(folder, "tag", "v0.6.0")
    commit(folder, {HEADER: version_header("1.2.1"), ADAM: "old = 1\n", KERNEL: "// k\n"}, "1.2.1")
    run_git(folder, "tag", "v1.2.1")
    commit(folder, {HEADER: version_header("1.4.0-rc0")}, "1.4 candidate (#7)")
    run_git(folder, "tag", "v1.4.0-rc0")
    commit(folder, {HEADER: version_header("1.4.0"), ADAM: "new = 1\n"}, "Change Adam (#42)")
    run_git(folder, "tag", "--annotate", "-m", "TensorFlow 1.4.0", "v1.4.0")
    commit(folder, {HEADER: version_header("1.13.1")}, "Not what the tag says")
    run_git(folder, "tag", "v1.12.1")
    commit(folder, {"README.md": "on master\n"}, "After")
    return folder


def make_wheel(members: Mapping[str, bytes], padding: int = 0) -> bytes:
    """A wheel; ``padding`` bytes that nobody needs stand in its middle."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        half = len(members) // 2
        for number, (name, content) in enumerate(members.items()):
            if number == half and padding:
                with archive.open("tensorflow/python/_pywrap.so", "w") as big:
                    big.write(os.urandom(padding))
            archive.writestr(name, content)
    return file.getvalue()


@dataclass
class Index:
    """A package index on this machine: its wheels, how it answers, and what it was asked."""

    wheels: dict[str, bytes]
    ranges: bool = True
    address: str = ""
    asked: list[str] = field(default_factory=list)
    sent: int = 0


@contextmanager
def serve(index: Index) -> Iterator[Index]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, index))
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    index.address = f"http://127.0.0.1:{server.server_address[1]}/simple/"
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, index: Index, *arguments: object) -> None:
        self.index = index
        super().__init__(*arguments)  # type: ignore[arg-type]  # the server passes them on

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        span = self.headers.get("Range", "")
        self.index.asked.append(f"{self.path} {span}".strip())
        if self.path == "/simple/tensorflow/":
            links = "".join(f'<a href="/files/{name}">{name}</a>' for name in self.index.wheels)
            self._send(200, links.encode(), {"Content-Type": "text/html"})
            return
        content = self.index.wheels.get(self.path.rpartition("/")[2])
        if content is None:
            self._send(404, b"", {})
        elif span and self.index.ranges:
            first, _, last = span.removeprefix("bytes=").partition("-")
            size = len(content)
            start = int(first) if first else max(0, size - int(last))
            end = min(int(last), size - 1) if first else size - 1
            found = {"Content-Range": f"bytes {start}-{end}/{size}"}
            self._send(206, content[start : end + 1], found)
        else:
            self._send(200, content, {})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.index.sent += len(content)
