"""The main job: open the releases, read them, compare them. The only place that knows all rooms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from tfdiff.changelog import documented, finished
from tfdiff.comparison.agreement import Agreement, agreements
from tfdiff.comparison.decision import Decisions
from tfdiff.comparison.documented import Names, names_of
from tfdiff.comparison.fold import fold
from tfdiff.comparison.optimizer import Side, compare_optimizer, unread_optimizer
from tfdiff.comparison.shared import told_by_others
from tfdiff.errors import UnknownOptimizerError, UsageError
from tfdiff.extract.catalog import Entry
from tfdiff.extract.matches import Match, all_matches, public_names
from tfdiff.extract.notes import Notes, read_notes
from tfdiff.extract.reading import Reading, candidates, folders
from tfdiff.extract.store import FactStore
from tfdiff.facts import KernelRule, OptimizerFacts, Span, Unknown
from tfdiff.findings import Coverage, OptimizerReport, Place, Report
from tfdiff.sources import (
    KERAS,
    SourceOptions,
    cache_folder,
    identity,
    naming,
    open_releases,
    with_keras,
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One optimizer at two releases, and what it is called; None where that was not read."""

    report: OptimizerReport
    names: Names | None

    def documented(self, notes: Notes) -> OptimizerReport:
        """The report with what the release notes say."""
        return documented(self.report, self.names, notes) if self.names else self.report


@dataclass(frozen=True, slots=True)
class Shown:
    """One optimizer at one release, and what else the name could have meant."""

    facts: OptimizerFacts
    reading: Reading
    notes: tuple[str, ...]
    agreements: tuple[Agreement, ...] = ()


def compare(  # noqa: PLR0913 - the options are keyword-only
    optimizer: str | Sequence[str] | None,
    old: str,
    new: str,
    *,
    options: SourceOptions | None = None,
    commits: bool = False,
    account: bool = False,
) -> Report:
    """Compare optimizers between two releases.

    Args:
        optimizer: a name, short (``adam``) or public (``tf.train.AdamOptimizer``), or several;
            None for every optimizer that either release has.
        old: a tag, a branch, a commit, or a folder with an unpacked release.
        new: likewise.
        options: where the releases come from.
        commits: find the commits that brought each finding.
        account: account for every hunk of the files that differ.

    Raises:
        UnknownReleaseError: a source has no such release.
        UnknownOptimizerError: neither release has an optimizer of that name.
        SourceError: the files could not be had.
    """
    before, after = read_releases((old, new), options or SourceOptions())
    names = (optimizer,) if isinstance(optimizer, str) else tuple(optimizer or ())
    notes: list[str] = []
    matches = (
        _named(before, after, names, notes) if names else all_matches(before.catalog, after.catalog)
    )
    changelog = read_notes(before.tree, after.tree, after.store)
    named = zip(matches, public_names(matches), strict=True)
    found = (compared(match, name, before, after) for match, name in named)
    reports = tuple(one.documented(changelog) for one in found)
    report = put_together(reports, before, after, changelog, tuple(notes))
    asked = _asked(report, before, after, commits=commits, account=account)
    after.store.save()
    return asked


def put_together(
    reports: tuple[OptimizerReport, ...],
    before: Reading,
    after: Reading,
    changelog: Notes,
    notes: tuple[str, ...] = (),
) -> Report:
    """The report on two releases from those on their optimizers; each cause is told once."""
    report = Report(
        old=before.release,
        new=after.release,
        optimizers=fold(told_by_others(reports)),
        coverage=_coverage(reports, before, after),
        notes=notes,
    )
    return finished(report, changelog)


def _asked(
    report: Report, before: Reading, after: Reading, *, commits: bool, account: bool
) -> Report:
    """The report with what takes more time, and is made where it is asked for."""
    if commits:
        from tfdiff.attribution import with_commits  # noqa: PLC0415 - as it says

        report = with_commits(report, before.tree, after.tree)
    if account:
        from tfdiff.accounting import with_files  # noqa: PLC0415 - as it says

        report = with_files(report, before, after)
    return report


def compare_two(old: str, new: str, *, options: SourceOptions | None = None) -> Report:
    """Compare two optimizers that need not be the same class.

    Args:
        old: a name and a release, ``tf.train.RMSPropOptimizer@v1.15.0``.
        new: likewise.
        options: where the releases come from.

    Raises:
        UsageError: one of the two has no ``@``.
    """
    (old_name, old_ref), (new_name, new_ref) = named_release(old), named_release(new)
    before, after = read_releases((old_ref, new_ref), options or SourceOptions())
    notes: list[str] = []
    left, right = _resolve(before, old_name, notes), _resolve(after, new_name, notes)
    name = left.name if left.name == right.name else f"{left.name} and {right.name}"
    sides = side(before, left, left.name), side(after, right, right.name)
    reports = (compare_optimizer(name, *sides, Decisions(after.store), two_classes=True),)
    after.store.save()
    return Report(
        old=before.release,
        new=after.release,
        optimizers=reports,
        coverage=_coverage(reports, before, after),
        notes=tuple(notes),
    )


