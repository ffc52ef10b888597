import errno
import os
from pathlib import Path

import pytest

from tests import sample_report as sample
from tfdiff import render
from tfdiff.errors import OutputError, UsageError


@pytest.mark.parametrize(("name", "start"), [("r.html", "<!doc"), ("r.JSON", "{"), ("r.md", "##")])
def test_the_extension_decides_the_format(tmp_path: Path, name: str, start: str) -> None:
    render.write(sample.one(), tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_an_unknown_extension_is_a_usage_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.html, \.json, \.md"):
        render.write(sample.one(), tmp_path / "report.pdf")
    assert not list(tmp_path.iterdir())


def test_a_report_replaces_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    render.write(sample.one(), path)
    assert path.read_text().startswith("{")
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_older_report_and_no_fragment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "report.json"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        render.write(sample.one(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Could not write the report") as caught:
        render.write(sample.one(), tmp_path / "nowhere" / "report.md")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_device_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "full.md").symlink_to("/dev/full")
    with pytest.raises(OutputError):
        render.write(sample.one(), tmp_path / "full.md")


def test_a_symbolic_link_keeps_leading_to_the_report(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old")
    (tmp_path / "link.md").symlink_to("real.md")
    render.write(sample.one(), tmp_path / "link.md")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text().startswith("##")
