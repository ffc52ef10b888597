import subprocess
import sys
from pathlib import Path

import pytest

from tests.python_kit import BASE, BASE_SOURCE, catalog, tree
from tfdiff.extract.catalog import candidates, read_catalog
from tfdiff.extract.python.facts import read_python_facts
from tfdiff.extract.python.model import Model
from tfdiff.extract.store import FactStore
from tfdiff.facts import ClassRef

ADAM = """
    from tensorflow.python.training import optimizer
    class AdamOptimizer(optimizer.Optimizer):
      def _apply_dense(self, grad, var):
        return grad
    class _Hidden(AdamOptimizer):
      pass
    """
OLD = {
    BASE: BASE_SOURCE,
    "tensorflow/python/__init__.py": """
        from tensorflow.python.training import training as train
        __all__ = [s for s in dir()]
        """,
    "tensorflow/python/training/training.py": """
        from tensorflow.python.training.adam import AdamOptimizer
        from tensorflow.python.training.optimizer import Optimizer
        from tensorflow.python.training.moving_averages import ExponentialMovingAverage
        from tensorflow.python.training.sync_optimizer import SyncOptimizer
        """,
    "tensorflow/python/training/adam.py": ADAM,
    "tensorflow/python/training/sync_optimizer.py": """
        from tensorflow.python.training import optimizer
        class SyncOptimizer(optimizer.Optimizer):
          def __init__(self, opt, count):
            self._opt = opt
        """,
    "tensorflow/python/training/moving_averages.py": """
        class ExponentialMovingAverage(object):
          def apply(self, var_list):
            return var_list
        """,
    "tensorflow/python/training/adam_test.py": "class TestOptimizer(object): pass",
}


def names(files: dict[str, str]) -> list[str]:
    return [entry.name for entry in catalog(files).entries]


def test_names_come_from_the_packages() -> None:
    kinds = {entry.name: entry.kind for entry in catalog(OLD).entries}
    assert kinds == {
        "tf.train.AdamOptimizer": "optimizer",
        "tf.train.ExponentialMovingAverage": "moving average",
        "tf.train.Optimizer": "base",
        "tf.train.SyncOptimizer": "wrapper",
    }


CONTRIB = {
    "tensorflow/contrib/__init__.py": "from tensorflow.contrib import opt\n",
    "tensorflow/contrib/opt/__init__.py": """
        from tensorflow.contrib.opt.python.training.lazy import *
        from tensorflow.python.util.all_util import remove_undocumented
        _allowed_symbols = ['LazyOptimizer']
        remove_undocumented(__name__, _allowed_symbols)
        """,
    "tensorflow/contrib/opt/python/training/lazy.py": """
        from tensorflow.python.training import adam
        class LazyOptimizer(adam.AdamOptimizer):
          pass
        class SecretOptimizer(adam.AdamOptimizer):
          pass
        """,
}


def test_contrib_leaves_public_what_it_does_not_remove() -> None:
    found = names(OLD | CONTRIB)
    assert "tf.contrib.opt.LazyOptimizer" in found
    assert not any("Secret" in name or "Hidden" in name for name in found)


def test_documented_names_stay_public() -> None:
    package = CONTRIB["tensorflow/contrib/opt/__init__.py"].replace("['LazyOptimizer']", "[]")
    documented = '"""Optimizers.\n\n@@LazyOptimizer\n"""\n' + "\n".join(
        line.strip() for line in package.splitlines()
    )
    found = names(OLD | CONTRIB | {"tensorflow/contrib/opt/__init__.py": documented})
    assert "tf.contrib.opt.LazyOptimizer" in found


def test_a_class_that_a_package_names_is_found_wherever_it_lives() -> None:
    files = {
        "tensorflow/contrib/estimator/__init__.py": (
            "from tensorflow.contrib.estimator.python.replicate import TowerOptimizer\n"
        ),
        "tensorflow/contrib/estimator/python/replicate.py": """
            from tensorflow.python.training import optimizer
            class TowerOptimizer(optimizer.Optimizer):
              pass
            """,
    }
    assert "tf.contrib.estimator.TowerOptimizer" in names(OLD | files)


def version(major: int) -> dict[str, str]:
    return {"tensorflow/core/public/version.h": f"#define TF_MAJOR_VERSION {major}\n"}


