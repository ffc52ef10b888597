"""One exchange with a server over ``requests``; an answer, or why there is none."""

import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError  # requests' own transport

from tfdiff import __version__
from tfdiff.render.visible import one_line
from tfdiff.trackers.answers import Answer, complaints
from tfdiff.trackers.options import AttachOptions
from tfdiff.trackers.secret import Credential
from tfdiff.trackers.ticket import is_loopback

_MOST_BYTES: Final = 64 * 2**20
_SILENCES: Final = 5  # a server that drips an answer is given up after so many read time-outs


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        url: absolute, without anything secret.
        doing: what it is for, as in "could not ..." (``add the comment``).
        body: bytes to send, None for none.
        shown: the body as a dry run shows it, where it is not text.
        stand_in: what a dry run takes for the answer.
        size: for an upload, the number of bytes of the file.
        json: whether the answer is to be JSON (or empty).
        absent: what a 404 means, where it does not mean that there is no such ticket.
        elsewhere: whether a download may be fetched from another host, without the token.
    """

    method: str
    url: str
    doing: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)
    shown: str = ""
    stand_in: object = None
    size: int | None = None
    json: bool = True
    absent: str = ""
    elsewhere: bool = False

    @property
    def reads(self) -> bool:
        """Whether repeating it changes nothing."""
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer, read to its end; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the server did what was asked."""
        # Azure DevOps answers 203 with its log-in page where it does not know the token.
        return 200 <= self.status < 300 and self.status != 203  # noqa: PLR2004 - HTTP's numbers

    @property
    def answer(self) -> Answer:
        """The body as JSON; an empty answer where it is none."""
        try:
            return Answer(json.loads(self.body))
        except (ValueError, RecursionError):
            return Answer(None)

    @property
    def said(self) -> str:
        """What the server says is wrong, on one line; "" for nothing."""
        return one_line("; ".join(complaints(self.answer.value)))


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer: what went wrong, and whether the request may have been carried out."""

    why: str
    may_have_happened: bool
    passing: bool = True


class _Token(AuthBase):
    """Puts the token on the request at the last moment, so that no session holds it."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._credential.header] = self._credential.value()
        return request


class _NoToken(AuthBase):
    """Keeps ``requests`` from looking for a token of its own in netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def exchange(call: Call, credential: Credential | None, options: AttachOptions) -> Reply | Broken:
    """Send one request once and read its answer; redirects are not followed.

    Each request has a connection of its own: none that is reused can turn out to be closed just
    when a write is on its way, which would leave open whether it was carried out.

    Nothing is raised: an exception of ``requests`` carries the request, and that the token.
    """
    with requests.Session() as wire:
        # What is meant for this machine does not pass through a proxy.
        wire.trust_env = not is_loopback(urlsplit(call.url).hostname)
        try:
            return _send(wire, call, credential, options)
        except requests.RequestException as error:
            return _broken(error)
        except ValueError:  # requests looks at a redirect's address although it does not follow
            return Broken(
                "it sends us to an address that is none", may_have_happened=True, passing=False
            )


def _send(
    wire: requests.Session, call: Call, credential: Credential | None, options: AttachOptions
) -> Reply | Broken:
    own = {"User-Agent": f"tfdiff/{__version__}", "Connection": "close"}
    with wire.request(
        call.method,
        call.url,
        # A body given as bytes is sent in one piece that must be through before the connect
        # time-out; read from a file object, each block has that long.
        data=None if call.body is None else io.BytesIO(call.body),
        headers={**own, **dict(call.headers)},
        auth=_Token(credential) if credential else _NoToken(),
        allow_redirects=False,
        stream=True,
        timeout=(options.connect_timeout, options.read_timeout),
        verify=str(options.ca_bundle) if options.ca_bundle else None,
    ) as response:
        content = _read(response, time.monotonic() + _SILENCES * options.read_timeout)
        if isinstance(content, Broken):
            return content
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, content)


def _read(response: requests.Response, deadline: float) -> bytes | Broken:
    content = bytearray()
    for piece in response.iter_content(2**16):
        content += piece
        if len(content) > _MOST_BYTES:
            return Broken("its answer is far too large", may_have_happened=True, passing=False)
        if time.monotonic() > deadline:
            return Broken("its answer does not come to an end", may_have_happened=True)
    return bytes(content)


def _broken(error: requests.RequestException) -> Broken:  # noqa: PLR0911 - one for each way to fail
    inner = getattr(error.args[0], "reason", None) if error.args else None
    match error:
        case requests.exceptions.SSLError():
            return Broken("certificate", may_have_happened=False, passing=False)
        case requests.exceptions.ProxyError():
            return Broken("the proxy does not let us through", may_have_happened=False)
        case requests.exceptions.ConnectTimeout():
            return Broken("it cannot be reached (no connection in time)", may_have_happened=False)
        case requests.exceptions.ConnectionError() if isinstance(inner, NewConnectionError):
            return Broken("it cannot be reached", may_have_happened=False)
        case requests.exceptions.Timeout():
            return Broken("it did not answer in time", may_have_happened=True)
        case requests.exceptions.ChunkedEncodingError():
            return Broken("its answer was cut off", may_have_happened=True)
        case requests.exceptions.InvalidURL() | requests.exceptions.InvalidSchema():
            return Broken("the address is not valid", may_have_happened=False, passing=False)
        case _:
            return Broken("the connection broke", may_have_happened=True)
