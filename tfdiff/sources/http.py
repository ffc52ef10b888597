"""HTTP with time-outs, retries, and byte ranges where the server has them."""

from collections.abc import Iterator
from contextlib import contextmanager

from requests import RequestException, Response, Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tfdiff import __version__
from tfdiff.sources.failures import UnreachableError

TIMEOUT = (4.0, 30.0)  # seconds to connect, and between two bytes
_PARTIAL = 206
_RETRIED = (429, 500, 502, 503, 504)


def new_session() -> Session:
    """A session that tries again where that may help, and not for long."""
    session = Session()
    retry = Retry(
        total=3,
        connect=1,
        backoff_factor=0.3,
        status_forcelist=_RETRIED,
        respect_retry_after_header=False,  # it may name an hour
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    session.headers["User-Agent"] = f"tfdiff/{__version__}"
    # A compressed answer would make nonsense of byte ranges.
    session.headers["Accept-Encoding"] = "identity"
    return session


@contextmanager
def reaching(what: str) -> Iterator[None]:
    """Turn what goes wrong on the way to ``what`` into an error that says so."""
    try:
        yield
    except RequestException as error:
        raise UnreachableError(
            f"Could not fetch {what}: {_reason(error)}. Check the network and try again."
        ) from error


def ask(session: Session, url: str, span: str) -> tuple[Response, bool]:
    """An open answer for a span of a file (``bytes=0-99``), and whether it is only that span."""
    response = session.get(url, headers={"Range": span}, stream=True, timeout=TIMEOUT)
    response.raise_for_status()
    return response, response.status_code == _PARTIAL


def _reason(error: RequestException) -> str:
    # The innermost cause is the one that means something to a person.
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return str(cause) or type(cause).__name__
