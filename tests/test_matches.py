"""Which class of one release is compared with which of another."""

from tfdiff.extract.catalog import Catalog, Entry
from tfdiff.extract.matches import all_matches, public_names
from tfdiff.facts import Span


def _entry(class_name: str, *names: str) -> Entry:
    return Entry(names[0], names, class_name, "snow.py", "optimizer", Span("snow.py", 1, 2))


def _catalog(*entries: Entry) -> Catalog:
    return Catalog(entries, (), ())


OLD_SLED = _entry("OldSled", "tf.snow.Sled")
TRIAL = _entry("Sled", "tf.snow.experimental.Sled")
SLED = _entry("Sled", "tf.snow.Sled", "tf.snow.experimental.Sled")
LEGACY = _entry("OldSled", "tf.snow.legacy.Sled")
BEFORE, AFTER = _catalog(TRIAL, OLD_SLED), _catalog(SLED, LEGACY)


def test_a_class_with_the_names_of_two_is_compared_with_both() -> None:
    matches = all_matches(BEFORE, AFTER)
    assert set(matches) == {(OLD_SLED, SLED), (TRIAL, SLED), (None, LEGACY)}
    names = dict(zip(matches, public_names(matches), strict=True))
    assert names[OLD_SLED, SLED] == "tf.snow.Sled"
    assert names[TRIAL, SLED] == "tf.snow.experimental.Sled"


def test_the_other_way_round_the_same_classes_are_compared() -> None:
    there = {(new, old) for old, new in all_matches(BEFORE, AFTER)}
    matches = all_matches(AFTER, BEFORE)
    assert set(matches) == there
    assert len(set(public_names(matches))) == len(matches)


def test_a_second_class_of_the_same_name_elsewhere_is_new() -> None:
    first = _entry("Sled", "tf.train.Sled")
    second = _entry("Sled2", "tf.compat.v1.train.Sled")
    assert set(all_matches(_catalog(first), _catalog(first, second))) == {
        (first, first),
        (None, second),
    }
    assert all_matches(_catalog(first), _catalog(second)) == ((first, second),)
