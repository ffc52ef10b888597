"""Running clusters that joblib can work on: Dask and Ray, each with an extra of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from joblib import parallel_config

from tfdiff.errors import TfdiffError, UsageError, WorkerError

_PATIENCE: Final = 10  # seconds until a cluster has answered


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Let joblib work on the cluster at an address while the context lasts.

    Raises:
        UsageError: what is needed to speak to it is not installed.
        WorkerError: it cannot be reached, or cannot carry out what it was given.
    """
    extra, connect = ("ray", _ray) if address.startswith("ray://") else ("dask", _dask)
    try:
        with connect(address):
            yield
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
