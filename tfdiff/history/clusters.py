"""Running clusters that joblib can work on: Dask and Ray, each with an extra of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final
from typing import Literal as OneOf

from joblib import parallel_config

from tfdiff.errors import TfdiffError, UsageError, WorkerError

Returned = OneOf["generator_unordered", "list"]
_PATIENCE: Final = 10  # seconds until a cluster has answered


@contextmanager
def connected(address: str) -> Iterator[Returned]:
    """Let joblib work on the cluster at an address while the context lasts.

    Yields:
        How the cluster gives results back: as they are done, or all at the end.

    Raises:
        UsageError: what is needed to speak to it is not installed.
        WorkerError: it cannot be reached, or cannot carry out what it was given.
    """
    extra, connect, returned = _RAY if address.startswith("ray://") else _DASK
    try:
        with connect(address):
            yield returned
    except ImportError as error:
        raise UsageError(
            f"Could not work on the cluster at {address}: {error}. Install tfdiff[{extra}] here, "
            f"and the same tfdiff on the cluster's workers."
        ) from error
    except TfdiffError:
        raise
    except Exception as error:  # whatever a cluster fails with is said in one line
        raise WorkerError(
            f"The cluster at {address} did not carry it out: {type(error).__name__}: {error}. "
            f"Is it running, with workers that have this tfdiff and reach the repository?"
        ) from error


@contextmanager
def _dask(address: str) -> Iterator[None]:
    from distributed import Client  # noqa: PLC0415 - an extra

    with (
        Client(  # type: ignore[no-untyped-call]
            address, timeout=_PATIENCE, set_as_default=False
        ) as client,
        parallel_config(backend="dask", client=client),
    ):
        yield


@contextmanager
def _ray(address: str) -> Iterator[None]:
    import ray  # noqa: PLC0415 - an extra
    from ray.util.joblib import register_ray  # noqa: PLC0415

    ray.init(address=address)
    try:
        register_ray()
        with parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()


Connect = Callable[[str], AbstractContextManager[None]]
_DASK: Final[tuple[str, Connect, Returned]] = ("dask", _dask, "generator_unordered")
_RAY: Final[tuple[str, Connect, Returned]] = ("ray", _ray, "list")
