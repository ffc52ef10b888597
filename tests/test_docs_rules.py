"""The documentation's page on the rules is made from the rules."""

import re
from pathlib import Path

import pytest

from tfdiff.cli import main
from tfdiff.rules.registry import HEADINGS, all_rules

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"


def test_the_page_says_what_the_rules_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--markdown"]) == 0
    made = capsys.readouterr().out
    accept = "docs/rules.md is stale: tfdiff rules --markdown > docs/rules.md"
    assert PAGE.read_text(encoding="utf-8") == made, accept


def test_every_rule_has_every_heading_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "--markdown"])
    page = capsys.readouterr().out
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert sections.keys() == {rule.id for rule in all_rules()}
    for body in sections.values():
        for heading in HEADINGS:
            assert f"**{heading}.**" in body


def test_links_of_the_table_lead_to_sections(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "--markdown"])
    page = capsys.readouterr().out
    links = {*re.findall(r"\]\(#([^)]+)\)", page)}
    assert links == {*re.findall(r"^## (\S+)$", page, re.MULTILINE)}
