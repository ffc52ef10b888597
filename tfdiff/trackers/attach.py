"""The way in: everything that can be wrong before the network is asked is said here."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tfdiff.errors import UsageError
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.files import read_attachments
from tfdiff.trackers.options import AttachOptions, AttachResult
from tfdiff.trackers.secret import Credential, find_credential, how_to_give_a_token
from tfdiff.trackers.summary import Summary
from tfdiff.trackers.ticket import Ticket, configured_bases, parse_ticket


def attach(
    ticket: str, files: Sequence[Path], summary: Summary, options: AttachOptions | None = None
) -> AttachResult:
    """Attach files to a ticket and add, or update, the comment that belongs to them.

    Running it again does only what is missing: a file with identical bytes is not attached
    twice, and the comment with the summary's key is updated.

    Args:
        ticket: an address as copied from the browser, or a short form (``jira:PROJ-12``).
        files: the reports; may be empty for a comment alone.
        summary: what the comment says (see ``read_summary``).
        options: time-outs, servers, dry run ...

    Raises:
        TicketError: the ticket cannot be understood, or its server is not allowed.
        AttachError: something went wrong; the message says what was done and what to do.
    """
    options = options or AttachOptions()
    where, credential = check_ticket(ticket, options)
    attachments = read_attachments(tuple(files))
    from tfdiff.trackers.work import carry_out  # noqa: PLC0415 - requests is slow to import

    return carry_out(where, credential, attachments, summary, options)


def check_ticket(ticket: str, options: AttachOptions) -> tuple[Ticket, Credential | None]:
    """Find out whether a ticket can be attached to, as far as that shows without the network.

    Worth calling before a long comparison starts.

    Raises:
        TicketError: the ticket cannot be understood, or its server is not allowed.
        UsageError: the file with certificates does not exist.
        AttachError: there is no token for the server.
    """
    bases = configured_bases(options.base_urls, options.environ)
    where = parse_ticket(ticket, bases)
    if options.ca_bundle and not options.ca_bundle.is_file():
        raise UsageError(f"--ca-bundle {options.ca_bundle}: there is no such file")
    credential = find_credential(where, bases, options.environ)
    if credential is None and not options.dry_run:
        how = how_to_give_a_token(where.tracker, urlsplit(where.base).hostname or "")
        raise AttachError(
            f"could not log in to {where.base}: there is no token. To give one, {how}"
        )
    return where, credential
