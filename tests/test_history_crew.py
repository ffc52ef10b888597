"""Who reads releases: whoever does, and whoever dies of it, the result is the same."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tfdiff import history, run
from tfdiff.errors import UsageError, WorkerError
from tfdiff.extract.reading import Reading
from tfdiff.extract.store import FactStore
from tfdiff.history.atlas import compare
from tfdiff.history.crew import together
from tfdiff.history.kept import is_known
from tfdiff.sources import SourceOptions, final_releases, list_tags

pytestmark = pytest.mark.xdist_group("crew")  # processes that start processes, one at a time


@pytest.fixture
def options(many_releases: Path, tmp_path: Path) -> SourceOptions:
    return SourceOptions(repo=str(many_releases), cache=tmp_path / "cache")


@dataclass(frozen=True)
class Fatal:
    """Kills the first process that it meets, and does its work in the others."""

    marker: Path

    def __call__(self, readings: Sequence[Reading]) -> None:
        try:
            self.marker.touch(exist_ok=False)
        except FileExistsError:
            compare(readings)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def work(options: SourceOptions, crew: history.Crew, marker: Path, store: FactStore) -> None:
    """Compare all releases with a crew of which one dies."""
    refs = final_releases(list_tags(options))
    crew.work(Fatal(marker), [refs], options, store, ("passage",))
    assert marker.exists()


def all_known(options: SourceOptions, cache: Path) -> bool:
    """Whether a cache holds the comparison of each release with the next."""
    readings = run.read_releases(final_releases(list_tags(options)), options)
    kept = [Reading(one.tree, FactStore(cache / "facts"), "commit") for one in readings]
    for one, other in zip(kept, readings, strict=True):
        one.stamp = other.stamp
    return all(is_known(old, new) for old, new in pairwise(kept))


def test_a_process_that_dies_costs_its_task_only(options: SourceOptions, tmp_path: Path) -> None:
    assert options.cache
    store = FactStore(options.cache / "facts")
    work(options, history.Crew(jobs=2), tmp_path / "died", store)
    assert all_known(options, options.cache)


def _ends_its_process(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_processes_that_die_again_and_again_are_given_up() -> None:
    with pytest.raises(WorkerError, match="Processes ended 3 times"):
        list(together(_ends_its_process, (1, 2), 2))


def test_whoever_reads_the_atlas_is_the_same(many_releases: Path, tmp_path: Path) -> None:
    one, two = (
        history.atlas(
            SourceOptions(repo=str(many_releases), cache=tmp_path / f"cache-{jobs}"),
            crew=history.Crew(jobs=jobs),
        )
        for jobs in (1, 2)
    )
    assert one == two
    assert len(one.passages) == 6


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> "Iterator[str]":
    """The address of a running Dask cluster of two processes."""
    distributed = pytest.importorskip("distributed", reason="no Dask: pip install '.[dev]'")
    dask = pytest.importorskip("dask")
    # On a machine that is busy with other tests half a minute is not long.
    monkeypatch.setattr("tfdiff.history.clusters._PATIENCE", 600)
    patience = {f"distributed.comm.timeouts.{what}": "600s" for what in ("connect", "tcp")}
    with (
        dask.config.set(patience),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=50,
        ) as started,
    ):
        yield started.scheduler_address


def test_a_cluster_of_which_a_worker_is_killed_does_it_all(
    options: SourceOptions, cluster: str, tmp_path: Path
) -> None:
    far = tmp_path / "brought back"  # the cluster's own cache folder is another one
    crew = history.Crew(cluster=cluster)
    work(options, crew, tmp_path / "died", FactStore(far / "facts"))
    assert all_known(options, far)
    alone = SourceOptions(repo=options.repo, cache=tmp_path / "alone")
    assert history.atlas(options, crew=crew) == history.atlas(alone)


def test_a_cluster_that_is_not_there_is_said_in_one_line(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="no Dask: pip install '.[dev]'")
    monkeypatch.setattr("tfdiff.history.clusters._PATIENCE", 1)
    with pytest.raises(WorkerError, match="did not carry it out") as caught:
        history.atlas(options, crew=history.Crew(cluster="tcp://127.0.0.1:9"))
    assert "\n" not in str(caught.value)


def test_a_cluster_without_what_it_takes_names_the_extra(options: SourceOptions) -> None:
    with pytest.raises(UsageError, match=r"tfdiff\[ray\]"):
        history.atlas(options, crew=history.Crew(cluster="ray://127.0.0.1:9"))
