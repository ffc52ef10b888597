"""A real Redmine: files read back byte for byte, limits and refusals provoked."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests

from tests.sample_report import hostile, one
from tests.trackers_kit import SUMMARY, Desk, Fault, Say, Seen, Server, report, serving
from tfdiff.render.json import dumps
from tfdiff.trackers import Summary, summarise
from tfdiff.trackers.errors import AttachError

PROGRAM = Path("/usr/share/redmine/config/environment.rb")
DATABASE = Path("/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default")
SCRIPT = Path(__file__).parent / "trackers" / "redmine_server.rb"


@dataclass(frozen=True)
class Redmine:
    """The running server: its address, its issues, and the keys of its accounts."""

    base: str
    issues: tuple[int, int]
    keys: dict[str, str]

    def desk(self, who: str = "writer", issue: int | None = None, base: str = "") -> Desk:
        base = base or self.base
        environ = {"REDMINE_URL": base, "REDMINE_API_KEY": self.keys[who]}
        return Desk(
            f"{base}/issues/{issue or self.issues[0]}#note-1", environ, {"read_timeout": 20.0}
        )

    def set(self, **settings: str) -> None:
        requests.get(f"{self.base}/test/setting?{urlencode(settings)}", timeout=20)

    def shown(self, text: str) -> str:
        """A text as the issue's page shows it."""
        return requests.post(f"{self.base}/test/render", data=text.encode(), timeout=20).text

    def get(self, path: str) -> requests.Response:
        headers = {"X-Redmine-API-Key": self.keys["writer"]}
        return requests.get(f"{self.base}{path}", headers=headers, timeout=20)

    def notes(self, issue: int | None = None) -> list[str]:
        answer = self.get(f"/issues/{issue or self.issues[0]}.json?include=journals").json()
        return [journal["notes"] for journal in answer["issue"]["journals"] if journal["notes"]]

    def files(self, issue: int | None = None) -> list[tuple[str, bytes, str]]:
        answer = self.get(f"/issues/{issue or self.issues[0]}.json?include=attachments").json()
        return [
            (
                item["filename"],
                self.get(f"/attachments/download/{item['id']}/{item['filename']}").content,
                item["content_type"],
            )
            for item in answer["issue"]["attachments"]
        ]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redmine]:
    if not PROGRAM.exists() or not os.access(DATABASE, os.R_OK):
        pytest.skip("no Redmine is installed here: bash .ci/redmine.sh installs it")
    folder = tmp_path_factory.mktemp("redmine")
    (folder / "files").mkdir()
    shutil.copy(DATABASE, folder / "redmine.sqlite3")
    # Redmine's own list of gems has no web server.
    libraries = Path("/usr/share/rubygems-integration/all/gems").glob("webrick-*/lib")
    environment = {**os.environ, "RUBYLIB": ":".join(map(str, libraries))}
    log = folder / "log"
    with log.open("w") as errors:
        running = subprocess.Popen(
            ["bundle", "exec", "ruby", str(SCRIPT), str(folder)],
            cwd="/usr/share/redmine",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with running:
        assert running.stdout
        line = running.stdout.readline()
        assert line, f"Redmine did not start: {log.read_text()}"
        said = json.loads(line)
        yield Redmine(f"http://127.0.0.1:{said['port']}", tuple(said["issues"]), said["keys"])
        running.terminate()


@pytest.fixture
def redmine(program: Redmine) -> Redmine:
    """The server with its usual settings, whatever the test before has set."""
    program.set(text_formatting="textile", attachment_max_size="5120", rest_api_enabled="1")
    return program


def test_the_file_and_the_note_arrive_together(redmine: Redmine, tmp_path: Path) -> None:
    path = report(tmp_path, "bericht ü.html")
    page = report(tmp_path, "report.json", dumps(one()).encode())
    before = len(redmine.notes())
    result = redmine.desk().attach(path, page, summary=summarise(dumps(one())))
    assert (result.comment, result.attached) == ("added", ("bericht ü.html", "report.json"))
    assert redmine.files()[-2:] == [
        ("bericht ü.html", path.read_bytes(), "text/html"),
        ("report.json", page.read_bytes(), "application/json"),
    ]
    assert len(redmine.notes()) == before + 1


def test_the_note_is_readable_there_and_its_mark_is_not_seen(redmine: Redmine) -> None:
    redmine.desk().attach(summary=summarise(dumps(one())))
    shown = redmine.shown(redmine.notes()[-1])
    assert "<td><strong>differs</strong></td>" in shown
    assert "<strong>equal</strong>" in shown
    assert "<code>dense/ref/gpu</code></li>" in shown
    assert ' class="external"><code>snow/python/sled.py:51</code></a>' in shown
    assert "tfdiff-" not in shown.replace('id="wiki-id-tfdiff-', "")


def test_text_that_looks_like_markup_is_shown_as_it_is(redmine: Redmine) -> None:
    redmine.desk().attach(summary=summarise(dumps(hostile())))
    shown = redmine.shown(redmine.notes()[-1])
    assert "<script" not in shown
    assert "<img" not in shown
    words = Summary(
        "", "odd", '`</code></pre> #1 {{toc}} *a*` and \\*b\\* {{toc}} h3. @x "q":http://a.b'
    )
    redmine.desk().attach(summary=words)
    shown = redmine.shown(redmine.notes()[-1])
    assert "#1 {{toc}} *a*</code> and &#42;b&#42; &#123;&#123;toc&#125;&#125;" in shown
    assert "<a " not in shown


def test_a_second_run_changes_nothing_and_a_third_updates_the_same_note(
    redmine: Redmine, tmp_path: Path
) -> None:
    issue = redmine.issues[1]
    path = report(tmp_path)
    desk = redmine.desk(issue=issue)
    desk.attach(path)
    notes, files = redmine.notes(issue), redmine.files(issue)
    again = desk.attach(path)
    assert (again.comment, again.already) == ("unchanged", ("report.html",))
    assert (redmine.notes(issue), redmine.files(issue)) == (notes, files)
    more = report(tmp_path, "more.html", b"more")
    third = desk.attach(path, more, summary=Summary("", SUMMARY.key, "Other words."))
    assert (third.comment, third.attached) == ("updated", ("more.html",))
    assert len(redmine.notes(issue)) == len(notes)
    assert "Other words." in redmine.notes(issue)[-1]
    assert redmine.files(issue) == [*files, ("more.html", b"more", "text/html")]


def test_a_file_that_was_removed_is_attached_again_though_the_note_says_the_same(
    redmine: Redmine, tmp_path: Path
) -> None:
    path = report(tmp_path, "removed.html", b"removed")
    words = Summary("", "removed", "Words.")
    redmine.desk().attach(path, summary=words)
    number = redmine.get(f"/issues/{redmine.issues[0]}.json?include=attachments").json()["issue"][
        "attachments"
    ][-1]["id"]
    headers = {"X-Redmine-API-Key": redmine.keys["writer"]}
    requests.delete(f"{redmine.base}/attachments/{number}.json", headers=headers, timeout=20)
    result = redmine.desk().attach(path, summary=words)
    assert (result.comment, result.attached) == ("unchanged", ("removed.html",))
    assert ("removed.html", b"removed", "text/html") in redmine.files()


@pytest.mark.parametrize("formatting", ["markdown", "common_mark"])
def test_a_server_set_to_markdown_gets_markdown(redmine: Redmine, formatting: str) -> None:
    redmine.set(text_formatting=formatting)
    words = Summary("", formatting, summarise(dumps(one())).markdown)
    desk = redmine.desk()
    assert desk.attach(summary=words, redmine_markup="markdown").comment == "added"
    assert desk.attach(summary=words, redmine_markup="markdown").comment == "unchanged"
    shown = redmine.shown(redmine.notes()[-1])
    assert "<strong>differs</strong></td>" in shown
    assert "tfdiff-" not in shown


def test_a_file_beyond_the_limit_says_by_how_much(redmine: Redmine, tmp_path: Path) -> None:
    redmine.set(attachment_max_size="1")
    before = redmine.notes()
    with pytest.raises(AttachError) as caught:
        redmine.desk().attach(report(tmp_path, content=b"x" * 2_000))
    said = str(caught.value)
    assert "422" in said
    assert "2,000 bytes and the server takes 1,024, 976 bytes too many" in said
    assert "Attach a smaller report" in said
    assert redmine.notes() == before


@pytest.mark.parametrize(
    ("who", "issue", "advice"),
    [
        ("reader", None, "No permission: the account needs Add notes"),
        ("stranger", None, "No permission"),
        ("writer", 4711, "There is no such ticket"),
        ("editor", None, "dropped the note"),
    ],
)
def test_each_refusal_says_what_to_do(
    redmine: Redmine, who: str, issue: int | None, advice: str
) -> None:
    before = redmine.notes()
    with pytest.raises(AttachError) as caught:
        redmine.desk(who, issue).attach(summary=Summary("", who, "Words."))
    assert advice in str(caught.value)
    assert redmine.notes() == before


def test_a_wrong_key_and_a_closed_interface_are_told_apart_from_a_missing_ticket(
    redmine: Redmine,
) -> None:
    desk = redmine.desk()
    wrong = Desk(desk.ticket, {**desk.environ, "REDMINE_API_KEY": "0" * 40}, desk.changes)
    with pytest.raises(AttachError, match="token from REDMINE_API_KEY is not accepted"):
        wrong.attach()
    redmine.set(rest_api_enabled="0")
    with pytest.raises(AttachError, match="must have enabled the REST API"):
        desk.attach()


def through(redmine: Redmine) -> Iterator[Server]:
    """A proxy in front of the server, which can be told to fail."""

    def forward(seen: Seen) -> Say:
        answer = requests.request(
            seen.method,
            redmine.base + seen.path,
            params=seen.query,
            headers={name: seen.headers[name] for name in seen.headers if name != "host"},
            data=seen.body,
            timeout=20,
        )
        return Say(answer.status_code, content=answer.content)

    with serving(forward) as server:
        yield server


@pytest.fixture
def proxy(redmine: Redmine) -> Iterator[Server]:
    yield from through(redmine)


def test_an_upload_whose_note_failed_is_finished_by_the_second_run(
    redmine: Redmine, proxy: Server, tmp_path: Path
) -> None:
    path = report(tmp_path, "late.html", b"late")
    words = Summary("", "late", "Late words.")
    desk = redmine.desk(base=proxy.base)
    proxy.fail("PUT", ".json", Fault(say=Say(502)))
    with pytest.raises(AttachError, match=r"Done before that: sent late\.html"):
        desk.attach(path, summary=words)
    assert desk.attach(path, summary=words).comment == "added"
    assert [name for name, _, _ in redmine.files()].count("late.html") == 1


def test_a_write_whose_answer_was_lost_is_found_and_not_repeated(
    redmine: Redmine, proxy: Server, tmp_path: Path
) -> None:
    path = report(tmp_path, "lost.html", b"lost")
    words = Summary("", "lost", "Lost words.")
    desk = redmine.desk(base=proxy.base)
    proxy.fail("PUT", ".json", Fault("drop", done=True))
    with pytest.raises(AttachError, match="Whether it was done is not known"):
        desk.attach(path, summary=words)
    assert [line for line in proxy.writes if line.startswith("PUT")] == [
        f"PUT /issues/{redmine.issues[0]}.json"
    ]
    again = desk.attach(path, summary=words)
    assert (again.comment, again.already) == ("unchanged", ("lost.html",))
    assert sum("Lost words." in note for note in redmine.notes()) == 1
