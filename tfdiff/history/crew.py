"""Who reads the releases of a history: this process, several, or a cluster.

The crew prepares, and nothing more: what it works out goes into the store, and the run that
follows takes it from there or works it out itself. So the result is the same whoever has worked,
and a worker that dies costs its task's time.
"""

import os
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from threading import Lock
from typing import Final, NamedTuple, TypeVar

from tfdiff import run
from tfdiff.collecting import collect_seldom, give_back
from tfdiff.errors import WorkerError
from tfdiff.extract.reading import Reading
from tfdiff.extract.store import Entry, FactStore, extractor_version
from tfdiff.history.kept import comparer
from tfdiff.sources import SourceOptions
from tfdiff.sources.options import SILENT

_CHUNK: Final = 4  # steps that a worker does before it asks for more
_ATTEMPTS: Final = 3  # how often workers may die without anything getting done
_ALONE = Lock()  # a cluster's worker may have threads; reading is not made for them

Item = TypeVar("Item")
Result = TypeVar("Result")
Job = Callable[[Sequence[Reading]], None]
"""What is to be done with consecutive releases; it must be picklable."""


class _Task(NamedTuple):
    """A few consecutive releases, what to do with them, and which facts to bring back."""

    refs: tuple[str, ...]
    job: Job
    options: SourceOptions
    kinds: frozenset[str]
    stamp: str


@dataclass(frozen=True, slots=True)
class Crew:
    """Who reads.

    Attributes:
        jobs: how many processes; as many as there are processors if None.
        cluster: address of a running Dask scheduler (``tcp://host:8786``) or Ray cluster
            (``ray://host:10001``), None for processes of this machine.
    """

    jobs: int | None = None
    cluster: str | None = None

    def work(
        self,
        job: Job,
        stretches: Sequence[Sequence[str]],
        options: SourceOptions,
        store: FactStore,
        kinds: Collection[str],
    ) -> None:
        """Do a job on stretches of consecutive releases; what it keeps is in the store then.

        Args:
            job: what to do.
            stretches: names of releases; a long one is cut, with one release in both parts.
            options: where the releases come from.
            store: the store of the run that follows.
            kinds: which facts that run will ask for.

        Raises:
            WorkerError: workers died again and again, or the cluster cannot do it.
        """
        far = frozenset(kinds if self.cluster else ())  # processes here share the store's folder
        quiet, stamp = replace(options, progress=None), code_stamp()
        tasks = [
            _Task(refs, job, quiet, far, stamp)
            for stretch in stretches
            for refs in _cut(tuple(stretch))
        ]
        progress = (options.progress or SILENT).start("Reading releases", len(tasks))
        try:
            for entries in self._done(tasks):
                store.adopt(entries)
                progress.advance(1)
        finally:
            progress.done()

    def _done(self, tasks: list[_Task]) -> Iterator[tuple[Entry, ...]]:
        if self.cluster is not None:
            from tfdiff.history.clusters import connected  # noqa: PLC0415 - few have a cluster

            with connected(self.cluster) as returned:
                from joblib import effective_n_jobs  # noqa: PLC0415 - it loads slowly

                spread = _spread(tasks, effective_n_jobs(-1))
                yield from (entries for _, entries in together(_carried_out, spread, -1, returned))
            return
        workers = self.hands(len(tasks))
        if workers > 1:
            spread = _spread(tasks, workers)
            yield from (entries for _, entries in together(_near, spread, workers))
        else:
            yield from map(_carried_out, tasks)

    def hands(self, tasks: int) -> int:
        """How many processes of this machine so many tasks are worth."""
        return min(self.jobs or os.cpu_count() or 1, tasks)


THIS_MACHINE: Final = Crew()


def code_stamp() -> str:
    """Hash of all code that what is brought back depends on."""
    return f"{extractor_version()} {comparer()}"


def _cut(refs: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Parts of a stretch with few steps each; the last release of one begins the next."""
    for start in range(0, max(len(refs) - 1, 1), _CHUNK):
        yield refs[start : start + _CHUNK + 1]


def together(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    returned: str = "generator_unordered",
) -> Iterator[tuple[int, Result]]:
    """Call a function on each item in several processes; what one that died had is done again.

    Args:
        function: what to do; it must be picklable.
        items: what to do it with.
        jobs: how many processes; -1 for all that there are.
        returned: how joblib's backend gives results back.

    Yields:
        An item's place and its result, as they are done.

    Raises:
        WorkerError: processes died again and again without getting anything done.
    """
    from joblib import Parallel, delayed  # noqa: PLC0415 - it loads slowly
    from joblib.externals.loky.process_executor import TerminatedWorkerError  # noqa: PLC0415

    # A worker that has grown is replaced by a fresh one between two tasks, as it should be.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
    left = dict(enumerate(items))
    attempts = 0
    while left:
        before = len(left)
        parallel = Parallel(n_jobs=jobs, batch_size=1, return_as=returned)
        try:
            calls = [delayed(_placed)(function, place, item) for place, item in left.items()]
            for place, result in parallel(calls):
                yield place, result
                del left[place]
        except TerminatedWorkerError as error:
            attempts = attempts + 1 if len(left) == before else 0
            if attempts == _ATTEMPTS:
                raise WorkerError(
                    f"Processes ended {_ATTEMPTS} times without getting anything done. Is there "
                    f"too little memory? --jobs 1 needs the least."
                ) from error


def _placed(function: Callable[[Item], Result], place: int, item: Item) -> tuple[int, Result]:
    return place, function(item)


def _spread(tasks: list[_Task], workers: int) -> list[_Task]:
    """The tasks in an order in which each worker walks a stretch of its own.

    Neighbouring releases have most in common: what one worker has just read would else be read
    by another at the same time.
    """
    length = -(-len(tasks) // max(workers, 1))
    strands = [tasks[start : start + length] for start in range(0, len(tasks), length)]
    return [task for task in chain(*zip_longest(*strands)) if task is not None]


def _near(task: _Task) -> tuple[Entry, ...]:
    collect_seldom(objects=1_000_000)  # in a process of our own, through which releases pass
    try:
        return _carried_out(task)
    finally:
        give_back()


def _carried_out(task: _Task) -> tuple[Entry, ...]:
    if task.stamp != code_stamp():
        raise WorkerError(
            "A worker of the cluster has another tfdiff than this one. Install the same there."
        )
    with _ALONE:
        readings = run.read_releases(task.refs, task.options)
        task.job(readings)
        readings[0].store.save()  # the run that follows looks there
    return readings[0].store.held(task.kinds)
