"""GitHub: comments, and the two places that a file may go to."""

from pathlib import Path

import pytest

from tests.fake_trackers import OTHER, Comment, GitHub
from tests.trackers_kit import SUMMARY, Fault, Say, report, serving
from tfdiff.trackers import Summary
from tfdiff.trackers.errors import AttachError, TicketError
from tfdiff.trackers.github import api_of

ISSUES = "/api/v3/repos/owner/repo/issues"


def test_the_comment_carries_the_summary_and_says_that_no_file_goes_along(tmp_path: Path) -> None:
    github = GitHub()
    with serving(github) as server:
        result = github.desk(server.base).attach(report(tmp_path))
    assert (result.comment, result.attached) == ("added", ())
    assert "no API that attaches files" in result.warnings[0]
    assert "--github-file gist" in result.warnings[0]
    body = str(github.comments[0].body)
    assert body.startswith("<!-- tfdiff-")
    assert SUMMARY.markdown.strip() in body
    assert not server.wrong


@pytest.mark.parametrize("me", ["me-1", ""], ids=["person", "actions"])
def test_a_second_run_changes_nothing_and_a_third_updates_its_own_comment(me: str) -> None:
    github = GitHub(me, comments=[Comment(OTHER, "words") for _ in range(120)])
    with serving(github) as server:
        desk = github.desk(server.base)
        desk.attach()
        assert desk.attach().comment == "unchanged"
        assert desk.attach(summary=Summary("", SUMMARY.key, "Other words.")).comment == "updated"
    assert server.writes == [f"POST {ISSUES}/34/comments", f"PATCH {ISSUES}/comments/120"]


def test_another_pair_or_optimizer_gets_a_comment_of_its_own() -> None:
    github = GitHub()
    with serving(github) as server:
        desk = github.desk(server.base)
        desk.attach()
        assert desk.attach(summary=Summary("", "another key", "Words.")).comment == "added"
    assert len(github.comments) == 2


def test_a_gist_is_made_once_per_file_and_brought_up_to_date(tmp_path: Path) -> None:
    github = GitHub(file_goes="gist")
    page = report(tmp_path, content=b"<p>page</p>")
    with serving(github) as server:
        desk = github.desk(server.base)
        first = desk.attach(page)
        second = desk.attach(page)
        page.write_bytes(b"<p>another page</p>")
        third = desk.attach(page)
    assert "a gist is not private" in first.warnings[0]
    assert (first.attached, second.already, third.attached) == ((page.name,),) * 3
    assert len(github.gists) == 1
    assert github.gists[0]["files"] == {page.name: {"content": "<p>another page</p>"}}
    assert "[report.html](https://gist.example/0)" in str(github.comments[0].body)
    assert third.comment == "unchanged"


def test_a_release_asset_is_named_by_its_content_and_never_replaced(tmp_path: Path) -> None:
    github = GitHub(file_goes="release:v1")
    page = report(tmp_path, "my report.html")
    old = page.read_bytes()
    with serving(github) as server:
        desk = github.desk(server.base)
        desk.attach(page)
        assert desk.attach(page).already == (page.name,)
        page.write_bytes(b"another page")
        assert desk.attach(page).comment == "updated"
    assert sorted(github.stored.values()) == sorted([old, b"another page"])
    assert all(name.startswith("my.report-") for name in github.stored)


def test_what_a_broken_upload_left_behind_is_removed_first(tmp_path: Path) -> None:
    github = GitHub(file_goes="release:v1")
    page = report(tmp_path)
    with serving(github) as server:
        desk = github.desk(server.base)
        desk.attach(page)
        github.assets[0]["state"] = "starter"
        desk.attach(page)
    assert "DELETE /api/v3/repos/owner/repo/releases/assets/9" in server.writes
    assert [asset["state"] for asset in github.assets] == ["uploaded"]


def test_an_upload_address_on_a_strange_host_does_not_get_the_token(tmp_path: Path) -> None:
    github = GitHub(file_goes="release:v1", uploads="https://uploads.evil.example")
    with serving(github) as server, pytest.raises(AttachError, match=r"uploads\.evil\.example"):
        github.desk(server.base).attach(report(tmp_path))
    assert server.writes == []


def test_a_body_that_is_too_long_is_cut_shorter_until_it_is_taken() -> None:
    github = GitHub(longest=20_000)
    words = "\n\n".join(f"Paragraph {n}" + " and more" * 40 for n in range(400))
    with serving(github) as server:
        github.desk(server.base).attach(summary=Summary("", "k", words))
        github.longest = 0
        again = github.desk(server.base).attach(summary=Summary("", "k", words))
    body = str(github.comments[0].body)
    assert len(body.encode()) <= 16_384
    assert "Cut to fit here." in body
    assert again.comment == "unchanged"


def test_the_message_of_a_422_is_passed_on() -> None:
    github = GitHub()
    problem = {"message": "Validation Failed", "errors": [{"message": "the issue is spam"}]}
    with serving(github) as server:
        server.fail("POST", "/comments", Fault(say=Say(422, problem)))
        with pytest.raises(AttachError, match="Validation Failed; the issue is spam"):
            github.desk(server.base).attach()


def test_a_secondary_rate_limit_is_waited_for() -> None:
    github = GitHub()
    limited = Say(403, {"message": "secondary rate limit"}, headers=(("Retry-After", "0"),))
    with serving(github) as server:
        server.fail("POST", "/comments", Fault(say=limited))
        assert github.desk(server.base).attach().comment == "added"
    assert len(github.comments) == 1


def test_a_release_that_is_missing_is_not_taken_for_a_missing_ticket(tmp_path: Path) -> None:
    github = GitHub(file_goes="release:v2")
    with serving(github) as server, pytest.raises(AttachError, match="no release for the tag v2"):
        github.desk(server.base).attach(report(tmp_path))


def test_a_gist_takes_only_text(tmp_path: Path) -> None:
    github = GitHub(file_goes="gist")
    with serving(github) as server, pytest.raises(AttachError, match="takes only text"):
        github.desk(server.base).attach(report(tmp_path, "picture.png", b"\xff\xd8"))


def test_an_unknown_place_for_files_is_a_usage_error() -> None:
    github = GitHub(file_goes="release:")
    with serving(github) as server, pytest.raises(TicketError, match="none, gist or release:TAG"):
        github.desk(server.base).attach()


@pytest.mark.parametrize(
    ("base", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://git.corp.example", "https://git.corp.example/api/v3"),
    ],
)
def test_each_kind_of_server_has_its_interface_elsewhere(base: str, api: str) -> None:
    assert api_of(base) == api
