"""How a built package spells the repository's paths, and what it leaves out."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/")
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_PACKAGE = re.compile(r"(tensorflow|tensorflow_core|keras|tf_keras)/(.+)")
_VERSION_HEADER = re.compile(r"include/tensorflow(?:_core)?/(core/public/version\.h)")
_BUILT = (".pyc", ".pyd", ".so", ".dll", ".dylib", ".lib", ".a")

# Packages carry headers and shared objects, but neither the kernels' sources nor RELEASE.md.
KERNELS = "C++ kernels and op definitions"
NOTES = "release notes"
LACKS = (KERNELS, NOTES)


def repository_paths(members: list[str]) -> dict[str, str]:
    """The repository's path -> the package's member that holds it.

    1.15 to 2.1 kept the sources in ``tensorflow_core`` and a stub in ``tensorflow``; early
    wheels keep everything under ``*.data/purelib``. Of the C++ headers only the version's is
    taken: functors declared without the kernels around them would only look like kernels.
    """
    found: dict[str, str] = {}
    # Written last wins: stubs in tensorflow/ before what tensorflow_core/ really holds.
    for member in sorted(members, key=lambda name: (_is_core(name), name)):
        path = _repository_path(member)
        if path is not None:
            found[path] = member
    return dict(sorted(found.items()))


def is_metadata(member: str) -> bool:
    """Whether a member states the package's name and version."""
    return _METADATA.fullmatch(member) is not None


def metadata_version(content: bytes) -> str | None:
    """The version in a package's ``METADATA``."""
    return _headers(content)["Version"]


def metadata_requirements(content: bytes) -> tuple[str, ...]:
    """What a package's ``METADATA`` says that it requires."""
    return tuple(_headers(content).get_all("Requires-Dist") or ())


def _headers(content: bytes) -> "Message":
    from email.parser import HeaderParser  # noqa: PLC0415 - a repository needs none

    return HeaderParser().parsestr(content.decode("utf-8", "replace"), headersonly=True)


def _is_core(member: str) -> bool:
    return _DATA.sub("", member, count=1).startswith("tensorflow_core/")


def _repository_path(member: str) -> str | None:
    found = _PACKAGE.fullmatch(_DATA.sub("", member, count=1))
    if found is None or member.endswith(_BUILT):
        return None
    package = found[1].removesuffix("_core")
    header = _VERSION_HEADER.fullmatch(found[2])
    if header is not None:
        return f"{package}/{header[1]}"
    return None if found[2].startswith("include/") else f"{package}/{found[2]}"
