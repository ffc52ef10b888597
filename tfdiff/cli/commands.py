"""What each command does: ask ``run``, hand the answer to ``render``, pick the exit code."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tfdiff.errors import INCOMPLETE, UsageError
from tfdiff.findings import SEVERITY
from tfdiff.sources.options import SourceOptions

if TYPE_CHECKING:
    from rich.console import Console

    from tfdiff.accepted import Acceptance
    from tfdiff.findings import Report
    from tfdiff.history import Crew, Range
    from tfdiff.trackers import AttachOptions

Command = Callable[[argparse.Namespace], int]
FINDINGS = 1


def report(arguments: argparse.Namespace) -> int:
    """``tfdiff report OLD NEW``."""
    from tfdiff import render, run  # noqa: PLC0415 - each command imports what it needs

    accepted = _accepted(arguments)
    outputs: list[Path] = arguments.output
    for path in outputs:
        render.format_of(path)  # a bad name is told before the work, not after it
    page = next((path for path in outputs if path.suffix == ".html"), None)
    if arguments.open and page is None:
        raise UsageError("--open needs an HTML report: add -o report.html.")
    if arguments.attach:
        from tfdiff.trackers import check_ticket  # noqa: PLC0415

        check_ticket(arguments.attach, _tracker(arguments))  # before the work, not after it
    found = run.compare(
        arguments.optimizer,
        arguments.old,
        arguments.new,
        options=_options(arguments),
        commits=arguments.commits,
        account=arguments.coverage,
    )
    found = _accepting(found, accepted)
    _notes(arguments, found.notes)
    for path in outputs:
        render.write(found, path, max_bytes=arguments.max_bytes, flavour=arguments.flavour)
        _notes(arguments, (f"wrote {path}",))
    if arguments.coverage:
        from tfdiff.render import account  # noqa: PLC0415

        sys.stdout.write(account.text(found))
    elif not (outputs or arguments.attach):
        _print(found)
    if arguments.attach:
        _attach_report(arguments, found)
    if arguments.open and page:
        import webbrowser  # noqa: PLC0415

        webbrowser.open(page.resolve().as_uri())
    return _exit_code(found, arguments.fail_on)


def _attach_report(arguments: argparse.Namespace, found: "Report") -> None:
    """Attach the written reports, or an HTML report made for it where none was asked for."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    from tfdiff import render, trackers  # noqa: PLC0415

    summary = trackers.summarise(render.render(found, "json"))
    with TemporaryDirectory() as folder:
        files: list[Path] = arguments.output
        if not files:
            files = [Path(folder, f"tfdiff-{found.old.ref}-{found.new.ref}.html".replace("/", "-"))]
            render.write(found, files[0])
        result = trackers.attach(arguments.attach, files, summary, _tracker(arguments))
    sys.stdout.write("".join(f"{line}\n" for line in result.said))


def attach(arguments: argparse.Namespace) -> int:
    """``tfdiff attach REPORT... --to TICKET``."""
    from tfdiff import trackers  # noqa: PLC0415

    summary = trackers.read_summary(arguments.reports)
    result = trackers.attach(arguments.to, arguments.reports, summary, _tracker(arguments))
    sys.stdout.write("".join(f"{line}\n" for line in result.said))
    return 0


def _tracker(arguments: argparse.Namespace) -> "AttachOptions":
    from tfdiff.trackers import AttachOptions  # noqa: PLC0415

    return AttachOptions(
        ca_bundle=arguments.ca_bundle,
        dry_run=arguments.dry_run,
        github_file=arguments.github_file,
        redmine_markup=arguments.redmine_markup,
    )


def query(arguments: argparse.Namespace) -> int:
    """``tfdiff query NAME OLD NEW`` and ``tfdiff query NAME@OLD NAME@NEW``."""
    from tfdiff import render, run  # noqa: PLC0415

    accepted = _accepted(arguments)
    match arguments.what:
        case [name, old, new]:
            found = run.compare(
                name, old, new, options=_options(arguments), commits=arguments.commits
            )
        case [old, new]:
            if arguments.commits:
                raise UsageError("--commits needs one optimizer: NAME OLD NEW.")
            found = run.compare_two(old, new, options=_options(arguments))
        case _:
            raise UsageError("Give NAME OLD NEW, or NAME@OLD NAME@NEW.")
    found = _accepting(found, accepted)
    if arguments.format == "text":
        _notes(arguments, found.notes)
        _print(found)
    else:
        sys.stdout.write(render.render(found, arguments.format))
    return _exit_code(found, arguments.fail_on)


