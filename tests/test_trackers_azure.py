"""Azure DevOps: attachment, relation and comment are three requests."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fake_trackers import OTHER, Azure, Comment, File
from tests.trackers_kit import SUMMARY, Desk, Fault, Say, Seen, report, serving
from tfdiff.trackers import Summary
from tfdiff.trackers.errors import AttachError

WIT = "/org/My Project/_apis/wit"


def test_the_file_arrives_byte_for_byte_and_the_comment_is_html(tmp_path: Path) -> None:
    azure = Azure()
    path = report(tmp_path)
    with serving(azure) as server:
        result = azure.desk(server.base).attach(path)
    assert (result.comment, result.attached) == ("added", ("report.html",))
    assert azure.files == [File("report.html", path.read_bytes())]
    assert azure.relations[0]["url"] == f"{server.base}/org/_apis/wit/attachments/1"
    body = str(azure.comments[0].body)
    assert "<strong>the same</strong>" in body
    assert "<h3>" in body
    assert not server.wrong


def test_a_second_run_changes_nothing_and_a_third_updates_its_own_comment(tmp_path: Path) -> None:
    azure = Azure(comments=[Comment(OTHER, "<p>words</p>") for _ in range(5)])
    path = report(tmp_path)
    with serving(azure) as server:
        desk = azure.desk(server.base)
        desk.attach(path)
        written = len(server.writes)
        assert desk.attach(path).comment == "unchanged"
        assert len(server.writes) == written
        desk.attach(path, summary=Summary("", SUMMARY.key, "Other words."))
    assert server.writes[written:] == [f"PATCH {WIT}/workItems/123/comments/5"]


def test_several_files_each_follow_the_revision_of_the_one_before(tmp_path: Path) -> None:
    azure = Azure()
    files = [report(tmp_path, f"report-{n}.html") for n in range(3)]
    with serving(azure) as server:
        result = azure.desk(server.base).attach(*files)
    assert len(result.attached) == len(azure.relations) == 3


def test_a_change_in_between_is_noticed_and_the_second_run_finishes(tmp_path: Path) -> None:
    azure = Azure()
    path = report(tmp_path)
    with serving(azure) as server:
        desk = azure.desk(server.base)
        server.fail("PATCH", "/workitems/123", Fault(say=Say(412, {"message": "rev"})))
        with pytest.raises(AttachError, match="Somebody changed the ticket at the same time"):
            desk.attach(path)
        assert desk.attach(path).comment == "added"
    assert len(azure.relations) == 1


def test_when_the_comment_failed_the_second_run_only_adds_the_comment(tmp_path: Path) -> None:
    azure = Azure()
    path = report(tmp_path)
    with serving(azure) as server:
        desk = azure.desk(server.base)
        server.fail("POST", "/comments", Fault(say=Say(503)))
        with pytest.raises(AttachError, match=r"Done before that: sent report\.html"):
            desk.attach(path)
        before = len(server.writes)
        result = desk.attach(path)
    assert server.writes[before:] == [f"POST {WIT}/workItems/123/comments"]
    assert result.already == ("report.html",)


def test_a_log_in_page_instead_of_an_answer_means_a_wrong_token() -> None:
    azure = Azure()
    with serving(azure) as server:
        desk = azure.desk(server.base)
        desk.environ["AZURE_DEVOPS_EXT_PAT"] = "wrong"
        with pytest.raises(AttachError, match="token from AZURE_DEVOPS_EXT_PAT is not accepted"):
            desk.attach()


def test_an_address_without_the_project_is_completed_by_the_server() -> None:
    azure = Azure()

    def without_project(seen: Seen) -> Say:
        path = seen.path.replace("/org/_apis/wit/workitems", f"{WIT}/workitems")
        return azure(replace(seen, path=path))

    with serving(without_project) as server:
        environ = azure.desk(server.base).environ
        assert Desk(f"{server.base}/org/_workitems/edit/123", environ).attach().comment == "added"
