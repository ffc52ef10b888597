"""The command line: answers, files, exit codes, and one clear line for what went wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import commit
from tests.trees import FIXTURES, overlaid
from tfdiff.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def options(repository: Path, tmp_path: Path) -> list[str]:
    return ["--repo", str(repository), "--cache", str(tmp_path / "cache")]


def _refused(argv: list[str], capsys: Capture) -> str:
    """Run a call that must fail; give its one line."""
    assert main(argv) in {2, 3}
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def test_query_answers_in_the_terminal(options: list[str], capsys: Capture) -> None:
    assert main(["query", "glide", "v1.3.0", "v1.4.0", *options]) == 0
    said = capsys.readouterr().out
    assert "tf.train.GlideOptimizer" in said
    assert "Default of learning_rate changed from 0.1 to 0.01" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80


def test_every_format_is_written_by_its_extension(
    options: list[str], tmp_path: Path, capsys: Capture
) -> None:
    files = [tmp_path / f"report.{ending}" for ending in ("html", "json", "md")]
    outputs = [word for file in files for word in ("-o", str(file))]
    assert main(["report", "1.3", "1.4.0", *outputs, *options]) == 0
    capsys.readouterr()
    assert json.loads(files[1].read_text())["format"] == 1
    for file in files:
        assert "learning_rate" in file.read_text()


def test_the_same_call_gives_the_same_bytes(
    options: list[str], tmp_path: Path, capsys: Capture
) -> None:
    texts = []
    for name in ("one.html", "two.html"):
        assert main(["report", "v1.3.0", "v1.4.0", "-o", str(tmp_path / name), *options]) == 0
        texts.append((tmp_path / name).read_bytes())
    capsys.readouterr()
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("fail_on", "code"), [("numeric", 1), ("checkpoint", 1), ("none", 1), ("never", 0)]
)
def test_fail_on_decides_the_exit_code(
    fail_on: str, code: int, options: list[str], capsys: Capture
) -> None:
    call = ["query", "glide", "v1.3.0", "v1.4.0", "--fail-on", fail_on, *options]
    assert main(call) == code
    capsys.readouterr()


def test_unknown_tag_gets_suggestions(options: list[str], capsys: Capture) -> None:
    line = _refused(["query", "glide", "v1.3.0", "v1.44.0", *options], capsys)
    assert "v1.44.0" in line
    assert "v1.4.0" in line


def test_unknown_optimizer_gets_suggestions(options: list[str], capsys: Capture) -> None:
    line = _refused(["query", "glyde", "v1.3.0", "v1.4.0", *options], capsys)
    assert "tf.train.GlideOptimizer" in line


def test_unknown_extension_is_refused_before_the_work(
    options: list[str], tmp_path: Path, capsys: Capture
) -> None:
    output = tmp_path / "report.pdf"
    line = _refused(["report", "v1.3.0", "v1.4.0", "-o", str(output), *options], capsys)
    assert ".html" in line
    assert not output.exists()


def test_folder_that_is_no_repository_is_told(tmp_path: Path, capsys: Capture) -> None:
    call = ["query", "adam", "v1.3.0", "v1.4.0", "--repo", str(tmp_path)]
    assert str(tmp_path) in _refused([*call, "--cache", str(tmp_path / "c")], capsys)


def test_unwritable_output_leaves_nothing_behind(
    options: list[str], tmp_path: Path, capsys: Capture
) -> None:
    output = tmp_path / "missing" / "report.html"
    line = _refused(["report", "v1.3.0", "v1.4.0", "-o", str(output), "-q", *options], capsys)
    assert "missing" in line
    assert not output.parent.exists()


@pytest.mark.parametrize("ref", ["--upload-pack=x", "-v1.4.0", "v1.4.0\nx", "a..b", "ext::sh"])
def test_hostile_release_names_reach_no_command(ref: str, repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tfdiff", "query", "glide", "--repo", str(repository)]
    command += ["--cache", str(tmp_path), "--", "v1.3.0", ref]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_file_that_does_not_parse_is_counted_and_told(tmp_path: Path, capsys: Capture) -> None:
    old, new = (overlaid(FIXTURES / "base", tmp_path / side) for side in ("old", "new"))
    broken = new / "tensorflow/python/training/glide.py"
    broken.write_text(broken.read_text() + "\ndef unfinished(:\n")
    call = ["query", "glide", str(old), str(new), "--source", "folder", "--format", "json"]
    assert main([*call, "--cache", str(tmp_path / "cache")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert any("glide.py" in (item["path"] or "") for item in report["coverage"]["opaque"])


def test_hostile_file_content_stays_text(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "hostile"
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    overlaid(FIXTURES / "base", folder)
    commit(folder, "v1.0.0")
    source = folder / "tensorflow/python/training/glide.py"
    evil = '"</script><script>alert(1)</script>\\x1b[31m\\u202e" + "' + "x" * 20000 + '"'
    source.write_text(
        source.read_text().replace(
            "    for v in var_list:\n", f"    trap = {evil}\n    for v in var_list:\n"
        )
    )
    commit(folder, "v1.1.0")
    output = tmp_path / "report.html"
    call = ["report", "v1.0.0", "v1.1.0", "--repo", str(folder), "-o", str(output)]
    assert main([*call, "--cache", str(tmp_path / "cache")]) == 0
    capsys.readouterr()
    assert "<script>alert" not in output.read_text()


def test_rules_are_listed_and_explained(capsys: Capture) -> None:
    assert main(["rules"]) == 0
    assert "default-changed" in capsys.readouterr().out
    assert main(["rules", "default-changed"]) == 0
    assert "Effect on training" in capsys.readouterr().out


def test_cache_tells_its_place_and_is_cleared(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "facts").mkdir()
    assert main(["cache", "--cache", str(tmp_path)]) == 0
    assert str(tmp_path) in capsys.readouterr().out
    assert main(["cache", "--clear", "--cache", str(tmp_path)]) == 0
    assert not (tmp_path / "facts").exists()