EXPORTED = {
    BASE: '@tf_export(v1=["train.Optimizer"])\n' + BASE_SOURCE.lstrip(),
    "tensorflow/python/__init__.py": "from tensorflow.python.training import training as train\n",
    "tensorflow/python/training/training.py": OLD["tensorflow/python/training/training.py"],
    "tensorflow/python/training/adam.py": ADAM.replace(
        "class AdamOptimizer", '@tf_export(v1=["train.AdamOptimizer"])\n    class AdamOptimizer'
    ),
    "tensorflow/python/keras/optimizer_v2/adam.py": """
        from tensorflow.python.training import optimizer
        @keras_export('keras.optimizers.Adam')
        class Adam(optimizer.Optimizer):
          def _apply_dense(self, grad, var):
            return grad
        """,
}


def test_exports_give_the_names_of_their_version() -> None:
    first, second = catalog(EXPORTED | version(1)), catalog(EXPORTED | version(2))
    old, new = first.resolve("tf.train.AdamOptimizer"), second.resolve("tf.train.AdamOptimizer")
    assert old.entry.name == "tf.train.AdamOptimizer"
    assert new.entry.name == "tf.compat.v1.train.AdamOptimizer"
    assert second.matching(old.entry) == new.entry
    assert first.matching(new.entry) == old.entry
    keras = second.resolve("adam").entry
    assert keras.public_names == ("tf.keras.optimizers.Adam", "tf.compat.v1.keras.optimizers.Adam")


def test_shortened_names_are_those_of_the_top_level() -> None:
    top = {"tensorflow/api_template.__init__.py": "if x:\n  optimizers = keras.optimizers\n"}
    entry = catalog(EXPORTED | version(2) | top).resolve("tf.optimizers.Adam").entry
    assert entry.name == "tf.keras.optimizers.Adam"


def test_keras_of_another_package_is_not_this_trees() -> None:
    top = {
        "tensorflow/api_template.__init__.py": (
            '_keras_module = "keras.api._v2.keras"\n'
            'keras = _LazyLoader("keras", globals(), _keras_module)\n'
        )
    }
    found = names(EXPORTED | version(2) | top)
    assert "tf.compat.v1.train.AdamOptimizer" in found
    assert not any("keras" in name for name in found)


def test_exports_in_contrib_count_for_nothing() -> None:
    files = {
        "tensorflow/contrib/__init__.py": "",
        "tensorflow/contrib/opt/python/training/copied.py": """
            from tensorflow.python.training import optimizer
            @tf_export("train.AdamOptimizer")
            class CopiedOptimizer(optimizer.Optimizer):
              pass
            """,
    }
    entries = [e for e in catalog(EXPORTED | version(1) | files).entries if "Adam" in e.class_name]
    assert [entry.class_name for entry in entries] == ["Adam", "AdamOptimizer"]


def test_the_keras_repository_names_its_own_package_and_tf_keras() -> None:
    files = {
        "keras/src/optimizers/base_optimizer.py": """
            class BaseOptimizer:
              def update_step(self, gradient, variable, learning_rate):
                raise NotImplementedError
            """,
        "keras/src/optimizers/adam.py": """
            from keras.src.optimizers import base_optimizer
            @keras_export(["keras.optimizers.Adam"])
            class Adam(base_optimizer.BaseOptimizer):
              def update_step(self, gradient, variable, learning_rate):
                pass
            """,
    }
    (entry,) = catalog(files).entries
    assert entry.public_names == ("tf.keras.optimizers.Adam", "keras.optimizers.Adam")


SCALING = """
    from keras.optimizers import optimizer
    from keras.optimizers.legacy import optimizer_v2

    class Chooser(type):
        def __call__(cls, inner, *args):
            if cls is not Base:
                return super().__call__(inner, *args)
            if isinstance(inner, optimizer_v2.OptimizerV2):
                return Scaling(inner, *args)
            return {made}(inner, *args)

    @keras_export("keras.mixed_precision.ScalingOptimizer")
    class Base(metaclass=Chooser):
        pass

    class Scaling(optimizer_v2.OptimizerV2, Base):
        pass

    class ScalingV3(optimizer.Optimizer, Base):
        pass
    """


@pytest.mark.parametrize(
    ("public", "made", "found"),
    [
        ("optimizers", "ScalingV3", "ScalingV3"),
        ("optimizers.experimental", "ScalingV3", "Scaling"),
        ("optimizers", "ScaleOf", "Scaling"),  # a function may make anything
    ],
)
def test_a_name_that_only_dispatches_stands_for_the_class_it_makes(
    public: str, made: str, found: str
) -> None:
    body = "  def minimize(self, loss): pass\n  def apply_gradients(self, pairs): pass\n"
    files = {
        "keras/__init__.py": "",
        "keras/optimizers/__init__.py": "",
        "keras/optimizers/optimizer.py": f"@keras_export('keras.{public}.Optimizer')\n"
        f"class Optimizer(object):\n{body}",
        "keras/optimizers/legacy/optimizer_v2.py": "@keras_export('keras.optimizers.legacy.Adam')\n"
        f"class OptimizerV2(object):\n{body}",
        "keras/optimizers/scaling_optimizer.py": SCALING.format(made=made),
    }
    (entry,) = [one for one in catalog(files).entries if "mixed_precision" in one.name]
    assert entry.class_name == found


