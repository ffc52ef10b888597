"""Every request to GitHub, checked against GitHub's own OpenAPI description by Prism."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.trackers_kit import SUMMARY, TOKEN, Desk, Say, Seen, report, serving
from tfdiff.trackers import Summary

MODULES = Path(__file__).parent.parent / "node_modules"
PRISM = MODULES / ".bin" / "prism"
DESCRIPTION = MODULES / "@octokit" / "openapi" / "generated" / "api.github.com.json"
REPOSITORY = "/repos/{owner}/{repo}"
# The rest of the description takes Prism long to read and is never asked for.
PATHS = (
    "/user",
    "/gists",
    "/gists/{gist_id}",
    f"{REPOSITORY}/issues/{{issue_number}}",
    f"{REPOSITORY}/issues/{{issue_number}}/comments",
    f"{REPOSITORY}/issues/comments/{{comment_id}}",
    f"{REPOSITORY}/releases/tags/{{tag}}",
    f"{REPOSITORY}/releases/{{release_id}}/assets",
    f"{REPOSITORY}/releases/assets/{{asset_id}}",
)


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not PRISM.exists() or not DESCRIPTION.exists():
        pytest.skip("no Prism is installed here: bash .ci/npm.sh installs it")
    description = json.loads(DESCRIPTION.read_text())
    description["paths"] = {path: description["paths"][path] for path in PATHS}
    folder = tmp_path_factory.mktemp("prism")
    chosen = folder / "github.json"
    chosen.write_text(json.dumps(description))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    log = folder / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [PRISM, "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), chosen],
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as running,
    ):
        for _ in range(600):
            if "Prism is listening" in log.read_text():
                break
            assert running.poll() is None, log.read_text()
            time.sleep(0.1)
        yield base
        running.terminate()


@dataclass
class Checked:
    """Passes requests to Prism and its examples back; some answers are put in by the test."""

    prism: str
    base: str = ""
    put_in: dict[str, object] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Say:
        path = seen.path.removeprefix("/api/v3")
        kept = ("authorization", "content-type", "x-github-api-version", "user-agent")
        headers = {name: seen.headers[name] for name in kept if name in seen.headers}
        # GitHub wants application/vnd.github+json and describes application/json.
        headers["accept"] = seen.headers["accept"].replace("vnd.github+", "")
        answer = requests.request(
            seen.method,
            self.prism + path,
            params=seen.query,
            headers=headers,
            data=seen.body,
            timeout=30,
        )
        self.passed.append(f"{seen.method} {path} {answer.status_code}")
        if "sl-violations" in answer.headers or answer.status_code >= 400:
            self.violations.append(f"{self.passed[-1]} {answer.headers.get('sl-violations')}")
        said = self.put_in.get(f"{seen.method} {path}")
        if said is not None:
            return Say(answer.status_code, json=said)
        return Say(answer.status_code, content=answer.content)


@pytest.mark.parametrize("file_goes", ["none", "gist", "release:v1"])
def test_every_request_is_as_described(prism: str, tmp_path: Path, file_goes: str) -> None:
    checked = Checked(prism)
    page = report(tmp_path, "my report.html", b"<p>report</p>")
    with serving(checked) as server:
        uploads = f"{server.base}/api/v3/repos/owner/repo/releases/1/assets{{?name,label}}"
        checked.put_in["GET /repos/owner/repo/releases/tags/v1"] = {
            "upload_url": uploads,
            "assets": [],
        }
        changes: dict[str, object] = {"github_file": file_goes, "read_timeout": 20.0}
        desk = Desk(
            "github:owner/repo#34", {"GITHUB_URL": server.base, "GITHUB_TOKEN": TOKEN}, changes
        )
        assert desk.attach(page).comment == "added"
        comments = "GET /repos/owner/repo/issues/34/comments"
        body = json.loads(server.seen[-1].body)["body"]
        checked.put_in[comments] = [{"id": 7, "body": body, "user": {"login": "octocat"}}]
        other = Summary("", SUMMARY.key, "Other words.")
        assert desk.attach(page, summary=other).comment == "updated"
    assert checked.violations == []
    assert "PATCH /repos/owner/repo/issues/comments/7 200" in checked.passed
    expected = {
        "none": "POST /repos/owner/repo/issues/34/comments 201",
        "gist": "POST /gists 201",
        "release:v1": "POST /repos/owner/repo/releases/1/assets 201",
    }
    assert expected[file_goes] in checked.passed


def test_a_request_that_is_not_as_described_would_be_noticed(prism: str) -> None:
    url = f"{prism}/repos/owner/repo/issues/34/comments"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.post(url, json={"text": "words"}, headers=headers, timeout=30)
    assert answer.status_code == 422
    assert "required property 'body'" in answer.headers["sl-violations"]