def show(arguments: argparse.Namespace) -> int:
    """``tfdiff show NAME TAG``."""
    from tfdiff import run  # noqa: PLC0415
    from tfdiff.render import facts  # noqa: PLC0415

    shown = run.show(arguments.name, arguments.release, _options(arguments))
    _notes(arguments, (*shown.reading.release.warnings, *shown.notes))
    facts.show(shown.facts, shown.reading.release, _console(), shown.agreements)
    return 0


def optimizers(arguments: argparse.Namespace) -> int:
    """``tfdiff optimizers TAG``."""
    from tfdiff import run  # noqa: PLC0415
    from tfdiff.render import listing  # noqa: PLC0415

    (reading,) = run.read_releases((arguments.release,), _options(arguments))
    _notes(arguments, reading.release.warnings)
    rows = [(entry.name, entry.kind, entry.span) for entry in reading.catalog.entries]
    listing.optimizers(rows, _console())
    return 0


def history(arguments: argparse.Namespace) -> int:
    """``tfdiff history NAME`` and ``tfdiff history --all``."""
    from tfdiff import history as histories  # noqa: PLC0415
    from tfdiff import render  # noqa: PLC0415
    from tfdiff.render import history as shown  # noqa: PLC0415

    outputs: list[Path] = arguments.output
    if arguments.all == (arguments.name is not None):
        raise UsageError("Give one optimizer, or --all for every one.")
    if arguments.all:
        return _atlas(arguments)
    for path in outputs:
        render.format_of(path)  # a bad name is told before the work, not after it
    found = histories.history(
        arguments.name, _options(arguments), asked=_asked(arguments), crew=_crew(arguments)
    )
    for path in outputs:
        shown.write(found, path)
        _notes(arguments, (f"wrote {path}",))
    if outputs:
        return 0
    if arguments.format == "json":
        sys.stdout.write(shown.document(found))
    else:
        shown.show(found, _console())
    return 0


def _atlas(arguments: argparse.Namespace) -> int:
    from tfdiff import history as histories  # noqa: PLC0415
    from tfdiff.render import atlas  # noqa: PLC0415

    match arguments.output:
        case [folder]:
            site = atlas.Site(folder)  # what stands there is looked at before the work
        case _:
            raise UsageError("--all writes a folder of pages: give one with -o FOLDER.")
    options = _options(arguments)
    crew = _crew(arguments)
    found = histories.atlas(options, asked=_asked(arguments), crew=crew)
    written = atlas.write(found, site, options, crew)
    _notes(arguments, (f"wrote {folder}, {written}",))
    return 0


def bisect(arguments: argparse.Namespace) -> int:
    """``tfdiff bisect NAME --property FACT``."""
    from tfdiff import history as histories  # noqa: PLC0415
    from tfdiff.render import history as shown  # noqa: PLC0415

    told = histories.facts(
        arguments.name,
        arguments.property,
        _options(arguments),
        asked=_asked(arguments),
        crew=_crew(arguments),
    )
    shown.facts(histories.runs(told), _console())
    return 0


def like(arguments: argparse.Namespace) -> int:
    """``tfdiff like NAME@TAG``."""
    from tfdiff import history as histories  # noqa: PLC0415
    from tfdiff.render import history as shown  # noqa: PLC0415

    told = histories.alike(arguments.what, _options(arguments), crew=_crew(arguments))
    shown.alike(told, _console())
    return 0


def _asked(arguments: argparse.Namespace) -> "Range":
    from tfdiff.history import Range  # noqa: PLC0415

    return Range(arguments.first, arguments.last)


def _crew(arguments: argparse.Namespace) -> "Crew":
    from tfdiff.history import Crew  # noqa: PLC0415

    return Crew(arguments.jobs, arguments.cluster)


