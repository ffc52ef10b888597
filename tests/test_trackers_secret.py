"""Tokens: found in three places, given to one server, seen by nobody."""

import base64
import logging
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import pytest

from tests.fake_trackers import EMAIL, Azure, GitHub, GitLab, Jira
from tests.trackers_kit import TOKEN, Desk, Fault, Say, report, serving
from tfdiff.trackers import AttachOptions, check_ticket
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.secret import Credential, Secret

TRACKERS = pytest.mark.parametrize(
    "tracker",
    [Jira(), Jira(cloud=False), GitHub(), GitHub(file_goes="gist"), GitLab(), Azure()],
    ids=["jira-cloud", "jira-data-center", "github", "github-gist", "gitlab", "azure"],
)
BASIC = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
PAT = base64.b64encode(f":{TOKEN}".encode()).decode()
FAULTS = (
    Fault(say=Say(401, {"message": f"unknown token {TOKEN}"})),
    Fault("echo"),
    Fault(say=Say(302, headers=(("Location", f"https://other.example/{quote(TOKEN, safe='')}"),))),
    Fault(say=Say(200, text=f"<html>{TOKEN}</html>")),
    Fault("drop"),
    Fault("hang"),
    Fault("cut", Say(json={"token": TOKEN})),
)


def credential(ticket: str, environ: dict[str, str]) -> Credential | None:
    lonely = {"NETRC": "/dev/null", **environ}
    return check_ticket(ticket, AttachOptions(environ=lonely, dry_run=True))[1]


def given(ticket: str, environ: dict[str, str]) -> str:
    found = credential(ticket, environ)
    assert found
    return f"{found.header}: {found.value()}"


@pytest.mark.parametrize(
    ("ticket", "environ", "header"),
    [
        (
            "https://acme.atlassian.net/browse/P-1",
            {"JIRA_TOKEN": TOKEN, "JIRA_EMAIL": EMAIL},
            f"Authorization: Basic {BASIC}",
        ),
        (
            "jira:P-1",
            {"JIRA_URL": "https://j.example", "JIRA_TOKEN": TOKEN},
            f"Authorization: Bearer {TOKEN}",
        ),
        ("github:o/r#1", {"GITHUB_TOKEN": f" {TOKEN}\n"}, f"Authorization: Bearer {TOKEN}"),
        ("github:o/r#1", {"GH_TOKEN": TOKEN}, f"Authorization: Bearer {TOKEN}"),
        ("gitlab:g/p#1", {"GITLAB_TOKEN": TOKEN}, f"PRIVATE-TOKEN: {TOKEN}"),
        (
            "redmine:1",
            {"REDMINE_URL": "https://r.example", "REDMINE_API_KEY": TOKEN},
            f"X-Redmine-API-Key: {TOKEN}",
        ),
        ("azure:o/p/1", {"AZURE_DEVOPS_EXT_PAT": TOKEN}, f"Authorization: Basic {PAT}"),
        ("azure:o/p/1", {"SYSTEM_ACCESSTOKEN": TOKEN}, f"Authorization: Bearer {TOKEN}"),
    ],
)
def test_each_tracker_gets_its_token_in_its_own_way(
    ticket: str, environ: dict[str, str], header: str
) -> None:
    assert given(ticket, environ) == header


