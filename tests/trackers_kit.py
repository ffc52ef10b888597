"""A local HTTP server that plays a tracker, checks what it is sent, and fails on demand."""

import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tfdiff.trackers import AttachOptions, AttachResult, Summary, attach

TOKEN = "s3cret-t0ken-0123456789abcdef"  # noqa: S105 - opens nothing
PATIENT = 5.0
SUMMARY = Summary(
    "tf.train.SledOptimizer: v1.0.0 → v2.0.0",
    "v1.0.0 v2.0.0 tf.train.SledOptimizer",
    "### Sled: v1.0.0 → v2.0.0\n\nThe weights move **the same** way, see `sled.py`.\n",
)


@dataclass(frozen=True)
class Seen:
    """One request as the server received it; header names are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def json(self) -> object:
        assert "json" in self.headers["content-type"]
        return json.loads(self.body)

    def said(self, *names: str) -> object:
        value = self.json
        for name in names:
            assert isinstance(value, dict)
            value = value[name]
        return value

    @property
    def form(self) -> dict[str, tuple[str, str, bytes]]:
        """Field name -> file name, type and content of a multipart form."""
        # By bytes, not with the email package: that takes line ends for what they are in mail.
        kind, _, boundary = self.headers["content-type"].partition("; boundary=")
        assert kind == "multipart/form-data"
        start, *parts, end = self.body.split(f"--{boundary}".encode())
        assert (start, end) == (b"", b"--\r\n")
        fields = {}
        for part in parts:
            head, _, content = part.partition(b"\r\n\r\n")
            lines = head.decode().splitlines()[1:]
            headers = dict(line.lower().split(": ", 1) for line in lines)
            named = re.fullmatch(
                r'form-data; name="(\w+)"(?:; filename="([^"]*)")?', headers["content-disposition"]
            )
            assert named
            assert content.endswith(b"\r\n")
            fields[named[1]] = (named[2] or "", headers.get("content-type", ""), content[:-2])
        return fields


@dataclass(frozen=True)
class Say:
    """An answer; ``text`` wins over ``json``."""

    status: int = 200
    json: object = None
    text: str | None = None
    content: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def body(self) -> bytes:
        if self.content is not None:
            return self.content
        if self.text is not None:
            return self.text.encode()
        return b"" if self.json is None else json.dumps(self.json).encode()


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        done: whether the tracker carries the request out all the same.
        say: what it answers then; None for its own answer.
        how: ``answer``, ``cut`` (half of the answer), ``drop`` (no answer), ``hang``,
            ``echo`` (an error that repeats the request's headers, also cut in two at the end
            of a long message).
    """

    how: str = "answer"
    say: Say | None = None
    done: bool = False


class Tracker(Protocol):
    def __call__(self, seen: Seen) -> Say: ...


@dataclass
class Server:
    """A running server.

    Attributes:
        wrong: requests that the tracker does not have; each test expects none.
        pace: seconds between two pieces of a request's body that it reads.
    """

    tracker: Tracker
    base: str = ""
    seen: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: list[tuple[str, str, Fault]] = field(default_factory=list)
    pace: float = 0.0
    released: threading.Event = field(default_factory=threading.Event)

    def fail(self, method: str, path: str, *faults: Fault) -> None:
        """Let the next requests of a method to a path with this end fail, one after another."""
        self.faults += [(method, path, fault) for fault in faults]

    @property
    def writes(self) -> list[str]:
        return [seen.line for seen in self.seen if seen.writes]

    def fault_for(self, seen: Seen) -> Fault | None:
        for number, (method, path, fault) in enumerate(self.faults):
            if seen.method == method and seen.path.endswith(path):
                del self.faults[number]
                return fault
        return None

    def answer(self, seen: Seen) -> Say:
        try:
            said = self.tracker(seen)
        except (AssertionError, LookupError, ValueError) as error:
            self.wrong.append(f"{seen.line}: {error!r}")
            return NO_ROUTE
        if said.status == NO_ROUTE.status:
            self.wrong.append(f"{seen.line} {seen.query}")
        return said


NO_ROUTE = Say(499, {"message": "the test's tracker has no such request"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENT

    def __init__(self, kit: Server, *args: object) -> None:
        self.kit = kit
        super().__init__(*args)  # type: ignore[arg-type]  # as the server passes them

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        length = int(self.headers.get("Content-Length") or 0)
        body = b""
        while len(body) < length:
            if self.kit.pace:
                self.kit.released.wait(self.kit.pace)
            body += self.rfile.read(min(1_000_000, length - len(body)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, unquote(parts.path), query, headers, body)
        self.kit.seen.append(seen)
        fault = self.kit.fault_for(seen) or Fault(done=True)
        said = self.kit.answer(seen) if fault.done else Say()
        said = fault.say or said
        if fault.how == "echo":
            values = " ".join(self.headers.values())
            said = Say(400, {"message": f"cannot use {values} {'-' * 280}", "error": values})
        if fault.how == "hang":
            self.kit.released.wait(PATIENT)
        if fault.how in {"hang", "drop"}:
            linger = struct.pack("ii", 1, 0)  # closes with a reset, as a crashed server does
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(said.status)
        for name, value in said.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body[: len(said.body) // 2] if fault.how == "cut" else said.body)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - their names there

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing: pytest's output is for results."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Small, so that a client feels how slowly its upload is read.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that hangs up is part of the tests."""


@contextmanager
def serving(tracker: Tracker, certificate: Path | None = None) -> Iterator[Server]:
    """Serve a tracker on this machine as long as the block runs.

    Args:
        tracker: answers the requests.
        certificate: a file with a certificate and its key, to serve over TLS.
    """
    kit = Server(tracker)
    server = _Quiet(("127.0.0.1", 0), lambda *args: _Handler(kit, *args))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    kit.base = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield kit
    finally:
        kit.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


Environment = dict[str, str]


def options(environ: Environment, **changes: object) -> AttachOptions:
    """Options with short time-outs, and an environment with nothing else in it."""
    chosen: dict[str, object] = {"connect_timeout": 2.0, "read_timeout": 0.5, "attempts": 3}
    lonely = {"NETRC": "/dev/null", **environ}
    return AttachOptions(environ=lonely, **{**chosen, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Desk:
    """How one tracker is reached in a test."""

    ticket: str
    environ: Environment
    changes: dict[str, object] = field(default_factory=dict)

    def attach(self, *files: Path, summary: Summary = SUMMARY, **changes: object) -> AttachResult:
        return attach(
            self.ticket, files, summary, options(self.environ, **{**self.changes, **changes})
        )


def report(folder: Path, name: str = "report.html", content: bytes = b"") -> Path:
    """A file to attach, with bytes that no careless hand leaves as they are."""
    path = folder / name
    path.write_bytes(content or b"<!doctype html>\r\n<p>\xc3\xa4\n\r\0--tfdiff\r\n\x1a end")
    return path
