import re

import pytest

from tests import sample_report as sample
from tests.gold_files import assert_gold
from tfdiff.errors import UsageError
from tfdiff.render import render
from tfdiff.render.markdown import FLAVOURS


@pytest.mark.parametrize("limit", [400, 700, 1200, 2000, 3500, 5000, 100_000])
def test_a_limit_in_bytes_is_kept_at_whole_findings(limit: int) -> None:
    text = render(sample.one(), "markdown", max_bytes=limit)
    assert len(text.encode()) <= limit
    assert "The weights move differently on 2 of 6 paths" in text
    for finding in sample.sled().findings:
        told = finding.title.replace("_", "\\_") in text or finding.title in text
        assert not told or finding.effect == "none" or f"`{finding.id}`" in text


def test_what_is_left_out_is_counted_by_effect() -> None:
    text = render(sample.one(), "markdown", max_bytes=700)
    assert "Left out to stay within 700 bytes: 6 changes (1 numeric, 1 checkpoint" in text


def test_nothing_is_left_out_without_a_limit() -> None:
    assert "Left out" not in render(sample.one(), "markdown")


def test_a_limit_that_even_the_answer_exceeds_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--max-bytes"):
        render(sample.one(), "markdown", max_bytes=100)


def test_an_unknown_flavour_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="github"):
        render(sample.one(), "markdown", flavour="mediawiki")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_formulas_are_latex_where_it_is_shown_and_code_elsewhere(flavour: str) -> None:
    text = render(sample.one(), "markdown", flavour=flavour)
    assert ("```math" in text) == (FLAVOURS[flavour].math is not None)


def test_a_change_in_shared_code_is_told_once() -> None:
    text = render(sample.many(), "markdown")
    assert text.count("#### minimize checks the loss first") == 1
    assert text.count("- minimize checks the loss first (told with snow.train.SledOptimizer)") == 1


def test_hostile_text_is_no_markup() -> None:
    text = render(sample.hostile(), "markdown")
    outside = re.sub(r"(?s)(`{3,})(?:diff)?\n.*?\n\1", "", text)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1", "", outside)
    assert not re.search(r"(?<!\\)<(?!https://)", outside)
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
    assert "javascript:" not in text


def test_tickets_and_people_are_not_called_by_accident() -> None:
    from tfdiff.render.escape import prose  # noqa: PLC0415

    assert not re.search(r"[@#!]\w", prose("by @someone for #12 and !34"))


@pytest.mark.parametrize(("name", "flavour"), [("one", "plain"), ("many", "github")])
def test_the_markdown_is_as_it_was_accepted(name: str, flavour: str) -> None:
    assert_gold(f"{name}.md", render(getattr(sample, name)(), "markdown", flavour=flavour))
