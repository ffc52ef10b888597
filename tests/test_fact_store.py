import pickle
import pickletools
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import sample_report
from tfdiff.errors import SourceError
from tfdiff.extract.pickled import pickled, unpickled
from tfdiff.extract.store import FactStore
from tfdiff.facts import Literal, Parameter, Region, Span, Unknown
from tfdiff.ir.expr import operation, symbol

SPAN = Span("a/b.py", 3, 5)
FACT = (
    Parameter("lr", "positional", None, Literal(1e-3, "0.001"), SPAN),
    Region("method", "A.f", "python", "t", "d", text="def f(): pass", span=SPAN),
    Unknown("not read", "x", SPAN),
    operation("add", symbol("m"), symbol("grad")),
)


def kept(folder: Path) -> object | None:
    return FactStore(folder).find("kind", "key")


def keep(folder: Path, fact: object = FACT) -> None:
    store = FactStore(folder)
    store.put("kind", "key", fact)
    store.save()


def test_facts_come_back_with_all_that_equality_leaves_out(tmp_path: Path) -> None:
    keep(tmp_path)
    assert repr(kept(tmp_path)) == repr(FACT)
    assert unpickled(pickled(FACT)) == FACT


@dataclass(frozen=True, slots=True)
class One:
    """A single field, whose value looks like a row of them."""

    parts: tuple[str, ...]


@dataclass
class Filled:
    """A field that is no argument."""

    given: int
    made: list[int] = field(init=False, default_factory=list)


def test_dataclasses_of_every_shape_come_back() -> None:
    filled = Filled(1)
    filled.made.append(2)
    for fact in (One(("a", "b")), filled, sample_report.one()):
        assert unpickled(pickled(fact)) == fact


def test_a_dataclass_is_read_back_without_setting_its_fields_one_by_one() -> None:
    def steps(content: bytes) -> set[str]:
        return {step.name for step, *_ in pickletools.genops(content)}

    assert "BUILD" in steps(pickle.dumps(sample_report.EPSILON_MOVED))
    assert "BUILD" not in steps(pickled(sample_report.EPSILON_MOVED))


def test_the_last_one_put_is_kept(tmp_path: Path) -> None:
    keep(tmp_path, "first")
    keep(tmp_path, "second")
    assert kept(tmp_path) == "second"


def test_what_one_run_saves_another_that_is_open_finds(tmp_path: Path) -> None:
    other = FactStore(tmp_path)
    assert other.find("kind", "key") is None
    keep(tmp_path)
    assert other.find("kind", "key") == FACT


def test_what_was_not_saved_is_kept_when_the_store_goes(tmp_path: Path) -> None:
    FactStore(tmp_path).put("kind", "key", FACT)
    assert kept(tmp_path) == FACT


def test_what_another_store_held_is_adopted_once(tmp_path: Path) -> None:
    there, here = FactStore(None), FactStore(tmp_path)
    there.put("kind", "key", FACT)
    there.put("other", "key", FACT)
    here.put("kind", "key", "known")
    here.adopt(there.held(("kind",)))
    assert here.find("kind", "key") == "known"
    assert not here.has("other", "key")
    here.adopt(there.held(("other",)))
    assert here.has("other", "key")
    here.save()
    assert here.has("other", "key")


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert kept(tmp_path / "facts") is None
    assert not (tmp_path / "facts").exists()


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 99])
def test_a_damaged_database_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    keep(tmp_path)
    (file,) = tmp_path.glob("*.sqlite")
    file.write_bytes(damage)
    assert kept(tmp_path) is None
    keep(tmp_path)
    assert kept(tmp_path) == FACT


def test_a_damaged_entry_is_none(tmp_path: Path) -> None:
    keep(tmp_path)
    (file,) = tmp_path.glob("*.sqlite")
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("UPDATE facts SET content = CAST(content || x'00' AS BLOB)")
    connection.close()
    assert kept(tmp_path) is None


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="Could not keep facts"):
        keep(tmp_path / "file")