def test_netrc_gives_a_token_to_the_host_that_it_names_only(tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(
        f"machine r.example login me password {TOKEN}\n"
        f"machine acme.atlassian.net login {EMAIL} password {TOKEN}\n"
        "default login anybody password not-for-you\n"
    )
    environ = {"NETRC": str(netrc)}
    assert given("https://r.example/issues/1", environ) == f"X-Redmine-API-Key: {TOKEN}"
    cloud = given("https://acme.atlassian.net/browse/P-1", environ)
    assert cloud == f"Authorization: Basic {BASIC}"
    assert credential("https://other.example/issues/1", environ) is None


def test_a_broken_netrc_is_named_and_not_quoted(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text(f"machine r.example {TOKEN} password\n")
    with pytest.raises(AttachError) as caught:
        check_ticket("https://r.example/issues/1", AttachOptions(environ={"HOME": str(tmp_path)}))
    assert ".netrc cannot be read" in str(caught.value)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("kept", [TOKEN, f"{EMAIL}:{TOKEN}"])
def test_the_keyring_is_asked_last(monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    asked: list[tuple[str, str]] = []

    def get_password(service: str, host: str) -> str | None:
        asked.append((service, host))
        return kept

    keyring.get_password = get_password  # type: ignore[attr-defined]  # a stand-in
    errors.KeyringError = OSError  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    header = given("https://j.example/browse/P-1", {})
    assert header == f"Authorization: {f'Basic {BASIC}' if '@' in kept else f'Bearer {TOKEN}'}"
    given("github:o/r#1", {"GITHUB_TOKEN": TOKEN})
    assert asked == [("tfdiff", "j.example")]


@pytest.mark.parametrize(
    ("ticket", "environ"),
    [
        ("https://evil.example/g/p/-/issues/1", {"GITLAB_TOKEN": TOKEN}),
        ("https://evil.example/browse/P-1", {"JIRA_TOKEN": TOKEN}),
        (
            "https://evil.example/issues/1",
            {"REDMINE_API_KEY": TOKEN, "REDMINE_URL": "https://r.example"},
        ),
        ("https://gitlab.com.evil.example/g/p/-/issues/1", {"GITLAB_TOKEN": TOKEN}),
        (
            "https://gitlab.com/g/p/-/issues/1",
            {"GITLAB_TOKEN": TOKEN, "GITLAB_URL": "https://g.example"},
        ),
        (
            "https://r.example.evil.example/issues/1",
            {"REDMINE_API_KEY": TOKEN, "REDMINE_URL": "https://r.example"},
        ),
        ("https://evil.example/c/p/_workitems/edit/1", {"AZURE_DEVOPS_EXT_PAT": TOKEN}),
    ],
)
def test_a_token_from_the_environment_is_for_the_server_that_was_named(
    ticket: str, environ: dict[str, str]
) -> None:
    with pytest.raises(AttachError) as caught:
        credential(ticket, environ)
    assert "is not sent to" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_token_that_would_break_a_header_is_refused_without_showing_it() -> None:
    with pytest.raises(AttachError) as caught:
        credential("github:o/r#1", {"GITHUB_TOKEN": f"{TOKEN}\r\nHost: evil.example"})
    assert "GITHUB_TOKEN holds characters" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_secret_does_not_show_itself() -> None:
    found = credential("github:o/r#1", {"GITHUB_TOKEN": TOKEN})
    assert TOKEN not in f"{Secret(TOKEN)} {Secret(TOKEN)!r} {found} {found!r}"
    assert TOKEN not in repr(AttachOptions(environ={"GITHUB_TOKEN": TOKEN}))


def everything_said(error: BaseException | None) -> str:
    """An exception with all that hangs on it, as a logger or a debugger would find it."""
    said = ""
    while error is not None:
        said += "".join(traceback.format_exception(error)) + repr(vars(error))
        # An exception of requests has the request, and that has the header.
        assert not hasattr(error, "request")
        error = error.__cause__ or error.__context__
    return said


@TRACKERS
def test_no_output_has_a_secret(
    tracker: Jira | GitHub | GitLab | Azure,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    page = report(tmp_path, content=b"<p>report</p>")
    said: list[str] = []

    def run(desk: Desk, *, dry_run: bool = False, read_timeout: float = 0.5) -> None:
        changes = {"dry_run": dry_run, "read_timeout": read_timeout, "attempts": 1}
        trial = replace(desk, changes={**desk.changes, **changes, "state_folder": tmp_path})
        try:
            said.extend(trial.attach(page).said)
        except AttachError as error:
            said.append(everything_said(error))

    with serving(tracker) as server:
        desk = tracker.desk(server.base)
        run(desk, dry_run=True)
        for method in ("GET", "POST", "PATCH", "PUT"):
            for fault in FAULTS:
                server.faults[:] = [(method, "", fault)]
                run(desk, read_timeout=0.05)
        server.faults.clear()
        run(desk)
    said += [record.getMessage() for record in caplog.records]
    said += list(capfd.readouterr())
    said += [path.read_text(errors="replace") for path in tmp_path.iterdir()]
    said += [str(comment.body) for comment in tracker.comments]
    everything = "\n".join(said)
    assert f"/{Path(server.base).name}" in everything
    for secret in (TOKEN, TOKEN[:12], BASIC, BASIC[:32], PAT, PAT[:32]):
        assert secret not in everything


@TRACKERS
def test_a_dry_run_shows_the_requests_and_sends_none(
    tracker: Jira | GitHub | GitLab | Azure, tmp_path: Path
) -> None:
    page = report(tmp_path, content=b"<p>report</p>")
    with serving(tracker) as server:
        desk = tracker.desk(server.base)
        result = desk.attach(page, dry_run=True)
        again = desk.attach(page, dry_run=True)
        assert server.seen == []
        assert result == again
    shown = "\n".join(result.requests)
    assert result.comment == "planned"
    assert result.said[0].startswith("Nothing was sent")
    assert "***" in shown
    assert "The weights move" in shown
    assert any(line.startswith(("POST", "PUT")) for line in result.requests)
    assert not list(tmp_path.glob("uploads.json"))


def test_a_dry_run_needs_no_token() -> None:
    result = Desk("gitlab:group/project#5", {}).attach(dry_run=True)
    assert result.requests[0].startswith("GET https://gitlab.com/api/v4/user")
    assert result.warnings[-1].startswith("there is no token yet: set GITLAB_TOKEN")
    assert "  | The weights move **the same** way, see `sled.py`." in result.said[-1].splitlines()


def test_a_dry_run_of_redmine_shows_the_upload_the_note_and_how_they_belong_together(
    tmp_path: Path,
) -> None:
    environ = {"REDMINE_URL": "https://redmine.example", "REDMINE_API_KEY": TOKEN}
    result = Desk("redmine:7", environ).attach(report(tmp_path), dry_run=True)
    assert [line.splitlines()[0] for line in result.requests] == [
        "GET https://redmine.example/users/current.json",
        "GET https://redmine.example/issues/7.json?include=attachments%2Cjournals",
        "POST https://redmine.example/uploads.json?filename=report.html",
        "PUT https://redmine.example/issues/7.json",
    ]
    assert '"token": "(token of the upload)"' in result.requests[-1]
    assert "  X-Redmine-API-Key: ***" in result.requests[-1].splitlines()
    assert "Would attach report.html" in result.said
