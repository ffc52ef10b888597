"""Whether a resource variable is a ``Variable`` is asked of the release, not known by heart."""

import pytest

from tests.python_kit import tree
from tfdiff.extract.python.interpret.asked import RESOURCE_FILE
from tfdiff.extract.python.interpret.program import Program


@pytest.mark.parametrize(
    ("base", "expected"),
    [("object", False), ("variables.Variable", True), ("variables.RefVariable", True)],
)
def test_the_release_says_what_a_resource_variable_is(base: str, expected: bool) -> None:  # noqa: FBT001
    program = Program(tree({RESOURCE_FILE: f"class ResourceVariable({base}):\n  pass\n"}))
    assert program.resource_is_variable is expected


def test_without_the_file_it_is_a_variable_as_in_every_later_release() -> None:
    assert Program(tree({})).resource_is_variable
