"""Tickets as people copy them from the browser, and as they write them."""

import base64

import pytest

from tfdiff.trackers.errors import TicketError
from tfdiff.trackers.ticket import Ticket, configured_bases, parse_ticket

DRAWER = base64.b64encode(b'{"iid":"5","full_path":"group/sub/project","id":99}').decode()
JIRA = ("jira", "https://acme.atlassian.net", "", "PROJ-12")
JIRA_SERVER = ("jira", "https://jira.corp.example/jira", "", "PROJ-12")
GITHUB = ("github", "https://github.com", "owner/repo.js", "34")
GITLAB = ("gitlab", "https://gitlab.com", "group/sub/project", "5")
REDMINE = ("redmine", "https://redmine.corp.example", "", "77")
AZURE = ("azure", "https://dev.azure.com/org", "My Project", "123")


@pytest.mark.parametrize(
    ("copied", "meant"),
    [
        ("https://acme.atlassian.net/browse/PROJ-12", JIRA),
        ("https://acme.atlassian.net/browse/PROJ-12?focusedCommentId=10001&page=com#c", JIRA),
        ("  <https://ACME.atlassian.net/browse/PROJ-12/>\n", JIRA),
        ("https://acme.atlassian.net/jira/software/projects/PROJ/issues/PROJ-12", JIRA),
        (
            "https://acme.atlassian.net/jira/software/c/projects/PROJ/boards/1?selectedIssue=PROJ-12",
            JIRA,
        ),
        ("https://acme.atlassian.net/jira/servicedesk/projects/PROJ/queues/custom/3/PROJ-12", JIRA),
        ("https://acme.atlassian.net/issues/PROJ-12?jql=project%20%3D%20PROJ", JIRA),
        ("https://jira.corp.example/jira/browse/PROJ-12", JIRA_SERVER),
        (
            "https://jira.corp.example/jira/projects/PROJ/issues/PROJ-12?filter=allopenissues",
            JIRA_SERVER,
        ),
        (
            "https://jira.corp.example/jira/secure/RapidBoard.jspa?rapidView=3&selectedIssue=PROJ-12",
            JIRA_SERVER,
        ),
        ("https://github.com/owner/repo.js/issues/34", GITHUB),
        ("https://github.com/owner/repo.js/issues/34#issuecomment-123456", GITHUB),
        ("https://github.com/owner/repo.js/pull/34/files", GITHUB),
        ("https://www.github.com/owner/repo.js/issues/34", GITHUB),
        (
            "https://github.com/orgs/o/projects/1?pane=issue&itemId=7&issue=owner%7Crepo.js%7C34",
            GITHUB,
        ),
        ("https://gitlab.com/group/sub/project/-/issues/5", GITLAB),
        ("https://gitlab.com/group/sub/project/-/issues/5#note_42", GITLAB),
        ("https://gitlab.com/group/sub/project/-/work_items/5", GITLAB),
        ("https://gitlab.com/group/sub/project/-/issues/incident/5", GITLAB),
        ("https://gitlab.com/group/sub/project/issues/5", GITLAB),
        (f"https://gitlab.com/groups/group/-/issues?show={DRAWER}", GITLAB),
        ("https://redmine.corp.example/issues/77", REDMINE),
        ("https://redmine.corp.example/issues/77#note-3", REDMINE),
        ("https://redmine.corp.example/issues/77?tab=history", REDMINE),
        (
            "https://corp.example/redmine/issues/77",
            ("redmine", "https://corp.example/redmine", "", "77"),
        ),
        ("https://dev.azure.com/org/My%20Project/_workitems/edit/123", AZURE),
        ("https://dev.azure.com/org/My%20Project/_workitems/edit/123/", AZURE),
        ("https://dev.azure.com/org/My%20Project/_boards/board/t/Team/Issues/?workitem=123", AZURE),
        ("https://dev.azure.com/org/My%20Project/_workitems?id=123&_a=edit", AZURE),
        ("https://dev.azure.com/org/_workitems/edit/123", (*AZURE[:2], "", "123")),
        (
            "https://org.visualstudio.com/P/_workitems/edit/123",
            ("azure", "https://org.visualstudio.com", "P", "123"),
        ),
        (
            "https://tfs.corp.example/tfs/Collection/P/_workitems/edit/123",
            ("azure", "https://tfs.corp.example/tfs/Collection", "P", "123"),
        ),
        ("github:owner/repo.js#34", GITHUB),
        ("gitlab:group/sub/project#5", GITLAB),
        ("azure:org/My Project/123", AZURE),
    ],
)
def test_a_ticket_is_recognised(copied: str, meant: tuple[str, str, str, str]) -> None:
    ticket = parse_ticket(copied, {})
    assert (ticket.tracker, ticket.base, ticket.place, ticket.number) == meant


