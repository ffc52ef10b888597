"""One optimizer over releases: what changed when, and what it costs to ask again."""

from pathlib import Path

import pytest

from tfdiff import history
from tfdiff.sources import SourceOptions


@pytest.fixture
def options(repository: Path, tmp_path: Path) -> SourceOptions:
    return SourceOptions(repo=str(repository), cache=tmp_path / "cache")


def test_steps_tell_what_changed_from_release_to_release(options: SourceOptions) -> None:
    found = history.history("glide", options)
    (step,) = found.steps
    assert (step.old, step.new) == ("v1.3.0", "v1.4.0")
    assert step.compared.verdict.defaults == "changed"
    assert any(change.rule == "default-changed" for change in step.compared.changes)
    assert found.absent == ()


def test_asking_again_compares_nothing(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = history.history("glide", options)

    def compared(*_: object) -> history.Compared:
        raise AssertionError("compared again")

    monkeypatch.setattr(history, "_compare", compared)
    assert history.history("glide", options) == first


def test_one_process_and_several_give_the_same(options: SourceOptions) -> None:
    assert history.history("glide", options, jobs=1) == history.history("glide", options, jobs=2)


def test_a_property_is_followed_by_its_value(options: SourceOptions) -> None:
    told = history.facts("glide", "default:learning_rate", options)
    assert [fact.release for fact in told] == ["v1.3.0", "v1.4.0"]


def test_releases_that_behave_the_same_are_found(options: SourceOptions) -> None:
    told = dict(history.alike("glide@v1.3.0", options))
    assert told["v1.3.0"].changes == ()
    assert told["v1.4.0"].verdict.defaults == "changed"
