"""One optimizer over releases: what changed when, and what it costs to ask again."""

from pathlib import Path

import pytest

from tfdiff import history, run
from tfdiff.sources import SourceOptions


@pytest.fixture
def options(repository: Path, tmp_path: Path) -> SourceOptions:
    return SourceOptions(repo=str(repository), cache=tmp_path / "cache")


def test_steps_tell_what_changed_from_release_to_release(options: SourceOptions) -> None:
    found = history.history("glide", options)
    (step,) = found.steps
    assert (step.old.ref, step.new.ref) == ("v1.3.0", "v1.4.0")
    assert step.report.verdict.defaults == "changed"
    assert any(finding.rule == "default-changed" for finding in step.report.findings)
    assert found.absent == ()


def test_asking_again_compares_nothing(
    options: SourceOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = history.history("glide", options)
    whole = history.atlas(options)

    def compared(*_: object) -> run.Compared:
        raise AssertionError("compared again")

    monkeypatch.setattr(run, "compared", compared)
    assert history.history("glide", options) == first
    assert history.atlas(options) == whole


def test_one_process_and_several_give_the_same(options: SourceOptions) -> None:
    one, two = history.Crew(jobs=1), history.Crew(jobs=2)
    assert history.history("glide", options, crew=one) == history.history(
        "glide", options, crew=two
    )


def test_a_property_is_followed_by_its_value(options: SourceOptions) -> None:
    told = history.facts("glide", "default:learning_rate", options)
    assert [fact.release for fact in told] == ["v1.3.0", "v1.4.0"]


def test_releases_that_behave_the_same_are_found(options: SourceOptions) -> None:
    told = {step.new.ref: step.report for step in history.alike("glide@v1.3.0", options)}
    assert told["v1.3.0"].findings == ()
    assert told["v1.4.0"].verdict.defaults == "changed"
