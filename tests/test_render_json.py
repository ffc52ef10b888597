import json
import math
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from tests import sample_report as sample
from tests.gold_files import assert_gold
from tfdiff.findings import Report
from tfdiff.render import render
from tfdiff.render.json import SCHEMA

VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


@pytest.mark.parametrize("report", [sample.one(), sample.many(), sample.hostile()])
def test_every_report_obeys_the_schema(report: Report) -> None:
    VALIDATOR.validate(json.loads(render(report, "json")))


def test_the_schema_refuses_what_the_format_does_not_have() -> None:
    document = json.loads(render(sample.one(), "json"))
    for broken in (
        document | {"format": 2},
        document | {"more": 1},
        {key: value for key, value in document.items() if key != "coverage"},
    ):
        assert not VALIDATOR.is_valid(broken)


def test_text_of_the_sources_survives_exactly() -> None:
    (optimizer,) = json.loads(render(sample.hostile(), "json"))["optimizers"]
    (finding,) = optimizer["findings"]
    assert finding["title"] == sample.HOSTILE
    assert finding["new"]["text"] == sample.HOSTILE


def test_numbers_that_json_does_not_have_are_strings() -> None:
    report = sample.one()
    path = report.optimizers[0].paths[0]
    values = (("a", math.nan), ("b", math.inf), ("c", -math.inf))
    witness = replace(sample.WITNESS, new=values, ratio=math.inf)
    optimizer = replace(report.optimizers[0], paths=(replace(path, witness=witness),))
    document = json.loads(render(replace(report, optimizers=(optimizer,)), "json"))
    VALIDATOR.validate(document)
    found = document["optimizers"][0]["paths"][0]["witness"]
    assert found["new"] == {"a": "NaN", "b": "Infinity", "c": "-Infinity"}
    assert found["ratio"] == "Infinity"


def test_an_undecided_path_says_what_was_not_read() -> None:
    paths = json.loads(render(sample.one(), "json"))["optimizers"][0]["paths"]
    (undecided,) = [path for path in paths if path["verdict"] == "undecided"]
    assert "fancy<T>(speed) is not known" in undecided["proof"]


def test_the_json_is_as_it_was_accepted() -> None:
    assert_gold("one.json", render(sample.one(), "json"))
