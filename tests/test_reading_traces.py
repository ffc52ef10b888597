"""Facts are read again where something that they were read from changed, and only there."""

from collections.abc import Mapping

import pytest

from tests.cxx_kit import MemoryTree
from tests.trees import FIXTURES
from tfdiff.extract import linking
from tfdiff.extract.catalog import Entry
from tfdiff.extract.cxx.parse import parse
from tfdiff.extract.python.facts import read_python_facts
from tfdiff.extract.python.model import Model
from tfdiff.extract.reading import Reading
from tfdiff.extract.store import FactStore
from tfdiff.facts import ClassRef, OptimizerFacts

BASE = FIXTURES / "base"
OPTIMIZER = "tensorflow/python/training/optimizer.py"


def _files(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    files = {
        str(file.relative_to(BASE)): file.read_text() for file in BASE.rglob("*") if file.is_file()
    }
    return {**files, **(changes or {})}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[ClassRef]:
    """The classes whose Python was read, in order."""
    seen: list[ClassRef] = []

    def counted(model: Model, reference: ClassRef) -> OptimizerFacts:
        seen.append(reference)
        return read_python_facts(model, reference)

    monkeypatch.setattr(linking, "read_python_facts", counted)
    return seen


def _all(store: FactStore, files: Mapping[str, str]) -> dict[str, OptimizerFacts]:
    reading = Reading(MemoryTree(files), store)
    return {entry.name: reading.optimizer(entry) for entry in reading.catalog.entries}


def _alone(files: Mapping[str, str]) -> dict[str, OptimizerFacts]:
    return _all(FactStore(None), files)


def _shown(facts: dict[str, OptimizerFacts]) -> dict[str, str]:
    return {name: repr(one) for name, one in facts.items()}


def test_a_release_with_other_changes_reads_no_optimizer_again(read: list[ClassRef]) -> None:
    store = FactStore(None)
    first = _all(store, _files())
    read.clear()
    unrelated = {"tensorflow/python/training/momentum_helper.py": "X = 1\n"}
    second = _all(store, _files(unrelated))
    assert read == []
    assert _shown(second) == _shown(first)


@pytest.mark.parametrize(
    "path", sorted(path for path in _files() if path.endswith((".py", ".cc", ".h")))
)
def test_changed_files_give_the_same_facts_as_reading_from_nothing(path: str) -> None:
    store = FactStore(None)
    _all(store, _files())
    comment = "\n\n# more\nMORE = 1\n" if path.endswith(".py") else "\n// more\n"
    for changed in (
        _files({path: comment + _files()[path]}),
        {name: text for name, text in _files().items() if name != path},
    ):
        assert _shown(_all(store, changed)) == _shown(_alone(changed))


def test_a_file_that_was_absent_counts_once_it_is_there() -> None:
    store = FactStore(None)
    files = _files()
    hidden = files.pop(OPTIMIZER)
    _all(store, files)
    files[OPTIMIZER] = hidden
    assert _shown(_all(store, files)) == _shown(_alone(files))


def test_lost_parts_are_read_again() -> None:
    class Forgetful(FactStore):
        lost = 0

        def find(self, kind: str, key: str) -> object | None:
            found = super().find(kind, key)
            if kind == "kernel-facts" and found is not None and not self.lost:
                self.lost += 1
                return None
            return found

    assert _shown(_all(Forgetful(None), _files())) == _shown(_alone(_files()))


def test_fingerprints_tell_whether_the_same_is_known() -> None:
    def prints(files: Mapping[str, str]) -> dict[Entry, str]:
        reading = Reading(MemoryTree(files), FactStore(None))
        return {entry: reading.fingerprint(entry) for entry in reading.catalog.entries}

    same = prints(_files())
    assert prints(_files()) == same
    moved = prints(_files({OPTIMIZER: "\n" + _files()[OPTIMIZER]}))
    assert all(moved[entry] != same[entry] for entry in same if entry in moved)


def test_a_reading_that_rests_lets_go_of_the_syntax_trees() -> None:
    reading = Reading(MemoryTree(_files()), FactStore(None))
    parse("kernel.cc", b"int one;")
    assert parse.cache_info().currsize > 0
    reading.rest()
    assert parse.cache_info().currsize == 0


def test_a_reading_that_rested_says_the_same() -> None:
    reading = Reading(MemoryTree(_files()), FactStore(None))
    first, *others = reading.catalog.entries
    before = reading.optimizer(first)
    reading.rest()
    assert reading.optimizer(first) == before
    told = {entry.name: reading.optimizer(entry) for entry in others}
    fresh = Reading(MemoryTree(_files()), FactStore(None))
    assert told == {entry.name: fresh.optimizer(entry) for entry in others}
