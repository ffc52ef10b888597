"""Look first, then do: what is on the ticket already is neither attached nor said again."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from tfdiff.trackers.azure import AzureDesk
from tfdiff.trackers.desk import Desk, Note
from tfdiff.trackers.errors import AttachError, TooLongError
from tfdiff.trackers.explain import RUN_AGAIN, too_large
from tfdiff.trackers.files import Attachment
from tfdiff.trackers.github import GitHubDesk, api_of
from tfdiff.trackers.github_api import GitHub
from tfdiff.trackers.github_files import place_for
from tfdiff.trackers.gitlab import GitLabDesk
from tfdiff.trackers.jira import JiraDesk
from tfdiff.trackers.memory import Memory
from tfdiff.trackers.options import AttachOptions, AttachResult, CommentState
from tfdiff.trackers.redmine import RedmineDesk
from tfdiff.trackers.secret import Credential, how_to_give_a_token
from tfdiff.trackers.session import Session
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket


@dataclass(slots=True)
class _Progress:
    """What was done so far, for the result and for the message of what went wrong."""

    attached: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)


def carry_out(
    ticket: Ticket,
    credential: Credential | None,
    files: tuple[Attachment, ...],
    summary: Summary,
    options: AttachOptions,
) -> AttachResult:
    """Attach what is missing and write the comment if it is missing or says something else.

    Raises:
        AttachError: something went wrong; the message says what was done and what to do.
    """
    session = Session(ticket, credential, options)
    desk = _desk(session, ticket, options)
    progress = _Progress()
    try:
        comment = _do(desk, files, summary, progress)
    except AttachError as error:
        if not progress.attached:
            raise
        done = f"Done before that: sent {', '.join(progress.attached)}."
        again = "" if RUN_AGAIN in str(error) else f" {RUN_AGAIN}."
        raise AttachError(f"{error} {done}{again}", error.status) from None
    warnings = list(desk.warnings)
    if credential is None:  # only a dry run gets this far without one
        host = urlsplit(ticket.base).hostname or ""
        how = how_to_give_a_token(ticket.tracker, host)
        warnings.append(f"there is no token yet: {how}")
    return AttachResult(
        ticket.url,
        "planned" if options.dry_run else comment,
        tuple(progress.attached),
        tuple(progress.already),
        tuple(warnings),
        tuple(session.planned),
    )


def _do(
    desk: Desk, files: tuple[Attachment, ...], summary: Summary, progress: _Progress
) -> CommentState:
    desk.look(summary)
    files = files if desk.takes_files else ()
    names = {file: desk.name_of(file) for file in files}
    missing = [file for file, name in names.items() if name is None]
    progress.already += [name for name in names.values() if name is not None]
    for file in missing:
        if desk.limit is not None and len(file.content) > desk.limit:
            raise AttachError(
                f"nothing was done: {file.name} is too large to be attached. "
                f"{too_large(len(file.content), desk.limit)}."
            )
    for file in missing:
        desk.attach(file)
        progress.attached.append(file.name)
    note = Note(
        summary,
        desk.tail(tuple(replace(file, name=name or file.name) for file, name in names.items())),
    )
    if desk.written and desk.written.digest == note.digest:
        desk.finish()
        return "unchanged"
    state: CommentState = "updated" if desk.written else "added"
    _write(desk, note)
    return state


def _write(desk: Desk, note: Note) -> None:
    *longer, shortest = desk.lengths
    for length in longer:
        try:
            return desk.write(note, length)
        except TooLongError:
            continue  # refused, so nothing was written: a shorter one may pass
    return desk.write(note, shortest)


def _desk(session: Session, ticket: Ticket, options: AttachOptions) -> Desk:
    match ticket.tracker:
        case "jira":
            return JiraDesk(session, ticket)
        case "github":
            github = GitHub(session, _github_api(ticket, options))
            place = place_for(github, ticket.place, options.github_file)
            return GitHubDesk(github, ticket, place)
        case "gitlab":
            return GitLabDesk(session, ticket, Memory(options.state_folder))
        case "redmine":
            return RedmineDesk(session, ticket, options.redmine_markup)
        case "azure":
            return AzureDesk(session, ticket)


def _github_api(ticket: Ticket, options: AttachOptions) -> str:
    # Actions says where both are; the one counts only together with the other.
    said = options.environ.get("GITHUB_API_URL", "").rstrip("/")
    if said and options.environ.get("GITHUB_SERVER_URL", "").rstrip("/") == ticket.base:
        return said
    return api_of(ticket.base)
