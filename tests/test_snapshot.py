"""The snapshot of kernel facts: what it holds, and what a source without kernels gets from it."""

from pathlib import Path

import pytest

from tests.cxx_kit import MemoryTree
from tests.trees import FIXTURES
from tfdiff import index
from tfdiff.comparison.changes import changes
from tfdiff.extract.cxx.index import read_kernels
from tfdiff.extract.kernels import TreeKernels
from tfdiff.extract.reading import Reading
from tfdiff.extract.snapshot import Named, Snapshot, SnapshotError, SnapshotKernels, Writer
from tfdiff.extract.snapshot import read as snapshots
from tfdiff.extract.store import FactStore
from tfdiff.facts import Region, Span
from tfdiff.sources import Release, SourceOptions
from tfdiff.sources.packaged import KERNELS, NOTES

BASE = FIXTURES / "base"
LARGEST = 2_000_000


def _tree() -> MemoryTree:
    files = [file for file in BASE.rglob("*") if file.is_file()]
    return MemoryTree({str(file.relative_to(BASE)): file.read_text() for file in files})


def _written() -> bytes:
    writer = Writer()
    kernels = TreeKernels(_tree(), read_kernels(_tree(), FactStore(None)))
    writer.add(
        Named("v1.4.0", "c0ffee", "https://example.org/blob/c0ffee/"), kernels, kernels.rules
    )
    return writer.content()


def _held() -> SnapshotKernels:
    held = Snapshot(_written()).kernels("1.4.0")
    assert held is not None
    return held


class _Installed(MemoryTree):
    """A package without kernels."""

    @property
    def release(self) -> Release:
        return Release("1.4.0", None, "wheel", "1.4.0", lacks=(KERNELS, NOTES))


def _installed() -> _Installed:
    return _Installed({path: text for path, text in _tree().files.items() if "/core/" not in path})


def test_facts_and_rules_come_back_as_they_were_written() -> None:
    direct = TreeKernels(_tree(), read_kernels(_tree(), FactStore(None)))
    held = _held()
    names = [name for name in direct.ops if "Apply" in name]
    assert names
    for name in names:
        assert held.kernel(name) == direct.kernel(name)
        assert held.rules(name) == direct.rules(name)


def test_the_same_releases_give_the_same_bytes() -> None:
    assert _written() == _written()


def test_no_source_text_is_kept() -> None:
    held = _held()
    for name in held.ops:
        facts = held.kernel(name)
        assert facts is not None
        assert {region.text for region in (facts.op.region, *facts.regions)} == {""}


def test_places_lead_to_the_commit_that_was_read() -> None:
    assert _held().permalink("a.cc", 3, 5) == "https://example.org/blob/c0ffee/a.cc#L3-L5"


@pytest.mark.parametrize("content", [b"", b"nothing", b"\xfd7zXZ\x00 cut off"])
def test_what_is_no_snapshot_is_refused(content: bytes) -> None:
    with pytest.raises(SnapshotError):
        Snapshot(content)


def test_shipped_snapshot_is_of_this_format_and_small() -> None:
    content = index.shipped().read_bytes()
    held = Snapshot(content)
    assert len(content) < LARGEST
    assert {"v0.6.0", "v1.4.0", "v2.8.0"} <= set(held.refs)
    assert all(kernels.ops for ref in held.refs if (kernels := held.kernels(ref)))


def test_a_source_without_kernels_has_the_rules_of_the_snapshot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snapshot = Snapshot(_written())
    monkeypatch.setattr(snapshots, "bundled", lambda: snapshot)
    packaged, whole = Reading(_installed(), FactStore(None)), Reading(_tree(), FactStore(None))
    found = packaged.optimizer(packaged.catalog.resolve("glide").entry)
    expected = whole.optimizer(whole.catalog.resolve("glide").entry)
    assert found.rules == expected.rules
    assert found.kernels == expected.kernels
    assert found.missing == ()
    assert packaged.missing == (NOTES,)
    assert any("c0ffee" in warning for warning in packaged.release.warnings)


def test_a_release_that_the_snapshot_does_not_hold_lacks_kernels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshots, "bundled", lambda: None)
    packaged = Reading(_installed(), FactStore(None))
    assert packaged.optimizer(packaged.catalog.resolve("glide").entry).missing == (KERNELS,)


def test_regions_without_text_still_differ() -> None:
    old = Region("kernel", "ApplyGlide", "cpu", "1", "", span=Span("a.cc", 3, 9))
    new = Region("kernel", "ApplyGlide", "cpu", "2", "", span=Span("a.cc", 4, 9))
    (change,) = changes(old, new)
    assert (change.old, change.new) == ((3, 9), (4, 9))
    assert len(changes(old, None)) == 1
    assert changes(old, old) == ()


def test_index_is_written_and_checked(repository: Path, tmp_path: Path) -> None:
    options = SourceOptions(repo=str(repository), cache=tmp_path / "cache")
    path = tmp_path / "kernels"
    index.write_snapshot(options, path)
    assert index.check_snapshot(options, path) == ()
    path.write_bytes(_written())
    assert any("v1.4.0" in line for line in index.check_snapshot(options, path))
    with pytest.raises(SnapshotError):
        index.check_snapshot(options, tmp_path / "absent")
