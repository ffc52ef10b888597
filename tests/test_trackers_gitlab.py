"""GitLab: an upload's address is given once, so it is kept until a note mentions it."""

from pathlib import Path

import pytest

from tests.fake_trackers import ME, OTHER, Comment, File, GitLab
from tests.trackers_kit import SUMMARY, Desk, Fault, Say, Server, report, serving
from tfdiff.trackers import Summary
from tfdiff.trackers.errors import AttachError

UPLOADS = "/api/v4/projects/group/sub/project/uploads"
NOTES = "/api/v4/projects/group/sub/project/issues/5/notes"


def desk_of(gitlab: GitLab, server: Server, folder: Path) -> Desk:
    desk = gitlab.desk(server.base)
    return Desk(desk.ticket, desk.environ, {"state_folder": folder / "state"})


def test_the_file_is_uploaded_and_the_note_links_to_it(tmp_path: Path) -> None:
    gitlab = GitLab()
    path = report(tmp_path, "my report.html")
    with serving(gitlab) as server:
        result = desk_of(gitlab, server, tmp_path).attach(path)
    assert (result.comment, result.attached) == ("added", ("my report.html",))
    assert gitlab.files == [File("my report.html", path.read_bytes(), "text/html")]
    body = str(gitlab.comments[0].body)
    assert body.startswith("<!-- tfdiff-")
    assert f"[my report.html](/uploads/{1:032x}/my_report.html)" in body
    assert result.warnings == ()
    assert not server.wrong


def test_a_second_run_changes_nothing_wherever_it_runs(tmp_path: Path) -> None:
    gitlab = GitLab(comments=[Comment(OTHER, "words") for _ in range(150)])
    path = report(tmp_path, "my report.html")
    with serving(gitlab) as server:
        desk_of(gitlab, server, tmp_path).attach(path)
        written = len(server.writes)
        result = desk_of(gitlab, server, tmp_path / "another machine").attach(path)
    assert (result.comment, result.attached, result.already) == ("unchanged", (), (path.name,))
    assert len(server.writes) == written


def test_a_new_report_updates_the_note_and_uploads_only_what_is_new(tmp_path: Path) -> None:
    gitlab = GitLab()
    page, data = report(tmp_path), report(tmp_path, "report.json", b"{}")
    with serving(gitlab) as server:
        desk = desk_of(gitlab, server, tmp_path)
        desk.attach(page, data)
        page.write_bytes(b"another page")
        result = desk.attach(page, data, summary=Summary("", SUMMARY.key, "Other words."))
    assert (result.comment, result.attached) == ("updated", ("report.html",))
    assert [file.name for file in gitlab.files] == ["report.html", "report.json", "report.html"]
    assert len(gitlab.comments) == 1
    assert "Other words." in str(gitlab.comments[0].body)


def test_when_the_note_failed_the_second_run_only_adds_the_note(tmp_path: Path) -> None:
    gitlab = GitLab()
    path = report(tmp_path)
    with serving(gitlab) as server:
        desk = desk_of(gitlab, server, tmp_path)
        server.fail("POST", "/notes", Fault(say=Say(500)))
        with pytest.raises(AttachError) as caught:
            desk.attach(path)
        assert "Done before that: sent report.html." in str(caught.value)
        result = desk.attach(path)
    assert server.writes == [f"POST {UPLOADS}", f"POST {NOTES}", f"POST {NOTES}"]
    assert (result.comment, result.attached, len(gitlab.comments)) == ("added", (), 1)
    kept = tmp_path / "state" / "uploads.json"
    assert kept.read_text() == "{}"  # forgotten as soon as the note mentions it
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", ["", "[1]", "{", '{"x": 1}'])
def test_a_memory_that_was_spoiled_is_an_empty_one(tmp_path: Path, kept: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "uploads.json").write_text(kept)
    gitlab = GitLab()
    with serving(gitlab) as server:
        result = desk_of(gitlab, server, tmp_path).attach(report(tmp_path))
    assert result.attached == ("report.html",)


@pytest.mark.parametrize(("visibility", "who"), [("public", "anyone"), ("internal", "everyone")])
def test_a_project_that_others_can_read_is_warned_about(visibility: str, who: str) -> None:
    gitlab = GitLab(visibility)
    with serving(gitlab) as server:
        (warning,) = gitlab.desk(server.base).attach().warnings
    assert who in warning


def test_a_file_that_is_too_large_says_by_how_much(tmp_path: Path) -> None:
    gitlab = GitLab(limit=9 * 1024)
    path = report(tmp_path, content=b"x" * 10_000)
    with serving(gitlab) as server, pytest.raises(AttachError) as caught:
        desk_of(gitlab, server, tmp_path).attach(path)
    assert "10,000 bytes and the server takes 9,216, 784 bytes too many" in str(caught.value)
    assert "Attach a smaller report" in str(caught.value)
    assert gitlab.comments == []


def test_a_note_that_somebody_else_began_with_our_mark_is_left_alone() -> None:
    gitlab = GitLab()
    with serving(gitlab) as server:
        desk = gitlab.desk(server.base)
        desk.attach()
        gitlab.comments[0].author = OTHER
        assert desk.attach().comment == "added"
        gitlab.comments[1].body = f"> {gitlab.comments[1].body}"  # ours, but quoting
        assert desk.attach().comment == "added"
    assert [comment.author for comment in gitlab.comments] == [OTHER, ME, ME]
