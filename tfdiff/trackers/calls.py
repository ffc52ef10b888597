"""The requests that the trackers share, put together as they go over the wire."""

import json
from urllib.parse import urlencode

from urllib3.filepost import encode_multipart_formdata  # requests' own transport

from tfdiff.trackers.files import Attachment
from tfdiff.trackers.wire import Call

_JSON = ("Accept", "application/json")


def get(
    url: str, doing: str, query: dict[str, str | int] | None = None, *, stand_in: object = None
) -> Call:
    """A request that reads JSON."""
    address = f"{url}?{urlencode(query)}" if query else url
    return Call("GET", address, doing, (_JSON,), stand_in=stand_in)


def log_in(url: str, base: str) -> Call:
    """A request that asks who we are: the first that needs the token."""
    absent = f"Check that {base} is the tracker's base URL"
    return Call("GET", url, "log in", (_JSON,), absent=absent)


def download(url: str, doing: str, accept: str = "*/*") -> Call:
    """A request that reads a file, wherever the server keeps it."""
    return Call("GET", url, doing, (("Accept", accept),), json=False, elsewhere=True)


def send(  # noqa: PLR0913 - a request has these parts
    method: str,
    url: str,
    doing: str,
    said: object,
    *,
    kind: str = "application/json",
    stand_in: object = None,
) -> Call:
    """A request that writes JSON."""
    body = json.dumps(said, ensure_ascii=False).encode()
    shown = json.dumps(said, ensure_ascii=False, indent=2)
    headers = (_JSON, ("Content-Type", kind))
    return Call(method, url, doing, headers, body, shown, stand_in)


def upload(url: str, file: Attachment, *, stand_in: object = None) -> Call:
    """A request that sends a file as its whole body."""
    return Call(
        "POST",
        url,
        f"attach {file.name}",
        (_JSON, ("Content-Type", "application/octet-stream")),
        file.content,
        file.described,
        stand_in,
        size=len(file.content),
    )


def form(
    url: str,
    file: Attachment,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    stand_in: object = None,
) -> Call:
    """A request that sends a file in a multipart form, under the name ``file``."""
    fields = {"file": (file.name, file.content, file.media_type)}
    # The boundary is made from the content, so that a dry run shows the same every time.
    body, kind = encode_multipart_formdata(fields, boundary=f"tfdiff{file.digest[:32]}")
    return Call(
        "POST",
        url,
        f"attach {file.name}",
        (_JSON, ("Content-Type", kind), *headers),
        body,
        f"file={file.described}",
        stand_in,
        size=len(file.content),
    )