@pytest.mark.parametrize(
    ("written", "variable", "base", "meant"),
    [
        ("jira:proj-12", "JIRA_URL", "https://jira.corp.example/jira/", JIRA_SERVER),
        ("redmine:#77", "REDMINE_URL", "https://redmine.corp.example", REDMINE),
        (
            "https://git.corp.example/owner/repo/issues/34",
            "GITHUB_URL",
            "https://git.corp.example",
            ("github", "https://git.corp.example", "owner/repo", "34"),
        ),
        (
            "https://git.corp.example/lab/group/project/-/issues/5",
            "GITLAB_URL",
            "https://git.corp.example/lab",
            ("gitlab", "https://git.corp.example/lab", "group/project", "5"),
        ),
        (
            "https://corp.example/a/redmine/issues/77",
            "REDMINE_URL",
            "https://corp.example/a/redmine",
            ("redmine", "https://corp.example/a/redmine", "", "77"),
        ),
    ],
)
def test_a_server_that_the_user_names_decides(
    written: str, variable: str, base: str, meant: tuple[str, str, str, str]
) -> None:
    ticket = parse_ticket(written, configured_bases((), {variable: base}))
    assert (ticket.tracker, ticket.base, ticket.place, ticket.number) == meant


def test_the_configuration_wins_over_the_environment() -> None:
    bases = configured_bases(
        (("jira", "https://one.example/"),), {"JIRA_URL": "https://two.example"}
    )
    assert bases == {"jira": "https://one.example"}


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("PROJ-12", "jira:PROJ-12, github:owner/repo#34"),
        ("jira:12", "write it like jira:PROJ-12"),
        ("github:owner#34", "write it like github:owner/repo#34"),
        ("bugzilla:7", "does not name a ticket"),
        ("jira:PROJ-12", "set JIRA_URL"),
        ("redmine:77", "set REDMINE_URL"),
        ("https://github.com/owner/repo", "give the address of the ticket itself"),
        ("https://git.corp.example/owner/repo/issues/34", "say which tracker it is"),
        ("http://redmine.corp.example/issues/77", "use https://redmine.corp.example"),
        ("http://127.0.0.1.corp.example/issues/77", "use https://"),
        ("ftp://redmine.corp.example/issues/77", "must start with https://"),
        ("https://[::1/issues/77", "no valid address"),
    ],
)
def test_what_cannot_be_used_says_what_to_write(written: str, advice: str) -> None:
    with pytest.raises(TicketError) as caught:
        parse_ticket(written, {})
    assert advice in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "localhost:3000", "[::1]:3000", "127.9.9.9"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    assert parse_ticket(f"http://{host}/issues/77", {}).base == f"http://{host}"


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(TicketError) as caught:
        parse_ticket("https://me:hunter2@redmine.corp.example/issues/77", {})
    assert "hunter2" not in str(caught.value)
    with pytest.raises(TicketError) as caught:
        parse_ticket("https://redmine.corp.example/nothing?key=hunter2", {})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("meant", [JIRA, GITHUB, GITLAB, REDMINE, AZURE])
def test_a_tickets_own_address_is_the_same_ticket(meant: tuple[str, str, str, str]) -> None:
    ticket = Ticket(*meant)  # type: ignore[arg-type]  # the first is a tracker
    assert parse_ticket(ticket.url, {}) == ticket
