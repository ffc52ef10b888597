import pytest

from tfdiff.errors import UnknownOptimizerError
from tfdiff.extract.catalog import Catalog, Entry
from tfdiff.facts import Span


def entry(*names: str) -> Entry:
    return Entry(
        names[0], names, names[0].rpartition(".")[2], "a.py", "optimizer", Span("a.py", 1, 2)
    )


ONE = Catalog(
    (
        entry("tf.contrib.opt.LazyAdamOptimizer"),
        entry("tf.contrib.optimizer_v2.AdamOptimizer"),
        entry("tf.keras.optimizers.Adam", "tf.contrib.keras.optimizers.Adam"),
        entry("tf.keras.optimizers.SGD"),
        entry("tf.train.AdamOptimizer"),
        entry("tf.train.MomentumOptimizer"),
    ),
    (),
    (),
)
TWO = Catalog(
    (
        entry("tf.compat.v1.train.AdamOptimizer"),
        entry(
            "tf.keras.optimizers.Adam", "tf.optimizers.Adam", "tf.compat.v1.keras.optimizers.Adam"
        ),
    ),
    (),
    (),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tf.train.AdamOptimizer", "tf.train.AdamOptimizer"),
        ("TF.TRAIN.ADAMOPTIMIZER", "tf.train.AdamOptimizer"),
        ("tf.compat.v1.train.AdamOptimizer", "tf.train.AdamOptimizer"),
        ("adam", "tf.train.AdamOptimizer"),
        ("Adam", "tf.train.AdamOptimizer"),
        (" adam_optimizer ", "tf.train.AdamOptimizer"),
        ("AdamOptimizer", "tf.train.AdamOptimizer"),
        ("keras.optimizers.Adam", "tf.keras.optimizers.Adam"),
        ("tf.contrib.keras.optimizers.Adam", "tf.keras.optimizers.Adam"),
        ("optimizer_v2.AdamOptimizer", "tf.contrib.optimizer_v2.AdamOptimizer"),
        ("lazyadam", "tf.contrib.opt.LazyAdamOptimizer"),
        ("momentum", "tf.train.MomentumOptimizer"),
        ("sgd", "tf.keras.optimizers.SGD"),
    ],
)
def test_names_resolve_in_the_documented_order(text: str, expected: str) -> None:
    assert ONE.resolve(text).entry.name == expected


def test_an_ambiguous_name_tells_what_else_there_is() -> None:
    others = [other.name for other in ONE.resolve("adam").others]
    assert others == ["tf.keras.optimizers.Adam", "tf.contrib.optimizer_v2.AdamOptimizer"]
    assert ONE.resolve("tf.train.AdamOptimizer").others == ()


def test_in_version_2_the_short_name_is_kerass_and_the_full_one_stays() -> None:
    assert TWO.resolve("adam").entry.name == "tf.keras.optimizers.Adam"
    assert TWO.resolve("tf.train.AdamOptimizer").entry.name == "tf.compat.v1.train.AdamOptimizer"
    assert TWO.resolve("AdamOptimizer").entry.name == "tf.compat.v1.train.AdamOptimizer"


def test_an_unknown_name_gets_suggestions() -> None:
    with pytest.raises(UnknownOptimizerError, match=r"Did you mean tf\.train\.AdamOptimizer"):
        ONE.resolve("adamm")
    with pytest.raises(UnknownOptimizerError, match="tfdiff optimizers"):
        ONE.resolve("frobnicate")
    with pytest.raises(UnknownOptimizerError, match="define none"):
        Catalog((), (), ()).resolve("adam")


def test_releases_are_matched_by_what_stays_of_the_names() -> None:
    old = ONE.resolve("tf.train.AdamOptimizer").entry
    found = TWO.matching(old)
    assert found is not None
    assert found.name == "tf.compat.v1.train.AdamOptimizer"
    assert TWO.matching(ONE.resolve("momentum").entry) is None


def test_a_class_that_was_an_experiment_is_the_one_of_the_same_name() -> None:
    before = Catalog(
        (entry("tf.keras.optimizers.experimental.AdamW"), entry("tf.keras.dtensor.AdamW")), (), ()
    )
    after = Catalog((entry("tf.keras.optimizers.AdamW"),), (), ())
    found = before.matching(after.entries[0])
    assert found is not None
    assert found.name == "tf.keras.optimizers.experimental.AdamW"
    assert after.matching(found) == after.entries[0]
    assert after.matching(before.entries[1]) is None


def test_an_experiment_beside_the_class_that_it_may_replace_is_another_one() -> None:
    both = (entry("tf.keras.optimizers.Adam"), entry("tf.keras.optimizers.experimental.Adam"))
    found = Catalog(both, (), ()).matching(entry("tf.keras.optimizers.Adam"))
    assert found == both[0]
