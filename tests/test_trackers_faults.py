"""What can go wrong on the wire: nothing is written twice, and each message says what to do."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fake_trackers import Azure, GitHub, GitLab, Jira
from tests.trackers_kit import (
    SUMMARY,
    TOKEN,
    Desk,
    Fault,
    Say,
    Seen,
    Server,
    options,
    report,
    serving,
)
from tfdiff.errors import UsageError
from tfdiff.trackers import Summary
from tfdiff.trackers.calls import get
from tfdiff.trackers.errors import AttachError
from tfdiff.trackers.wire import Broken, exchange

NOTES = "POST /api/v4/projects/group/sub/project/issues/5/notes"
READ = "GET /api/v4/projects/group/sub/project/issues/5"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which nobody waits for here."""
    waited: list[float] = []
    monkeypatch.setattr("tfdiff.trackers.session.time.sleep", waited.append)
    return waited


@pytest.fixture
def gitlab() -> GitLab:
    return GitLab()


@pytest.fixture
def server(gitlab: GitLab) -> Iterator[Server]:
    with serving(gitlab) as running:
        yield running


def count(server: Server, line: str) -> int:
    return sum(seen.line == line for seen in server.seen)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(say=Say(429, headers=(("Retry-After", "7"),))),
        Fault(say=Say(503, headers=(("Retry-After", "7"),))),
        Fault(say=Say(502, text="<html>bad gateway</html>")),
        Fault("cut", Say(json={"iid": 5}), done=True),
        Fault("drop"),
        Fault("hang"),
    ],
    ids=["429", "503", "502", "cut", "drop", "hang"],
)
def test_a_read_that_failed_is_tried_again(
    gitlab: GitLab, server: Server, waits: list[float], fault: Fault
) -> None:
    server.fail("GET", "/issues/5", fault)
    assert gitlab.desk(server.base).attach().comment == "added"
    assert count(server, READ) == 2
    assert waits == [7.0 if fault.say and fault.say.headers else 1.0]


def test_a_read_is_given_up_after_the_last_try(
    gitlab: GitLab, server: Server, waits: list[float]
) -> None:
    server.fail("GET", "/issues/5", *[Fault(say=Say(503))] * 3)
    with pytest.raises(AttachError, match=r"answered 503\. The server is in trouble"):
        gitlab.desk(server.base).attach()
    assert waits == [1.0, 2.0]
    assert server.writes == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(say=Say(500)), "The server is in trouble. Whether it was done is not known"),
        (Fault(say=Say(502), done=True), "Whether it was done is not known"),
        (Fault(say=Say(503, headers=(("Retry-After", "0"),))), "Whether it was done is not known"),
        (Fault("drop", done=True), "the connection broke. Whether it was done is not known"),
        (Fault("hang", done=True), "it did not answer in time. Whether it was done is not known"),
        (Fault("cut", done=True), "its answer was cut off. Whether it was done is not known"),
        (Fault(say=Say(200, text='{"id": 1'), done=True), "It was probably done"),
    ],
    ids=["500", "502-done", "503", "drop-done", "hang-done", "cut-done", "half-json-done"],
)
def test_a_write_that_may_have_happened_is_not_repeated(
    gitlab: GitLab, server: Server, waits: list[float], fault: Fault, said: str
) -> None:
    server.fail("POST", "/notes", fault)
    desk = gitlab.desk(server.base)
    with pytest.raises(AttachError) as caught:
        desk.attach()
    assert said in str(caught.value)
    assert "Run the same command again" in str(caught.value)
    assert (count(server, NOTES), waits) == (1, [])
    assert desk.attach().comment == ("unchanged" if fault.done else "added")
    assert len(gitlab.comments) == 1


def test_a_write_that_was_refused_for_the_rate_is_repeated_when_the_server_says(
    gitlab: GitLab, server: Server, waits: list[float]
) -> None:
    server.fail("POST", "/notes", Fault(say=Say(429, headers=(("Retry-After", "3"),))))
    assert gitlab.desk(server.base).attach().comment == "added"
    assert (len(gitlab.comments), waits) == (1, [3.0])