def test_other_repositories_are_named_by_their_packages() -> None:
    files = {
        "acme/__init__.py": "from acme import optimizers\n",
        "acme/optimizers/__init__.py": "from acme.optimizers.lamb import LAMB, Lazy, Schedule\n",
        "acme/optimizers/lamb.py": """
            import tensorflow as tf
            class LAMB(tf.keras.optimizers.Optimizer):
              pass
            if old:
              base = tf.keras.optimizers.legacy.Adam
            class Lazy(base):
              pass
            class Schedule(tf.keras.optimizers.schedules.LearningRateSchedule):
              pass
            """,
    }
    assert names(files) == ["acme.optimizers.LAMB", "acme.optimizers.Lazy"]


def test_a_tree_without_packages_names_by_module() -> None:
    files = {
        "optimization.py": """
        import tensorflow as tf
        class DecayOptimizer(tf.train.Optimizer):
          pass
        """
    }
    assert names(files) == ["optimization.DecayOptimizer"]


def test_a_file_that_does_not_parse_is_told() -> None:
    found = catalog(OLD | {"tensorflow/python/training/ftrl.py": "class Ftrl(:\n"})
    (unknown,) = found.unknowns
    assert "does not parse" in unknown.reason
    assert unknown.span is not None
    assert unknown.span.path == "tensorflow/python/training/ftrl.py"


@pytest.mark.parametrize(
    ("path", "chosen"),
    [
        ("tensorflow/python/training/curve.py", True),
        ("tensorflow/python/training/curve_test.py", False),
        ("tensorflow/python/training/saver.py", False),
        ("tensorflow/python/training/session_manager.py", False),
        ("tensorflow/python/grappler/tf_optimizer.py", False),
        ("tensorflow/lite/python/optimizer.py", False),
        ("tensorflow/_api/v2/optimizers/__init__.py", False),
        ("tensorflow/contrib/opt/python/training/anything.py", True),
        ("tensorflow/contrib/new/python/ops/curve_optimizer.py", True),
        ("tensorflow/python/keras/optimizer_v2/utils.py", True),
        ("tensorflow/python/keras/engine/training.py", False),
        ("keras/src/optimizers/lion.py", True),
        ("keras/src/optimizers/schedules/learning_rate_schedule.py", False),
        ("keras/src/backend/torch/optimizers/torch_adam.py", False),
        ("project/adafactor.py", True),
        ("project/tests/optimizer.py", False),
        ("tensorflow/core/public/version.h", True),
        ("tensorflow/core/ops/training_ops.cc", True),
        ("tensorflow/core/ops/nn_ops.cc", False),
    ],
)
def test_candidates_are_chosen_by_path(path: str, chosen: bool) -> None:  # noqa: FBT001
    paths = (BASE, path)
    assert (path in candidates(paths)) is chosen


def test_keras_default_epsilon_is_a_candidate_and_the_backend_only_without_it() -> None:
    paths = ["tensorflow/python/keras/optimizers.py", "tensorflow/python/keras/backend.py"]
    config = "tensorflow/python/keras/backend_config.py"
    assert "tensorflow/python/keras/backend.py" in candidates(paths)
    assert config in candidates([*paths, config])
    assert "tensorflow/python/keras/backend.py" not in candidates([*paths, config])


def test_a_warm_reading_needs_no_parser(tmp_path: Path) -> None:
    def read() -> tuple[object, object]:
        store = FactStore(tmp_path)
        found = read_catalog(tree(OLD), store)
        model = Model(tree(OLD), store, found.paths)
        facts = [
            read_python_facts(model, ClassRef(one.class_name, one.path)) for one in found.entries
        ]
        store.save()
        return found, facts

    cold = read()
    assert read() == cold


def test_the_catalog_does_not_load_libcst() -> None:
    loaded = "tfdiff.extract.catalog, tfdiff.extract.python.facts"
    code = f"import sys, {loaded}; print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_optimizers_called_alike_stand_for_one_that_is_gone() -> None:
    first, second = catalog(EXPORTED | version(1)), catalog(EXPORTED | version(2))
    gone = first.resolve("tf.train.AdamOptimizer").entry
    assert second.alike(gone)[0] == "tf.keras.optimizers.Adam"
    assert second.alike(first.resolve("tf.train.Optimizer").entry) == (
        "tf.compat.v1.train.Optimizer",
    )
