"""Jira Cloud and Data Center, each with its own API version, log-in and markup."""

import json
from pathlib import Path

import pytest

from tests.fake_trackers import ME, OTHER, Comment, File, Jira
from tests.trackers_kit import SUMMARY, Fault, Say, Seen, report, serving
from tfdiff.trackers import Summary
from tfdiff.trackers.errors import AttachError

KINDS = pytest.mark.parametrize("cloud", [True, False], ids=["cloud", "data-center"])


def media(seen: Seen) -> Say:
    """Where Cloud sends for the content; it must not learn the token."""
    assert "authorization" not in seen.headers
    return Say(content=CONTENT)


CONTENT = b"<p>\r\n\0--boundary"


@KINDS
def test_the_file_arrives_byte_for_byte_and_the_comment_in_the_markup(
    tmp_path: Path, *, cloud: bool
) -> None:
    jira = Jira(cloud)
    path = report(tmp_path, "bericht ü.html")
    with serving(jira) as server:
        result = jira.desk(server.base).attach(path)
    assert result.said == (
        f"Added a comment to {server.base}/browse/PROJ-12",
        "Attached bericht ü.html",
    )
    assert jira.files == [File("bericht ü.html", path.read_bytes(), "text/html")]
    body = json.dumps(jira.comments[0].body)
    assert ('"type": "doc"' in body) is cloud
    assert ("{anchor:tfdiff-" in body) is not cloud
    assert not server.wrong


@KINDS
def test_a_second_run_changes_nothing_and_a_third_updates_its_own_comment(
    tmp_path: Path, *, cloud: bool
) -> None:
    jira = Jira(cloud, comments=[Comment(OTHER, "first") for _ in range(3)])
    path = report(tmp_path, content=CONTENT)
    with serving(jira) as server, serving(media) as elsewhere:
        jira.media = elsewhere.base
        desk = jira.desk(server.base)
        desk.attach(path)
        second = desk.attach(path)
        written = len(server.writes)
        third = desk.attach(path, summary=Summary("", SUMMARY.key, "Other words."))
    assert (second.comment, second.attached, second.already) == ("unchanged", (), ("report.html",))
    assert third.comment == "updated"
    assert server.writes[written:] == [f"PUT /rest/api/{3 if cloud else 2}/issue/PROJ-12/comment/3"]
    assert len(jira.files) == 1
    assert len(jira.comments) == 4
    assert not elsewhere.wrong


@KINDS
def test_the_same_name_with_other_bytes_is_attached_again(tmp_path: Path, *, cloud: bool) -> None:
    jira = Jira(cloud, files=[File("report.html", CONTENT[::-1])])
    with serving(jira) as server, serving(lambda _: Say(content=CONTENT[::-1])) as elsewhere:
        jira.media = elsewhere.base
        result = jira.desk(server.base).attach(report(tmp_path, content=CONTENT))
    assert result.attached == ("report.html",)
    assert [file.content for file in jira.files] == [CONTENT[::-1], CONTENT]


def test_the_limit_is_asked_first_and_a_file_beyond_it_is_never_sent(tmp_path: Path) -> None:
    jira = Jira(limit=10)
    with serving(jira) as server, pytest.raises(AttachError) as caught:
        jira.desk(server.base).attach(report(tmp_path, content=b"x" * 1_510))
    assert str(caught.value) == (
        "nothing was done: report.html is too large to be attached. The file has 1,510 bytes and "
        "the server takes 10, 1,500 bytes too many. Attach a smaller report: one optimizer only, "
        "or the JSON or Markdown instead of the HTML."
    )
    assert server.writes == []


@KINDS
@pytest.mark.parametrize("status", [403, 404])
def test_what_may_not_be_compared_is_attached_again(
    tmp_path: Path, status: int, *, cloud: bool
) -> None:
    jira = Jira(cloud, files=[File("report.html", CONTENT)])
    with serving(jira) as server:
        for path in ("/attachment/content/0", "/report.html"):
            server.fail("GET", path, Fault(say=Say(status)))
        result = jira.desk(server.base).attach(report(tmp_path, content=CONTENT))
    assert result.attached == ("report.html",)


def test_a_limit_that_may_not_be_asked_for_stops_nothing(tmp_path: Path) -> None:
    jira = Jira()
    with serving(jira) as server:
        server.fail("GET", "/attachment/meta", Fault(say=Say(403)))
        assert jira.desk(server.base).attach(report(tmp_path)).attached == ("report.html",)


def test_attachments_that_are_switched_off_are_said_before_anything_is_written(
    tmp_path: Path,
) -> None:
    jira = Jira(enabled=False)
    with serving(jira) as server, pytest.raises(AttachError, match="switched off"):
        jira.desk(server.base).attach(report(tmp_path))
    assert server.writes == []


@KINDS
def test_a_comment_that_is_too_long_is_cut_shorter_until_it_is_taken(*, cloud: bool) -> None:
    jira = Jira(cloud, longest=40_000 if cloud else 10_000)
    words = Summary("", "k", "\n\n".join(f"Paragraph {n}" + " and more" * 40 for n in range(300)))
    with serving(jira) as server:
        result = jira.desk(server.base).attach(summary=words)
        again = jira.desk(server.base).attach(summary=words)
    assert result.comment == "added"
    assert again.comment == "unchanged"
    assert "Cut to fit here." in json.dumps(jira.comments[0].body)


def test_what_jira_says_of_one_field_is_in_the_message() -> None:
    jira = Jira(longest=1)
    with serving(jira) as server, pytest.raises(AttachError, match="entered text is too long"):
        jira.desk(server.base).attach()
    assert jira.comments == []


def test_a_comment_of_somebody_else_with_our_mark_is_left_alone() -> None:
    jira = Jira(cloud=False)
    with serving(jira) as server:
        jira.desk(server.base).attach()
        jira.comments[0].author = OTHER
        result = jira.desk(server.base).attach()
    assert result.comment == "added"
    assert [comment.author for comment in jira.comments] == [OTHER, ME]