def test_a_date_in_retry_after_is_understood(
    gitlab: GitLab, server: Server, waits: list[float]
) -> None:
    past = (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)
    odd = (("Retry-After", "Wed, 21 Oct 2015 07:28:00 -0000"),)
    faults = [Fault(say=Say(429, headers=headers)) for headers in (past, odd)]
    server.fail("POST", "/notes", *faults)
    gitlab.desk(server.base).attach()
    assert waits == [0.0, 0.0]


def test_a_server_that_asks_for_a_long_wait_is_reported_instead(
    gitlab: GitLab, server: Server, waits: list[float]
) -> None:
    server.fail("POST", "/notes", Fault(say=Say(429, headers=(("Retry-After", "3600"),))))
    with pytest.raises(AttachError, match=r"rate limit is used up.*again.*in 3600 seconds"):
        gitlab.desk(server.base).attach()
    assert waits == []


def test_a_server_that_is_not_there_is_tried_and_then_named(waits: list[float]) -> None:
    with serving(GitLab()) as server:
        desk = GitLab().desk(server.base)
    with pytest.raises(AttachError, match=r"could not log in: .*it cannot be reached\. Check the"):
        desk.attach()
    assert len(waits) == 2


def test_a_slow_upload_is_not_cut_off_by_the_connect_time_out(tmp_path: Path) -> None:
    # The server takes as long as the whole upload may take to connect, but it never stalls.
    content = b"x" * 12_000_000
    gitlab = GitLab(limit=len(content))
    with serving(gitlab) as server:
        server.pace = 0.1
        result = gitlab.desk(server.base).attach(
            report(tmp_path, content=content),
            connect_timeout=0.5,
            read_timeout=5.0,
            state_folder=tmp_path,
        )
    assert result.attached == ("report.html",)
    assert gitlab.files[0].content == content


def test_a_redirect_on_the_same_server_is_followed(gitlab: GitLab, server: Server) -> None:
    moved = Say(301, headers=(("Location", "/api/v4/projects/group/sub/project/issues/5?again=1"),))
    server.fail("GET", "/issues/5", Fault(say=moved))
    assert gitlab.desk(server.base).attach().comment == "added"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_another_host_does_not_get_the_token(
    gitlab: GitLab, server: Server, method: str, status: int
) -> None:
    with serving(lambda _: Say()) as other:
        moved = Say(status, headers=(("Location", f"{other.base}/login?next=secret"),))
        path = "/notes" if method == "POST" else "/issues/5"
        server.fail(method, path, Fault(say=moved))
        with pytest.raises(AttachError) as caught:
            gitlab.desk(server.base).attach()
    assert other.seen == []
    assert f"sends us on to {other.base}/login, and the token does not go along" in str(
        caught.value
    )
    assert "next=secret" not in str(caught.value)


def test_a_write_follows_only_a_redirect_that_keeps_it_a_write(
    gitlab: GitLab, server: Server
) -> None:
    address = (("Location", "/api/v4/projects/group/sub/project/issues/5/notes"),)
    server.fail("POST", "/notes", Fault(say=Say(307, headers=address)))
    assert gitlab.desk(server.base).attach().comment == "added"
    server.fail("PUT", "/notes/0", Fault(say=Say(302, headers=address)))
    with pytest.raises(AttachError, match="sends us on"):
        gitlab.desk(server.base).attach(summary=Summary("", SUMMARY.key, "Other words."))


@pytest.mark.parametrize(
    "location", ["http://[::1", "https://x:port/", "https://me:pw@other.example/", "ftp://x/"]
)
def test_a_redirect_to_nowhere_is_reported(gitlab: GitLab, server: Server, location: str) -> None:
    moved = Say(302, headers=(("Location", location),))
    server.fail("GET", "/issues/5", Fault(say=moved))
    with pytest.raises(AttachError, match=r"sends us (on )?to") as caught:
        gitlab.desk(server.base).attach()
    assert "me:pw" not in str(caught.value)


