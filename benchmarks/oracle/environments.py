"""Virtual environments with real releases, made from whatever Pythons this machine has."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.version import Version

MINORS: Final = range(6, 14)
BOUNDED: Final = Version("2.11")  # from here on a release says itself what it goes with
_PINS: Final = (
    # Older ones set no upper bounds, and generated protocol buffers stopped loading at 3.20.
    "protobuf<3.20",
    "tensorflow-estimator=={series}.*",
    "keras=={series}.*",
)
_NUMPY: Final = {
    6: "numpy<1.17",
    7: "numpy<1.19",
    8: "numpy<1.20",
}  # np.bool and friends went later
_OLD_PIP: Final = ("pip==21.3.1", "wheel<0.38")  # what Python 3.6 comes with knows no manylinux2014


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python that has one release.

    Attributes:
        python: its interpreter.
        packages: where it is installed.
        minor: 9 for Python 3.9.
    """

    release: str
    python: Path
    packages: Path
    minor: int


class NoEnvironmentError(Exception):
    """No Python at hand can have the release; says what was tried."""


def pythons() -> dict[int, Path]:
    """The Pythons at hand, by minor version: on PATH, and what pyenv has installed."""
    found: dict[int, Path] = {}
    for path in _interpreters():
        minor = _minor(path)
        if minor is not None:
            found.setdefault(minor, path)
    return found


def _interpreters() -> Iterator[Path]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(root.glob("versions/3.*/bin/python3"), reverse=True)
    for minor in MINORS:
        path = shutil.which(f"python3.{minor}")
        if path:
            yield Path(path)


def _minor(python: Path) -> int | None:
    """What an interpreter says it is; None where it does not start (a shim of pyenv's)."""
    asked = [str(python), "-c", "import sys; print(sys.version_info[1])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else None


def environment(release: str, folder: Path) -> Environment:
    """The environment of a release below ``folder``, made if it is not there.

    Raises:
        NoEnvironmentError: no Python at hand can have it.
    """
    home = folder / release
    if (home / "bin" / "python").exists():
        return _described(release, home)
    tried: list[str] = []
    for minor, python in sorted(pythons().items(), reverse=True):
        reason = _make(release, home, python, minor)
        if reason is None:
            return _described(release, home)
        tried.append(f"3.{minor}: {reason}")
        shutil.rmtree(home, ignore_errors=True)
    raise NoEnvironmentError("; ".join(tried) or "no Python at hand")


def _make(release: str, home: Path, python: Path, minor: int) -> str | None:
    """Install a release; why not, if that fails."""
    series = ".".join(release.split(".")[:2])
    pins = home / "constraints.txt"
    subprocess.run([python, "-m", "venv", home], check=True)
    lines = [pin.format(series=series) for pin in _PINS]
    lines += [_NUMPY[minor]] if minor in _NUMPY else ["numpy<2"]
    pins.write_text("" if Version(release) >= BOUNDED else "\n".join(lines))
    own = str(home / "bin" / "python")
    pip = [own, "-m", "pip", "install", "-q"]
    steps = [[*pip, "-c", str(pins), f"tensorflow=={release}"]]
    if minor <= min(MINORS):
        steps.insert(0, [*pip, *_OLD_PIP])
    steps.append([own, "-c", "import tensorflow"])
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no word"]
            return next((line for line in reversed(said) if "ERROR" in line), said[-1])
    return None


def _described(release: str, home: Path) -> Environment:
    python = home / "bin" / "python"
    packages = next((home / "lib").glob("python3.*/site-packages"))
    return Environment(
        release, python, packages, int(packages.parent.name.removeprefix("python3."))
    )
