"""An optimizer followed over releases by its public names."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from tfdiff import run
from tfdiff.errors import UnknownOptimizerError, UsageError
from tfdiff.extract.catalog import Entry
from tfdiff.extract.reading import Reading
from tfdiff.history.crew import Crew
from tfdiff.history.kept import told
from tfdiff.sources import SourceOptions, final_releases, list_tags, release_version

if TYPE_CHECKING:
    from packaging.version import Version

_KEPT = ("catalog", "optimizer", "step")


class Range(NamedTuple):
    """Which releases a history is about; None for the oldest and the newest final one."""

    first: str | None = None
    last: str | None = None


ALL_RELEASES: Final = Range()


class Found(NamedTuple):
    """One release, and what the optimizer is called in it; None where it has none."""

    reading: Reading
    entry: Entry | None


def followed(
    name: str,
    options: SourceOptions,
    crew: Crew,
    asked: Range = ALL_RELEASES,
    *,
    at: str | None = None,
) -> tuple[str, list[Found]]:
    """The optimizer in every release of a range; ``at`` goes before the range if given.

    The name is resolved in the newest release that knows it (or in ``at``), and followed from
    there by its public names: ``adam`` does not become another class half way.

    Raises:
        UnknownOptimizerError: none of the releases has it.
        UsageError: the range holds fewer than two releases.
    """
    refs = releases(options, asked)
    if at is not None:
        refs = (at, *refs)
    readings = run.read_releases(refs, options)
    unread = [ref for ref, reading in zip(refs, readings, strict=True) if not reading.known]
    if unread:
        crew.work(_Follower(name), (unread,), options, readings[0].store, _KEPT)
    for reading in readings[:1] if at else reversed(readings):
        try:
            anchor = reading.catalog.resolve(name).entry
        except UnknownOptimizerError:
            continue
        return anchor.name, [Found(each, each.catalog.matching(anchor)) for each in readings]
    raise UnknownOptimizerError(f"None of {len(refs)} releases has an optimizer {name!r}.")


@dataclass(frozen=True, slots=True)
class _Follower:
    """Reads one optimizer in a few releases, and compares each with the one before."""

    name: str

    def __call__(self, readings: Sequence[Reading]) -> None:
        present: list[tuple[Reading, Entry]] = []
        for reading in readings:
            with suppress(UnknownOptimizerError):
                entry = reading.catalog.resolve(self.name).entry
                reading.optimizer(entry)
                present.append((reading, entry))
        for (old, before), (new, after) in pairwise(present):
            if before.name == after.name:
                told((before, after), after.name, old, new)
            old.rest()


def releases(options: SourceOptions, asked: Range) -> tuple[str, ...]:
    """The final releases between two, both included, in version order.

    Raises:
        UsageError: there are fewer than two, or an end of the range is no version.
    """
    lowest, highest = _version(asked.first), _version(asked.last)
    chosen = tuple(
        tag
        for tag in final_releases(list_tags(options))
        if (version := release_version(tag))
        and (lowest is None or version >= lowest)
        and (highest is None or version <= highest)
    )
    if len(chosen) < 2:  # noqa: PLR2004 - a history needs a step
        raise UsageError(
            f"There are fewer than two final releases from {asked.first or 'the first'} to "
            f"{asked.last or 'the last'}; give --from and --to in version order."
        )
    return chosen


def _version(ref: str | None) -> "Version | None":
    if ref is None:
        return None
    version = release_version(ref)
    if version is None:
        raise UsageError(f"{ref!r} is no version; a range goes from one tag to another (v1.4.0).")
    return version