def test_redirects_in_circles_end(gitlab: GitLab, server: Server) -> None:
    circle = Say(302, headers=(("Location", "/api/v4/projects/group/sub/project/issues/5"),))
    server.fail("GET", "/issues/5", *[Fault(say=circle)] * 20)
    with pytest.raises(AttachError, match="it sends us in circles"):
        gitlab.desk(server.base).attach()


def test_a_page_for_people_is_no_answer(gitlab: GitLab, server: Server) -> None:
    server.fail("GET", "/issues/5", Fault(say=Say(200, text="<html>Welcome</html>")))
    with pytest.raises(AttachError, match="no log-in page stands before it"):
        gitlab.desk(server.base).attach()


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfdiff.trackers.wire._MOST_BYTES", 1_000)
    with serving(lambda _: Say(text="x" * 2_000)) as server:
        outcome = exchange(get(f"{server.base}/x", "read"), None, options({}))
    assert isinstance(outcome, Broken)
    assert outcome.why == "its answer is far too large"


@pytest.fixture(params=["jira-cloud", "jira-data-center", "github", "gitlab", "azure"])
def tracker(request: pytest.FixtureRequest) -> Jira | GitHub | GitLab | Azure:
    """Each tracker in turn, fresh for each test."""
    makers: dict[str, Callable[[], Jira | GitHub | GitLab | Azure]] = {
        "jira-cloud": Jira,
        "jira-data-center": lambda: Jira(cloud=False),
        "github": GitHub,
        "gitlab": GitLab,
        "azure": Azure,
    }
    return makers[request.param]()


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (Say(401, {"message": "no"}), "is not accepted"),
        (Say(403, {"message": "no"}), "No permission: "),
        (Say(404, {"message": "no"}), "There is no such ticket (http://127.0.0.1:"),
        (Say(410, {"message": "no"}), "There is no such ticket"),
        (Say(500, {"message": "no"}), "The server is in trouble"),
        (Say(400, {"message": "no"}), "It says: no. Correct what it names"),
    ],
    ids=["401", "403", "404", "410", "500", "400"],
)
def test_each_refusal_of_each_tracker_says_what_to_do(
    tracker: Jira | GitHub | GitLab | Azure, said: Say, advice: str
) -> None:
    def refusing(seen: Seen) -> Say:
        answer = tracker(seen)
        # Who we are and which server it is may be known; the ticket is what is refused.
        return said if seen.path.lower().endswith(TICKETS) else answer

    with serving(refusing) as server, pytest.raises(AttachError) as caught:
        tracker.desk(server.base).attach()
    assert advice in str(caught.value)
    assert "could not read the ticket" in str(caught.value)
    assert server.writes == []


TICKETS = ("/issue/proj-12", "/issues/34", "/issues/5", "/workitems/123")


def test_a_wrong_token_is_told_by_name_and_before_anything_is_written(
    tracker: Jira | GitHub | GitLab | Azure,
) -> None:
    with serving(tracker) as server:
        desk = tracker.desk(server.base)
        wrong = {name: value.replace(TOKEN, "wrong") for name, value in desk.environ.items()}
        with pytest.raises(AttachError) as caught:
            Desk(desk.ticket, wrong).attach()
    assert "is not accepted" in str(caught.value)
    assert any(name in str(caught.value) for name in wrong if wrong[name] == "wrong")
    assert server.writes == []


