"""The trackers' REST interfaces as documented, as far as tfdiff uses them, in memory.

Each refuses what the documentation says is refused, and records what it keeps, so that a test
can read back what arrived.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Final

from tests.trackers_kit import NO_ROUTE, TOKEN, Desk, Say, Seen

ME: Final = "me-1"
OTHER: Final = "somebody-else"
EMAIL: Final = "bot@example.org"


@dataclass
class File:
    name: str
    content: bytes
    type: str = ""


@dataclass
class Comment:
    author: str
    body: object


def _basic(login: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{TOKEN}".encode()).decode()


def _match(pattern: str, seen: Seen) -> re.Match[str] | None:
    return re.fullmatch(pattern, seen.line)


@dataclass
class Jira:
    """Jira Cloud (v3, ADF) or Data Center (v2, wiki text); PROJ-12 is the only issue."""

    cloud: bool = True
    limit: int = 10_000
    longest: int = 32_767
    enabled: bool = True
    media: str = ""  # where Cloud keeps attachments: another host
    files: list[File] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    base: str = ""

    def desk(self, base: str) -> Desk:
        self.base = base
        email = {"JIRA_EMAIL": EMAIL} if self.cloud else {}
        return Desk("jira:PROJ-12", {"JIRA_URL": base, "JIRA_TOKEN": TOKEN, **email})

    @property
    def expected(self) -> str:
        return _basic(EMAIL) if self.cloud else f"Bearer {TOKEN}"

    def __call__(self, seen: Seen) -> Say:  # noqa: PLR0911 - one for each request
        if seen.line == "GET /rest/api/2/serverInfo":
            return Say(json={"deploymentType": "Cloud" if self.cloud else "Server"})
        if seen.headers.get("authorization") != self.expected:
            return Say(401, text="Client must be authenticated to access this resource.")
        api = f"/rest/api/{3 if self.cloud else 2}"
        if seen.line == f"GET {api}/myself":
            return Say(json={"accountId" if self.cloud else "key": ME})
        if seen.line == f"GET {api}/attachment/meta":
            return Say(json={"enabled": self.enabled, "uploadLimit": self.limit})
        if found := _match(
            rf"GET {api}/attachment/content/(\d+)|GET /secure/attachment/(\d+)/.*", seen
        ):
            number = int(found[1] or found[2])
            if found[1]:
                return Say(303, headers=(("Location", f"{self.media}/{number}?signature=xyz"),))
            return Say(content=self.files[number].content)
        if found := _match(rf"(\w+) {api}/issue/(PROJ-\d+)(.*)", seen):
            if found[2] != "PROJ-12":
                return Say(404, {"errorMessages": ["Issue does not exist."], "errors": {}})
            return self._issue(found[1], found[3], seen)
        return NO_ROUTE

    def _issue(self, method: str, path: str, seen: Seen) -> Say:
        match method, path:
            case "GET", "":
                assert seen.query == {"fields": "attachment"}
                return Say(
                    json={
                        "fields": {"attachment": [self._shown(n) for n in range(len(self.files))]}
                    }
                )
            case "POST", "/attachments":
                assert seen.headers["x-atlassian-token"] == "no-check"
                ((name, (file, kind, content)),) = seen.form.items()
                assert name == "file"
                if len(content) > self.limit:
                    return Say(413)
                self.files.append(File(file, content, kind))
                return Say(json=[self._shown(len(self.files) - 1)])
            case "GET", "/comment":
                start = int(seen.query["startAt"])
                page = list(enumerate(self.comments))[start : start + 2]  # fewer than asked for
                shown = [
                    {
                        "id": str(n),
                        "author": {"accountId": c.author, "key": c.author},
                        "body": c.body,
                    }
                    for n, c in page
                ]
                return Say(json={"startAt": start, "total": len(self.comments), "comments": shown})
        return self._comment(method, path, seen)

    def _comment(self, method: str, path: str, seen: Seen) -> Say:
        body = seen.said("body")
        text = json.dumps(body) if self.cloud else str(body)
        assert isinstance(body, dict) is self.cloud
        if len(text) > self.longest:
            said = f"The entered text is too long. It exceeds the allowed limit of {self.longest}."
            return Say(400, {"errorMessages": [], "errors": {"comment": said}})
        if (method, path) == ("POST", "/comment"):
            self.comments.append(Comment(ME, body))
            return Say(201, {"id": str(len(self.comments) - 1)})
        if method == "PUT" and (found := re.fullmatch(r"/comment/(\d+)", path)):
            self.comments[int(found[1])].body = body
            return Say(json={"id": found[1]})
        return NO_ROUTE

    def _shown(self, number: int) -> dict[str, object]:
        file = self.files[number]
        content = f"{self.base}/secure/attachment/{number}/{file.name}"
        return {
            "id": str(number),
            "filename": file.name,
            "size": len(file.content),
            "content": content,
        }


@dataclass
class GitLab:
    """GitLab with the project group/project and its issue 5."""

    visibility: str = "private"
    limit: int = 10_000
    files: list[File] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def desk(self, base: str) -> Desk:
        return Desk("gitlab:group/sub/project#5", {"GITLAB_URL": base, "GITLAB_TOKEN": TOKEN})

    def __call__(self, seen: Seen) -> Say:  # noqa: PLR0911 - one for each request
        if seen.headers.get("private-token") != TOKEN:
            return Say(401, {"message": "401 Unauthorized"})
        if seen.line == "GET /api/v4/user":
            return Say(json={"id": ME})
        found = _match(r"(\w+) /api/v4/projects/group/sub/project(.*)", seen)
        if not found:
            return Say(404, {"message": "404 Project Not Found"})
        match found[1], found[2]:
            case "GET", "":
                return Say(json={"id": 7, "visibility": self.visibility})
            case "GET", "/issues/5":
                return Say(json={"iid": 5})
            case "GET", "/issues/5/notes":
                page = int(seen.query["page"]) - 1
                size = int(seen.query["per_page"])
                shown = [
                    {"id": n, "author": {"id": c.author}, "body": c.body}
                    for n, c in enumerate(self.comments)
                ]
                return Say(json=shown[page * size : (page + 1) * size])
            case "POST", "/uploads":
                return self._upload(seen)
            case "POST", "/issues/5/notes":
                self.comments.append(Comment(ME, seen.said("body")))
                return Say(201, {"id": len(self.comments) - 1})
            case "PUT", path if note := re.fullmatch(r"/issues/5/notes/(\d+)", path):
                self.comments[int(note[1])].body = seen.said("body")
                return Say(json={"id": int(note[1])})
        return Say(404, {"message": "404 Not found"})

    def _upload(self, seen: Seen) -> Say:
        ((name, (file, kind, content)),) = seen.form.items()
        assert name == "file"
        if len(content) > self.limit:
            return Say(413, {"message": "file is too large, the limit is 9 KB"})
        self.files.append(File(file, content, kind))
        secret = f"{len(self.files):032x}"
        kept = re.sub(r"[^\w.-]", "_", file)
        url = f"/uploads/{secret}/{kept}"
        return Say(201, {"alt": kept, "url": url, "markdown": f"[{kept}]({url})"})


@dataclass
class Azure:
    """Azure DevOps with the work item 123 of "My Project"."""

    files: list[File] = field(default_factory=list)
    relations: list[dict[str, object]] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    revision: int = 4
    base: str = ""

    def desk(self, base: str) -> Desk:
        self.base = base
        environ = {"AZURE_DEVOPS_URL": base, "AZURE_DEVOPS_EXT_PAT": TOKEN}
        return Desk(f"{base}/org/My%20Project/_workitems/edit/123", environ)

    def __call__(self, seen: Seen) -> Say:  # noqa: PLR0911 - one for each request
        if seen.headers.get("authorization") != _basic(""):
            return Say(203, text="<html>Sign in to your account</html>")
        if "api-version" not in seen.query:
            return Say(400, {"message": "No api-version was supplied"})
        if seen.line == "GET /org/_apis/connectionData":
            return Say(json={"authenticatedUser": {"id": ME}})
        match seen.method, seen.path.removeprefix("/org/My Project/_apis/wit/"):
            case "GET", "workitems/123":
                assert seen.query["$expand"] == "relations"
                return Say(json=self._item())
            case "POST", "attachments":
                assert seen.headers["content-type"] == "application/octet-stream"
                self.files.append(File(seen.query["fileName"], seen.body))
                url = f"{self.base}/org/_apis/wit/attachments/{len(self.files)}"
                return Say(201, {"id": str(len(self.files)), "url": url})
            case "PATCH", "workitems/123":
                assert seen.headers["content-type"] == "application/json-patch+json"
                return self._patch(json.loads(seen.body))
            case "GET", "workItems/123/comments":
                start = int(seen.query.get("continuationToken", "0"))
                shown = [
                    {"id": n, "createdBy": {"id": c.author}, "text": c.body}
                    for n, c in enumerate(self.comments)
                ]
                more = {"continuationToken": str(start + 2)} if len(shown) > start + 2 else {}
                return Say(json={"comments": shown[start : start + 2], **more})
            case "POST", "workItems/123/comments":
                self.comments.append(Comment(ME, seen.said("text")))
                return Say(json={"id": len(self.comments) - 1})
            case "PATCH", path if found := re.fullmatch(r"workItems/123/comments/(\d+)", path):
                self.comments[int(found[1])].body = seen.said("text")
                return Say(json={"id": int(found[1])})
        return Say(
            404, {"message": "TF401232: Work item does not exist, or you do not have permissions"}
        )

    def _item(self) -> dict[str, object]:
        fields = {"System.TeamProject": "My Project"}
        return {"id": 123, "rev": self.revision, "fields": fields, "relations": self.relations}

    def _patch(self, steps: list[dict[str, object]]) -> Say:
        test, add = steps
        assert (test["op"], test["path"]) == ("test", "/rev")
        if test["value"] != self.revision:
            return Say(412, {"message": "VS403351: Test Operation for path /rev failed."})
        assert (add["op"], add["path"]) == ("add", "/relations/-")
        relation = add["value"]
        assert isinstance(relation, dict)
        assert relation["rel"] == "AttachedFile"
        self.relations.append(relation)
        self.revision += 1
        return Say(json=self._item())


@dataclass
class GitHub:
    """GitHub with the issue owner/repo#34, gists and the release v1."""

    me: str = ME  # "" plays an app, as in Actions
    comments: list[Comment] = field(default_factory=list)
    gists: list[dict[str, object]] = field(default_factory=list)
    assets: list[dict[str, object]] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    longest: int = 65_536
    uploads: str = ""
    base: str = ""
    file_goes: str = "none"

    def desk(self, base: str) -> Desk:
        self.base = base
        changes: dict[str, object] = {"github_file": self.file_goes}
        environ = {"GITHUB_URL": base, "GITHUB_TOKEN": TOKEN}
        return Desk("github:owner/repo#34", environ, changes)

    def __call__(self, seen: Seen) -> Say:  # noqa: PLR0911 - one for each request
        if seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return Say(401, {"message": "Bad credentials"})
        if seen.path != "/uploads/assets":
            assert seen.headers["accept"] == "application/vnd.github+json"
        assert seen.headers["x-github-api-version"] == "2022-11-28"
        assert seen.headers["user-agent"].startswith("tfdiff/")
        path = seen.path.removeprefix("/api/v3")
        if path == "/user":
            refused = Say(403, {"message": "Resource not accessible by integration"})
            return Say(json={"login": self.me}) if self.me else refused
        if "gists" in path:
            return self._gist(seen, path)
        if path == "/uploads/assets" or "/releases/" in path:
            return self._release(seen, path)
        match seen.method, path.removeprefix("/repos/owner/repo/issues"):
            case "GET", "/34":
                return Say(json={"number": 34, "locked": False})
            case "GET", "/34/comments":
                shown = [
                    {
                        "id": n,
                        "body": c.body,
                        "user": {"login": c.author, "type": "Bot" if c.author == "app" else "User"},
                    }
                    for n, c in enumerate(self.comments)
                ]
                return Say(json=self._page(seen, shown))
            case "POST", "/34/comments":
                return self._comment(seen, None)
            case "PATCH", rest if found := re.fullmatch(r"/comments/(\d+)", rest):
                return self._comment(seen, int(found[1]))
        return Say(404, {"message": "Not Found"})

    def _comment(self, seen: Seen, number: int | None) -> Say:
        body = str(seen.said("body"))
        if len(body) > self.longest:
            said = f"body is too long (maximum is {self.longest} characters)"
            return Say(422, {"message": "Validation Failed", "errors": [{"message": said}]})
        if number is None:
            self.comments.append(Comment(self.me or "app", body))
            return Say(201, {"id": len(self.comments) - 1})
        self.comments[number].body = body
        return Say(json={"id": number})

    def _gist(self, seen: Seen, path: str) -> Say:
        if seen.line == "GET /api/v3/gists":
            return Say(json=self._page(seen, self.gists))
        assert isinstance(seen.json, dict)
        if seen.method == "POST":
            assert seen.said("public") is False
            number = str(len(self.gists))
            self.gists.append(
                {"id": number, "html_url": f"https://gist.example/{number}", **seen.json}
            )
            return Say(201, self.gists[-1])
        number = path.rpartition("/")[2]
        self.gists[int(number)] |= seen.json
        return Say(json=self.gists[int(number)])

    def _release(self, seen: Seen, path: str) -> Say:
        if path.endswith("/releases/tags/v1"):
            url = f"{self.uploads or self.base}/uploads/assets{{?name,label}}"
            return Say(json={"id": 1, "upload_url": url, "assets": self.assets})
        if seen.line == "POST /uploads/assets":
            name = seen.query["name"]
            if any(asset["name"] == name for asset in self.assets):
                return Say(
                    422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
                )
            url = f"https://github.example/download/{name}"
            asset = {"id": 9, "name": name, "state": "uploaded", "browser_download_url": url}
            self.assets.append(asset)
            self.stored[name] = seen.body
            return Say(201, asset)
        if seen.method == "DELETE":
            self.assets[:] = [a for a in self.assets if str(a["id"]) != path.rpartition("/")[2]]
            return Say(204)
        return Say(404, {"message": "Not Found"})

    @staticmethod
    def _page(seen: Seen, items: list[dict[str, object]]) -> list[dict[str, object]]:
        size, page = int(seen.query["per_page"]), int(seen.query["page"])
        return items[(page - 1) * size : page * size]
