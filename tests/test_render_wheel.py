"""The templates of an installed wheel are found in the package."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent


def test_a_report_is_rendered_from_a_built_wheel(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    unpacked = tmp_path / "installed"
    with ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    assert (unpacked / "tfdiff/templates/report.html").is_file()
    assert (unpacked / "tfdiff/render/report.schema.json").is_file()
    sample = tmp_path / "sample_report.py"
    sample.write_text((ROOT / "tests/sample_report.py").read_text())
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import sample_report, tfdiff; from tfdiff.render import templates, render\n"
        "assert templates.folder().is_relative_to(sys.argv[1]), templates.folder()\n"
        "print(render(sample_report.one(), 'html')[:15])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(unpacked), str(tmp_path)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout == "<!doctype html>\n"
