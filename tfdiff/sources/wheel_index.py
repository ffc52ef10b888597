"""Finds a release's wheels on the package index."""

import os
from configparser import ConfigParser, Error
from pathlib import Path

from pypi_simple import DistributionPackage, NoSuchProjectError, PyPISimple
from requests import Session

from tfdiff.sources.failures import UnreachableError
from tfdiff.sources.http import TIMEOUT, reaching
from tfdiff.sources.versions import release_version
from tfdiff.sources.wheel_store import Wheel

PROJECT = "tensorflow"
# From 2.12 on some platforms' wheels only require another project that carries the package.
_EMPTY = 1_000_000


def index_address() -> str | None:
    """The index to ask, as ``TFDIFF_INDEX_URL`` or pip's settings name it; None for the usual."""
    for name in ("TFDIFF_INDEX_URL", "PIP_INDEX_URL"):
        if os.environ.get(name):
            return os.environ[name]
    for file in _pip_files():
        parser = ConfigParser(interpolation=None)
        try:
            parser.read(file, encoding="utf-8")
        except (Error, UnicodeDecodeError):
            continue  # pip itself complains about it
        address = parser.get("global", "index-url", fallback=None)
        if address:
            return address
    return None


def list_wheels(session: Session, project: str = PROJECT) -> tuple[Wheel, ...]:
    """All wheels of a project on the index, yanked ones too.

    Raises:
        UnreachableError: the index does not answer, or has no such project.
    """
    address = index_address()
    shown = "the package index" if address is None else "the package index that pip is set to"
    with reaching(f"the list of {project}'s wheels from {shown}"):
        endpoint = {} if address is None else {"endpoint": address}
        with PyPISimple(session=session, **endpoint) as index:
            try:
                page = index.get_project_page(project, timeout=TIMEOUT)
            except NoSuchProjectError as error:
                raise UnreachableError(
                    f"There is no project {project} on {shown}. Name another index with "
                    f"TFDIFF_INDEX_URL, or a repository with --repo."
                ) from error
    return tuple(_wheel(package) for package in page.packages if package.package_type == "wheel")


def candidates(wheels: tuple[Wheel, ...], ref: str, project: str = PROJECT) -> tuple[Wheel, ...]:
    """The wheels of a release, the one to try first in front.

    Windows wheels come last, whatever their size: early ones have other line ends and leave
    out parts of ``tf.contrib``. Of the others the smallest is first.
    """
    wanted = release_version(ref)
    found = [wheel for wheel in wheels if wanted and release_version(wheel.version) == wanted]
    if project == PROJECT:
        found = [wheel for wheel in found if wheel.size is None or wheel.size >= _EMPTY]
    return tuple(sorted(found, key=_preference))


def _preference(wheel: Wheel) -> tuple[bool, bool, int, str]:
    windows = "-win" in wheel.filename
    return windows, wheel.size is None, wheel.size or 0, wheel.filename


def _wheel(package: DistributionPackage) -> Wheel:
    digest = (package.digests or {}).get("sha256", "")
    return Wheel(package.filename, package.version or "", package.url, package.size, digest)


def _pip_files() -> tuple[Path, ...]:
    named = os.environ.get("PIP_CONFIG_FILE")
    home = Path.home()
    return (
        *((Path(named),) if named else ()),
        home / ".config/pip/pip.conf",
        home / ".pip/pip.conf",
        home / "Library/Application Support/pip/pip.conf",
        home / "AppData/Roaming/pip/pip.ini",
        Path("/etc/pip.conf"),
    )