def test_a_file_that_the_server_refuses_for_its_size_is_named(
    tracker: Jira | GitHub | GitLab | Azure, tmp_path: Path
) -> None:
    with serving(tracker) as server:
        desk = tracker.desk(server.base)
        for path in ("/attachments", "/uploads", "/gists"):
            server.fail("POST", path, Fault(say=Say(413, text="<html>nginx</html>")))
        with pytest.raises(AttachError) as caught:
            desk.attach(report(tmp_path, content=b"x" * 3_000), github_file="gist")
    assert "3,000 bytes, more than the server takes. Attach a smaller report" in str(caught.value)


def test_a_server_that_is_another_program_says_to_check_its_address(
    tracker: Jira | GitHub | GitLab | Azure,
) -> None:
    def stranger(seen: Seen) -> Say:
        return tracker(seen) if "serverInfo" in seen.path else Say(404, text="not here")

    with serving(stranger) as server, pytest.raises(AttachError) as caught:
        tracker.desk(server.base).attach()
    assert "could not log in" in str(caught.value)
    assert f"Check that {server.base}" in str(caught.value)


def test_what_a_server_says_is_shown_on_one_line_without_tricks(
    gitlab: GitLab, server: Server
) -> None:
    said = "\x1b[2Jnice\ntry \u202e" + "long " * 100
    server.fail("GET", "/issues/5", Fault(say=Say(400, {"message": said})))
    with pytest.raises(AttachError) as caught:
        gitlab.desk(server.base).attach()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_the_same_bytes_under_another_name_are_not_attached_again(
    tracker: Jira | GitHub | GitLab | Azure, tmp_path: Path
) -> None:
    content = b"the same"
    with serving(tracker) as server, serving(lambda _: Say(content=content)) as media:
        if isinstance(tracker, Jira):
            tracker.media = media.base
        first = tracker.desk(server.base)
        desk = Desk(first.ticket, first.environ, {"github_file": "gist", "state_folder": tmp_path})
        desk.attach(report(tmp_path, "one.html", content))
        again = desk.attach(report(tmp_path, "other.html", content))
    assert (again.comment, again.attached, again.already) == ("unchanged", (), ("one.html",))


def test_a_missing_token_says_where_to_put_one() -> None:
    with pytest.raises(AttachError) as caught:
        Desk("gitlab:group/project#5", {}).attach()
    said = str(caught.value)
    assert "set GITLAB_TOKEN" in said
    assert "netrc" in said
    assert "keyring set tfdiff gitlab.com" in said


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for this machine, with its key."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    names = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", folder / "key", "-out", folder / "certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files],
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_bytes((folder / "certificate").read_bytes() + (folder / "key").read_bytes())
    return both


def test_a_self_signed_server_needs_its_certificate_and_says_so(
    gitlab: GitLab, certificate: Path
) -> None:
    with serving(gitlab, certificate) as server:
        desk = gitlab.desk(server.base)
        with pytest.raises(AttachError, match=r"is not trusted\. Give .* with --ca-bundle FILE"):
            desk.attach()
        assert server.seen == []
        assert desk.attach(ca_bundle=certificate).comment == "added"


def test_a_missing_bundle_of_certificates_is_a_usage_error(tmp_path: Path) -> None:
    desk = Desk("gitlab:group/project#5", {"GITLAB_TOKEN": TOKEN})
    with pytest.raises(UsageError, match="there is no such file"):
        desk.attach(ca_bundle=tmp_path / "none.pem")


def test_files_that_cannot_be_attached_are_named_before_the_server_is_asked(
    tmp_path: Path,
) -> None:
    desk = Desk("gitlab:group/project#5", {"GITLAB_TOKEN": TOKEN})
    with pytest.raises(AttachError, match=r"could not read .*missing\.html: No such file"):
        desk.attach(tmp_path / "missing.html")
    (tmp_path / "empty.html").touch()
    with pytest.raises(AttachError, match="is empty"):
        desk.attach(tmp_path / "empty.html")
    (tmp_path / "a").mkdir()
    with pytest.raises(AttachError, match=r"two files are named report\.html"):
        desk.attach(report(tmp_path), report(tmp_path / "a"))