def index(arguments: argparse.Namespace) -> int:
    """``tfdiff index``."""
    from tfdiff import index as indexing  # noqa: PLC0415

    path = arguments.output or indexing.shipped()
    if not arguments.check:
        size = indexing.write_snapshot(_options(arguments), path)
        sys.stdout.write(f"wrote {path}, {size / 1e6:.2f} MB\n")
        return 0
    differing = indexing.check_snapshot(_options(arguments), path)
    sys.stdout.write("".join(f"{line}\n" for line in differing) or f"{path} holds\n")
    return FINDINGS if differing else 0


def rules(arguments: argparse.Namespace) -> int:
    """``tfdiff rules [ID]``."""
    from tfdiff.render import listing  # noqa: PLC0415
    from tfdiff.rules.registry import all_rules  # noqa: PLC0415

    known = {rule.id: rule for rule in all_rules()}
    if arguments.markdown:
        from tfdiff.render.rules_page import rules_page  # noqa: PLC0415

        sys.stdout.write(rules_page(all_rules()))
        return 0
    if arguments.rule is None:
        listing.rules([(rule.id, rule.title) for rule in known.values()], _console())
        return 0
    if arguments.rule not in known:
        import difflib  # noqa: PLC0415

        near = ", ".join(difflib.get_close_matches(arguments.rule, known)) or "see `tfdiff rules`"
        raise UsageError(f"There is no rule {arguments.rule!r}. Did you mean: {near}?")
    rule = known[arguments.rule]
    listing.rule(rule.id, rule.title, rule.documentation, _console())
    return 0


def cache(arguments: argparse.Namespace) -> int:
    """``tfdiff cache [--clear]``."""
    from tfdiff.sources.cache import cache_folder, cache_size, clear_cache  # noqa: PLC0415

    options = SourceOptions(cache=arguments.cache)
    folder = cache_folder(options)
    if arguments.clear:
        sys.stdout.write(f"deleted {clear_cache(options) / 1e6:.1f} MB in {folder}\n")
    else:
        sys.stdout.write(f"{folder}  {cache_size(options) / 1e6:.1f} MB\n")
    return 0


def _accepted(arguments: argparse.Namespace) -> "tuple[Acceptance, ...]":
    """What the user has accepted; a mistake in the file is told before the work."""
    if arguments.accept is None:
        return ()
    from tfdiff.accepted import read_accepted  # noqa: PLC0415

    return read_accepted(arguments.accept)


def _accepting(found: "Report", accepted: "tuple[Acceptance, ...]") -> "Report":
    """The report with accepted findings marked."""
    if not accepted:
        return found
    from datetime import UTC, datetime  # noqa: PLC0415

    from tfdiff.accepted import accepting  # noqa: PLC0415

    return accepting(found, accepted, datetime.now(UTC).date())


def _options(arguments: argparse.Namespace) -> SourceOptions:
    bars = None
    if sys.stderr.isatty() and not arguments.quiet:
        from tfdiff.cli.progress import Bars  # noqa: PLC0415 - rich only where it may be shown

        bars = Bars()
    return SourceOptions(
        kind=arguments.source,
        repo=arguments.repo,
        keras_repo=arguments.keras_repo,
        offline=arguments.offline,
        cache=arguments.cache,
        progress=bars,
    )


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415

    return Console()


def _print(found: "Report") -> None:
    from tfdiff.render import terminal  # noqa: PLC0415

    terminal.show(found, _console())


def _notes(arguments: argparse.Namespace, notes: tuple[str, ...]) -> None:
    """Say on standard error what the reader should know besides the answer."""
    if not arguments.quiet:
        for note in notes:
            sys.stderr.write(f"note: {note}\n")


def _exit_code(found: "Report", fail_on: str) -> int:
    """1 where a finding is as grave as asked, 3 where that was left open, else 0."""
    if fail_on == "never":
        return 0
    grave = SEVERITY[: SEVERITY.index(fail_on) + 1]
    findings = (finding for optimizer in found.optimizers for finding in optimizer.findings)
    if any(finding.effect in grave and finding.accepted is None for finding in findings):
        return FINDINGS
    undecided = any(optimizer.left_open for optimizer in found.optimizers)
    # Release notes that nobody wrote leave no finding out.
    return INCOMPLETE if undecided or found.old.lacks or found.new.lacks else 0
