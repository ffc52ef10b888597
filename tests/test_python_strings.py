"""What strings stand for where an optimizer is given by one."""

import pytest

from tests.python_kit import facts
from tfdiff.extract.python import strings as module
from tfdiff.extract.python.classes import ResolvedClass
from tfdiff.extract.python.construction import Construction
from tfdiff.extract.python.constructor import read_constructor
from tfdiff.extract.python.model import Model
from tfdiff.facts import StringName

TABLE = "tensorflow/python/keras/optimizers.py"
CURVE = """
    from tensorflow.python.training import optimizer

    class Curve(optimizer.Optimizer):
        def __init__(self, rate=0.1, name="Curve"):
            super(Curve, self).__init__(False, name)
            self._rate = rate
"""
OTHER = """
    class Curve(object):
        def __init__(self, rate=0.01):
            self._rate = rate
"""


def strings(table: str) -> tuple[StringName, ...]:
    files = {TABLE: table, "tensorflow/python/training/curve_optimizer_v2.py": OTHER}
    return facts(CURVE, files).strings


def test_the_table_of_deserialize_names_the_class() -> None:
    (found,) = strings(
        """
        from tensorflow.python.training import curve

        def deserialize(config):
            all_classes = {"curve": curve.Curve}
            return all_classes[config]
        """
    )
    assert (found.text, found.made.name, found.condition) == ("curve", "Curve", None)
    assert [one.name for one in found.parameters] == ["rate", "name"]


def test_a_string_that_makes_another_class_in_some_mode_says_when() -> None:
    found = strings(
        """
        from tensorflow.python import tf2
        from tensorflow.python.training import curve
        from tensorflow.python.training import curve_optimizer_v2

        def deserialize(config):
            if tf2.enabled():
                all_classes = {"curve": curve_optimizer_v2.Curve}
            else:
                all_classes = {"curve": curve.Curve}
            return all_classes[config]
        """
    )
    assert {(one.made.path.rpartition("/")[2], one.condition) for one in found} == {
        ("curve_optimizer_v2.py", "tf2.enabled()"),
        ("curve.py", "not (tf2.enabled())"),
    }


def test_a_table_without_the_class_says_nothing_of_it() -> None:
    assert not strings(
        """
        from tensorflow.python.training import curve_optimizer_v2

        def deserialize(config):
            return {"curve": curve_optimizer_v2.Curve}[config]
        """
    )


def test_only_what_the_strings_of_the_class_make_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def listed(model: Model, cls: ResolvedClass) -> Construction:
        read.append(cls.ref.path)
        return read_constructor(model, cls)

    monkeypatch.setattr(module, "read_constructor", listed)
    table = """
        from tensorflow.python.training import curve
        from tensorflow.python.training import curve_optimizer_v2

        def deserialize(config):
            all_classes = {"bend": curve_optimizer_v2.Curve, "curve": curve.Curve}
            return all_classes[config]
        """
    assert [one.text for one in strings(table)] == ["curve"]
    assert read == ["tensorflow/python/training/curve.py"]


@pytest.mark.parametrize("local", ["legacy", "outdated"])
def test_when_does_not_depend_on_layout_or_on_what_locals_are_called(local: str) -> None:
    found = strings(
        f"""
        from tensorflow.python import tf2
        from tensorflow.python.training import curve
        from tensorflow.python.training import curve_optimizer_v2

        def deserialize(config, **kwargs):
            {local} = kwargs.pop("legacy", False)
            if config:
                {local} = config["legacy"]
            if (
                tf2.enabled()
                and not {local}
            ):
                all_classes = {{"curve": curve_optimizer_v2.Curve}}
            else:
                all_classes = {{"curve": curve.Curve}}
            return all_classes[config]
        """
    )
    assert [one.condition for one in found] == [
        "tf2.enabled() and (not legacy)",
        "not (tf2.enabled() and (not legacy))",
    ]