def named_release(text: str) -> tuple[str, str]:
    """Name and release of ``NAME@TAG``.

    Raises:
        UsageError: it is not of that form.
    """
    name, at, ref = text.partition("@")
    if not (name and at and ref):
        raise UsageError(
            f"Cannot tell the release of {text!r}. Write NAME@TAG, such as adam@v1.4.0, or "
            f"NAME OLD NEW for one optimizer at two releases."
        )
    return name, ref


def show(optimizer: str, ref: str, options: SourceOptions) -> Shown:
    """Everything that is known of one optimizer at one release."""
    (reading,) = read_releases((ref,), options)
    notes: list[str] = []
    entry = _resolve(reading, optimizer, notes)
    facts = reading.optimizer(entry)
    shown = Shown(facts, reading, tuple(notes), agreements(facts, reading.store))
    reading.store.save()
    return shown


def read_releases(refs: Sequence[str], options: SourceOptions) -> tuple[Reading, ...]:
    """Open releases and bring the files that reading them needs, in one batch for all."""
    store = FactStore(cache_folder(options) / "facts")
    required = partial(store.get, "keras-requirement")
    trees = open_releases(refs, options, candidates, folders)
    trees = with_keras(trees, options, candidates, required, folders)
    return tuple(Reading(tree, store, identity(tree), naming(tree)) for tree in trees)


def _named(
    before: Reading, after: Reading, names: tuple[str, ...], notes: list[str]
) -> tuple[Match, ...]:
    return tuple(dict.fromkeys(_name(before, after, name, notes) for name in names))


def _name(before: Reading, after: Reading, name: str, notes: list[str]) -> Match:
    """What a name stands for at both releases: the same public name on both sides."""
    try:
        new = _resolve(after, name, notes)
    except UnknownOptimizerError:
        old = _resolve(before, name, notes)
        return old, after.catalog.matching(old)
    return before.catalog.matching(new), new


def _resolve(reading: Reading, name: str, notes: list[str]) -> Entry:
    found = reading.catalog.resolve(name)
    if found.others:
        others = ", ".join(entry.name for entry in found.others)
        note = f"{name} was taken as {found.entry.name}; it also stands for {others}."
        if note not in notes:
            notes.append(note)
    return found.entry


def compared(match: Match, name: str, before: Reading, after: Reading) -> Compared:
    """One optimizer at two releases, before the release notes are asked about it."""
    old, new = match
    if old and not new and (unknown := _unread(after, old)):
        return Compared(unread_optimizer(name, old.path, None, unknown), None)
    if new and not old and (unknown := _unread(before, new)):
        return Compared(unread_optimizer(name, None, new.path, unknown), None)
    sides = side(before, old, name, new), side(after, new, name, old)
    report = compare_optimizer(name, *sides, Decisions(after.store))
    return Compared(report, names_of(sides[0].facts, sides[1].facts))


def _unread(reading: Reading, entry: Entry) -> Unknown | None:
    """Why a release may have an optimizer that was not found in it."""
    if entry.name.startswith(KERAS):
        reason = next((what for what in reading.release.lacks if what.startswith(KERAS)), None)
        if reason is not None:
            return Unknown(reason)
    unread = (item for item in reading.catalog.unknowns if item.span)
    return next((item for item in unread if item.span and item.span.path == entry.path), None)


def side(reading: Reading, entry: Entry | None, name: str, other: Entry | None = None) -> Side:
    """One side of a comparison; absent where the release has no such optimizer.

    Args:
        reading: the release.
        entry: the optimizer there.
        name: what the report calls it.
        other: the optimizer at the other release.
    """
    if entry:
        facts = reading.optimizer(entry)
    else:
        alike = reading.catalog.alike(other) if other else ()
        facts = replace(OptimizerFacts.absent(name), alike=alike)

    def quote(span: Span) -> Place:
        url = reading.permalink(span)
        return Place(span.path, span.line, span.end_line, reading.text(span), url)

    def skips(path: str) -> bool:
        unread = path.endswith(".py") and path not in reading.files
        return unread and reading.tree.blob_id(path) is not None

    def rules(op: str) -> tuple[KernelRule, ...]:
        from tfdiff.extract.linking import kept_rules  # noqa: PLC0415 - it brings the readers

        return kept_rules(reading.store, reading.kernels, op).rules

    created = partial(reading.created, entry) if entry else lambda _: None
    base = entry is not None and entry.kind == "base"
    return Side(facts, quote, skips, rules, created, base=base)


def _coverage(reports: tuple[OptimizerReport, ...], before: Reading, after: Reading) -> Coverage:
    """What was looked at in all reports together; a region that several share counts once."""
    regions: dict[tuple[object, ...], bool] = {}
    opaque = dict.fromkeys((*before.catalog.unknowns, *after.catalog.unknowns))
    for report in reports:
        for region in report.regions:
            place = region.new or region.old
            regions[region.symbol, region.kind, region.device, place and place.path] = True
        opaque.update(dict.fromkeys(report.unknowns))
    unread = {unknown.span for unknown in opaque if unknown.span}
    missing = (*before.missing, *after.missing)
    return Coverage(
        regions=len(regions),
        parsed=max(0, len(regions) - len(unread)),
        opaque=tuple(opaque),
        missing=tuple(dict.fromkeys(missing)),
    )
